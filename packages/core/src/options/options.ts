import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { MfaEventListener } from '../events.ts'
import type { Factor } from '../factors/factor.ts'
import type { RecoveryCodeSettings } from '../factors/recovery-code/settings.ts'
import type { TotpSettings } from '../factors/totp/parameters.ts'
import type { Limiter } from '../ports/host.ts'
import type { Storage } from '../ports/storage.ts'
import type { EnrollmentPolicy, User } from '../ports/user.ts'
import type { Awaitable, RandomBytes } from '../ports/values.ts'
import { optional, readFunction, readOptions, readWhole, seconds, whole } from '../read-options.ts'
import type { RouteSettings, RouteTable } from '../routes/route-table.ts'
import type { AttemptLimits } from '../rules/terms.ts'
import type { BearerSettings } from './bearer-settings.ts'
import { readAttempts, readBearer, readRecoveryCodes, readTotp } from './groups.ts'
import { readFactors, readIssuer, readLimiter, readOrigins, readRoutes, readSecrets, readStorage } from './parts.ts'

/** The one options object. Everything is checked by `createMfa`, at once. */
export interface MfaOptions {
  /**
   * Seals records and signs tokens: at least 32 bytes, random, kept like a password. In a list the first seals and
   * signs, all open.
   */
  readonly secret: string | readonly string[]
  readonly storage: Storage
  /** The user of an id who may still sign in, or null: then the token is dead and the code unspent. */
  readonly findUser: (userId: string) => Awaitable<User | null>
  /** The name authenticator apps show above the code; 1 to 64 characters, no colon. */
  readonly issuer: string
  /** @defaultValue SHA1, 6 digits, 30 s, window 1, 5 authenticators, 20-byte secrets */
  readonly totp?: Partial<TotpSettings> | undefined
  /** @defaultValue 10 codes of 2 groups, `reveal: 'always'` */
  readonly recoveryCodes?: Partial<RecoveryCodeSettings> | undefined
  /**
   * Whether a user must have a second factor: if it is `'required'` and there is none, a login leads to enrolling.
   *
   * @defaultValue `'optional'` for everybody
   */
  readonly enrollment?: EnrollmentPolicy | undefined
  /** For a bearer host. @defaultValue 15 minutes, 30 days, 10 sign-ins a user, HS256 with the secret */
  readonly bearer?: Partial<BearerSettings> | undefined
  /** Further factors, asked after `totp` and `recovery_code`. */
  readonly factors?: readonly Factor[] | undefined
  /** Seconds a challenge can be answered, 30 to 3600. @defaultValue 300 */
  readonly ephemeralTokenSeconds?: number | undefined
  /** Seconds an enrollment can be confirmed, 30 to 3600. @defaultValue 600 */
  readonly activationTokenSeconds?: number | undefined
  /** @defaultValue the 5th consecutive failure waits 30 s, each further one doubles it, to 1 h; the 100th suspends */
  readonly attempts?: Partial<AttemptLimits> | undefined
  /** Oldest proof that fresh acts take, in seconds; `false` asks for none. @defaultValue 300 */
  readonly stepUpSeconds?: number | false | undefined
  /**
   * Per operation another path, `false` for off, or a function that shapes the answer; or another table of routes.
   * @defaultValue all on
   */
  readonly routes?: RouteSettings | RouteTable | undefined
  /** Origins whose pages may change state, such as `https://app.example`. @defaultValue the request's own */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Slows an address down across users. @defaultValue none */
  readonly limiter?: Limiter | undefined
  /** Hears every outcome. */
  readonly onEvent?: MfaEventListener | undefined
  /** Seconds until a storage call that hangs counts as failed. @defaultValue 10 */
  readonly storageTimeoutSeconds?: number | undefined
  /** Milliseconds since 1970. @defaultValue Date.now */
  readonly now?: (() => number) | undefined
  /** @defaultValue Node's */
  readonly randomBytes?: RandomBytes | undefined
}

/** The options after the defaults. */
export type MfaSettings = ReturnType<typeof readMfaOptions>

const optionalForAll: EnrollmentPolicy = () => 'optional'

/** Checks the options and fills in the defaults. @throws TypeError that names the option and says what would be right */
export function readMfaOptions(options: MfaOptions) {
  const read = readOptions<MfaOptions>()('options', options, {
    secret: readSecrets,
    storage: readStorage,
    findUser: readFunction<MfaOptions['findUser']>,
    issuer: readIssuer,
    totp: readTotp,
    recoveryCodes: readRecoveryCodes,
    enrollment: (value = optionalForAll, name) => readFunction<EnrollmentPolicy>(value, name),
    bearer: readBearer,
    factors: readFactors,
    ephemeralTokenSeconds: whole([30, 3600], 300),
    activationTokenSeconds: whole([30, 3600], 600),
    attempts: readAttempts,
    stepUpSeconds: (value = 300, name) => (value === false ? value : readWhole(value, name, [1, 86_400])),
    routes: readRoutes,
    allowedOrigins: readOrigins,
    limiter: readLimiter,
    onEvent: optional(readFunction<MfaEventListener>),
    storageTimeoutSeconds: seconds(600, 10),
    now: (value = Date.now, name) => readFunction<() => number>(value, name),
    randomBytes: (value = systemRandomBytes, name) => readFunction<RandomBytes>(value, name),
  })
  const { secret: secrets, bearer, issuer, ...rest } = read
  return Object.freeze({ ...rest, issuer, secrets, bearer: { ...bearer, audience: bearer.audience ?? issuer } })
}
