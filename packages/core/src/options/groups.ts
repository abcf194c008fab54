import {
  type RecoveryCodeSettings,
  recoveryCodeDefaults,
  recoveryCodeFault,
} from '../factors/recovery-code/settings.ts'
import type { TotpSettings } from '../factors/totp/parameters.ts'
import { settingsFault, totpDefaults } from '../factors/totp/settings.ts'
import type { AttemptLimits } from '../rules/terms.ts'
import { cleanText } from '../texts.ts'
import { type AccessKey, readAccessKey } from '../tokens/access-keys.ts'
import type { BearerSettings } from './bearer-settings.ts'
import { filledIn, readWhole } from './checks.ts'

const attemptDefaults: AttemptLimits = { waitAfter: 5, waitSeconds: 30, maxWaitSeconds: 3600, suspendAfter: 100 }
const bearerDefaults: Omit<BearerSettings, 'audience'> = Object.freeze({
  accessTokenSeconds: 900,
  refreshTokenSeconds: 2_592_000,
  families: 10,
  keys: [],
})

export function readTotp(given: Partial<TotpSettings> | undefined): TotpSettings {
  const settings = filledIn('totp', given, totpDefaults)
  const fault = settingsFault(settings)
  if (fault !== null) throw new TypeError(`options.totp.${fault.name} ${fault.message}`)
  return settings
}

export function readRecoveryCodes(given: Partial<RecoveryCodeSettings> | undefined): RecoveryCodeSettings {
  const settings = filledIn('recoveryCodes', given, recoveryCodeDefaults(given?.reveal))
  const fault = recoveryCodeFault(settings)
  if (fault !== null) throw new TypeError(`options.recoveryCodes.${fault.name} ${fault.message}`)
  return settings
}

export function readAttempts(given: Partial<AttemptLimits> | undefined): AttemptLimits {
  const limits = filledIn('attempts', given, attemptDefaults)
  readWhole('attempts.waitAfter', limits.waitAfter, [1, 100])
  readWhole('attempts.waitSeconds', limits.waitSeconds, [1, 86_400])
  readWhole('attempts.maxWaitSeconds', limits.maxWaitSeconds, [limits.waitSeconds, 86_400])
  // NIST SP 800-63B-4 section 3.2.2 allows no more than 100.
  readWhole('attempts.suspendAfter', limits.suspendAfter, [limits.waitAfter, 100])
  return limits
}

export function readBearer(given: Partial<BearerSettings> | undefined, issuer: string) {
  const settings = filledIn('bearer', given, { ...bearerDefaults, audience: issuer })
  readWhole('bearer.accessTokenSeconds', settings.accessTokenSeconds, [60, 86_400])
  readWhole('bearer.refreshTokenSeconds', settings.refreshTokenSeconds, [3600, 31_536_000])
  readWhole('bearer.families', settings.families, [1, 50])
  if (typeof settings.audience !== 'string' || cleanText(settings.audience, 256) !== settings.audience)
    throw new TypeError('options.bearer.audience must be a text of 1 to 256 characters')
  if (!Array.isArray(settings.keys)) throw new TypeError('options.bearer.keys must be a list of private keys')
  return Object.freeze({ ...settings, keys: settings.keys.map(readKey) })
}

function readKey(key: unknown, index: number): AccessKey {
  try {
    return readAccessKey(key)
  } catch (error) {
    throw new TypeError(`options.bearer.keys[${index}] must be ${(error as Error).message}`)
  }
}
