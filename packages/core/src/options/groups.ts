import {
  type RecoveryCodeSettings,
  recoveryCodeDefaults,
  recoveryCodeFault,
} from '../factors/recovery-code/settings.ts'
import type { TotpSettings } from '../factors/totp/parameters.ts'
import { settingsFault, totpDefaults } from '../factors/totp/settings.ts'
import { type Reader, readObject, readOptions, readWhole, refuseUnknown, whole } from '../read-options.ts'
import type { AttemptLimits } from '../rules/terms.ts'
import { cleanText } from '../texts.ts'
import { type AccessKey, readAccessKey } from '../tokens/access-keys.ts'
import type { BearerSettings } from './bearer-settings.ts'

export function readTotp(given: unknown = {}, name: string): TotpSettings {
  const settings = filledIn(given, name, totpDefaults)
  refuseFault(name, settingsFault(settings))
  return settings
}

export function readRecoveryCodes(given: unknown = {}, name: string): RecoveryCodeSettings {
  const group = readObject(given, name)
  const settings = filledIn(group, name, recoveryCodeDefaults(group['reveal']))
  refuseFault(name, recoveryCodeFault(settings))
  return settings
}

function refuseFault(name: string, fault: { readonly name: string; readonly message: string } | null): void {
  if (fault !== null) throw new TypeError(`${name}.${fault.name} ${fault.message}`)
}

/** A factor's settings over its defaults, for the factor itself to check. @throws TypeError if one is not known */
function filledIn<T extends object>(given: unknown, name: string, defaults: T): T {
  const group = readObject(given, name)
  refuseUnknown(name, group, Object.keys(defaults))
  const entries = Object.entries(group).filter(([, value]) => value !== undefined)
  return Object.freeze({ ...defaults, ...Object.fromEntries(entries) })
}

export function readAttempts(given: unknown = {}, name: string): AttemptLimits {
  const limits = readOptions<AttemptLimits>()(name, given, {
    waitAfter: whole([1, 100], 5),
    waitSeconds: whole([1, 86_400], 30),
    maxWaitSeconds: whole([1, 86_400], 3600),
    // NIST SP 800-63B-4 section 3.2.2 allows no more than 100.
    suspendAfter: whole([1, 100], 100),
  })
  readWhole(limits.maxWaitSeconds, `${name}.maxWaitSeconds`, [limits.waitSeconds, 86_400])
  readWhole(limits.suspendAfter, `${name}.suspendAfter`, [limits.waitAfter, 100])
  return limits
}

export function readBearer(given: unknown = {}, name: string) {
  return readOptions<BearerSettings>()(name, given, {
    accessTokenSeconds: whole([60, 86_400], 900),
    refreshTokenSeconds: whole([3600, 31_536_000], 2_592_000),
    families: whole([1, 50], 10),
    audience: readAudience,
    keys: readKeys,
  })
}

const readAudience: Reader<string | undefined> = (value, name) => {
  if (value === undefined || (typeof value === 'string' && cleanText(value, 256) === value)) return value
  throw new TypeError(`${name} must be a text of 1 to 256 characters`)
}

const readKeys: Reader<readonly AccessKey[]> = (value = [], name) => {
  if (!Array.isArray(value)) throw new TypeError(`${name} must be a list of private keys`)
  return value.map((key: unknown, index) => {
    try {
      return readAccessKey(key)
    } catch (error) {
      throw new TypeError(`${name}[${index}] must be ${(error as Error).message}`)
    }
  })
}
