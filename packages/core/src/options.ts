import { randomBytes as systemRandomBytes } from 'node:crypto'
import type { MfaEventListener } from './events.ts'
import type { Factor } from './factors/factor.ts'
import { type RecoveryCodeSettings, recoveryCodeDefaults, recoveryCodeFault } from './factors/recovery-code/settings.ts'
import type { TotpSettings } from './factors/totp/parameters.ts'
import { settingsFault, totpDefaults } from './factors/totp/settings.ts'
import { filledIn, readFunction, readGroup, readSeconds, readWhole } from './option-checks.ts'
import type { Awaitable, EnrollmentPolicy, Limiter, RandomBytes, Storage, User } from './ports.ts'
import { type RouteSettings, type RouteTable, routeSourceOf } from './routes/route-table.ts'
import { cleanName, cleanText } from './texts.ts'
import type { AttemptLimits } from './throttle/throttle.ts'
import { type AccessKey, type PrivateKeyInput, readAccessKey } from './tokens/access-keys.ts'

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
   * Whether a user has to have a second factor: where it is `'required'` and there is none, a login leads to enrolling.
   *
   * @defaultValue `'optional'` for everybody
   */
  readonly enrollment?: EnrollmentPolicy | undefined
  /** For a bearer host. @defaultValue 15 minutes, 30 days, 10 sign-ins a user, HS256 with the secret */
  readonly bearer?: Partial<BearerSettings> | undefined
  /** Factors of your own, asked after `totp` and `recovery_code`. */
  readonly factors?: readonly Factor[] | undefined
  /** Seconds a challenge can be answered, 30 to 3600. @defaultValue 300 */
  readonly ephemeralTokenSeconds?: number | undefined
  /** Seconds an enrolment can be confirmed, 30 to 3600. @defaultValue 600 */
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

/** Bearer tokens, as a bearer host hands them out. */
export interface BearerSettings {
  /** Seconds an access token is good, 60 to 86,400. A revocation is too late for it. @defaultValue 900 */
  readonly accessTokenSeconds: number
  /** Seconds from a sign-in until its last refresh token dies, 3600 to 31,536,000. @defaultValue 2,592,000 */
  readonly refreshTokenSeconds: number
  /** Sign-ins a user may have at a time, 1 to 50; one more ends that which was longest without use. @defaultValue 10 */
  readonly families: number
  /** The `aud` claim of access tokens. @defaultValue the issuer */
  readonly audience: string
  /** Private keys, PEM or JWK: the first signs, all are published and open. @defaultValue none: HS256 with the secret */
  readonly keys: readonly PrivateKeyInput[]
}

/** The options after the defaults. */
export type MfaSettings = ReturnType<typeof readOptions>

const bearerDefaults: Omit<BearerSettings, 'audience'> = Object.freeze({
  accessTokenSeconds: 900,
  refreshTokenSeconds: 2_592_000,
  families: 10,
  keys: [],
})
const optionalForAll: EnrollmentPolicy = () => 'optional'
const attemptDefaults: AttemptLimits = { waitAfter: 5, waitSeconds: 30, maxWaitSeconds: 3600, suspendAfter: 100 }
const known = new Set(
  (
    'secret storage findUser issuer totp recoveryCodes enrollment bearer factors ephemeralTokenSeconds ' +
    'activationTokenSeconds attempts stepUpSeconds routes allowedOrigins limiter onEvent storageTimeoutSeconds now randomBytes'
  ).split(' '),
)

/** Checks the options and fills in the defaults. @throws TypeError that names the option and says what would be right */
export function readOptions(options: MfaOptions) {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const unknown = Object.keys(options).find((name) => !known.has(name))
  if (unknown !== undefined) throw new TypeError(`options.${unknown} is not known; there are ${[...known].join(', ')}`)
  return Object.freeze({
    secrets: readSecrets(options.secret),
    storage: readStorage(options.storage),
    findUser: readFunction('findUser', options.findUser),
    issuer: readIssuer(options.issuer),
    totp: readTotp(options.totp),
    recoveryCodes: readRecoveryCodes(options.recoveryCodes),
    enrollment: readFunction('enrollment', options.enrollment ?? optionalForAll),
    bearer: readBearer(options),
    factors: readFactors(options.factors),
    ephemeralTokenSeconds: readWhole('ephemeralTokenSeconds', options.ephemeralTokenSeconds ?? 300, [30, 3600]),
    activationTokenSeconds: readWhole('activationTokenSeconds', options.activationTokenSeconds ?? 600, [30, 3600]),
    attempts: readAttempts(options.attempts),
    stepUpSeconds:
      options.stepUpSeconds === false
        ? (false as const)
        : readWhole('stepUpSeconds', options.stepUpSeconds ?? 300, [1, 86_400]),
    routes: readRoutes(options.routes),
    allowedOrigins: readOrigins(options.allowedOrigins),
    limiter: readLimiter(options.limiter),
    onEvent: options.onEvent === undefined ? undefined : readFunction('onEvent', options.onEvent),
    storageTimeoutSeconds: readSeconds('storageTimeoutSeconds', options.storageTimeoutSeconds ?? 10),
    now: readFunction('now', options.now ?? Date.now),
    randomBytes: readFunction('randomBytes', options.randomBytes ?? systemRandomBytes),
  })
}

const shortestSecret = 32
/** Values that stand in examples, here and elsewhere, and that somebody will copy. */
const exampleSecrets =
  /change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this|with)|your[-_ ]?secret|example[-_ ]?secret|keyboard cat|^(?:0123456789abcdef)+$/i

function readSecrets(secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0) throw new TypeError('options.secret must not be an empty list')
  return secrets.map((value) => {
    if (typeof value !== 'string' || Buffer.byteLength(value) < shortestSecret) {
      throw new TypeError(
        `options.secret must be a string of at least ${shortestSecret} random bytes, such as 'openssl rand -base64 32' prints`,
      )
    }
    if (exampleSecrets.test(value))
      throw new TypeError('options.secret is an example that anybody can read: make one of your own')
    return value
  })
}

function readStorage(storage: unknown): Storage {
  for (const method of ['get', 'put', 'delete', 'userIds']) {
    const value = (storage as Record<string, unknown> | null | undefined)?.[method]
    if (typeof value !== 'function') throw new TypeError(`options.storage must have a function '${method}'`)
  }
  return storage as Storage
}

function readIssuer(issuer: unknown): string {
  const name = cleanName(issuer)
  if (name === null || name.includes(':'))
    throw new TypeError('options.issuer must have 1 to 64 printable characters and no colon')
  return name
}

function readTotp(given: Partial<TotpSettings> | undefined): TotpSettings {
  const settings = filledIn('totp', given, totpDefaults)
  const fault = settingsFault(settings)
  if (fault !== null) throw new TypeError(`options.totp.${fault.name} ${fault.message}`)
  return settings
}

function readRecoveryCodes(given: Partial<RecoveryCodeSettings> | undefined): RecoveryCodeSettings {
  const settings = filledIn('recoveryCodes', given, recoveryCodeDefaults(given?.reveal))
  const fault = recoveryCodeFault(settings)
  if (fault !== null) throw new TypeError(`options.recoveryCodes.${fault.name} ${fault.message}`)
  return settings
}

function readAttempts(given: Partial<AttemptLimits> | undefined): AttemptLimits {
  const limits = filledIn('attempts', given, attemptDefaults)
  readWhole('attempts.waitAfter', limits.waitAfter, [1, 100])
  readWhole('attempts.waitSeconds', limits.waitSeconds, [1, 86_400])
  readWhole('attempts.maxWaitSeconds', limits.maxWaitSeconds, [limits.waitSeconds, 86_400])
  // NIST SP 800-63B-4 section 3.2.2 allows no more than 100.
  readWhole('attempts.suspendAfter', limits.suspendAfter, [limits.waitAfter, 100])
  return limits
}

function readBearer({ bearer: given, issuer }: Pick<MfaOptions, 'bearer' | 'issuer'>) {
  const settings = filledIn('bearer', given, { ...bearerDefaults, audience: readIssuer(issuer) })
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

function readFactors(factors: unknown): readonly Factor[] {
  const list: readonly unknown[] = factors === undefined ? [] : Array.isArray(factors) ? factors : [null]
  // `password` is the name of a count of its own.
  const types = new Set(['totp', 'recovery_code', 'password'])
  return list.map((factor) => {
    if (!isFactor(factor)) throw new TypeError('options.factors must be a list of factors, each with all its members')
    if (!/^[a-z][a-z0-9_]*$/.test(factor.type) || types.has(factor.type)) {
      throw new TypeError(`options.factors: '${factor.type}' is taken, or is no name in snake_case`)
    }
    types.add(factor.type)
    return factor
  })
}

function isFactor(value: unknown): value is Factor {
  const factor = (value ?? {}) as Readonly<Record<string, unknown>>
  const texts = ['type', 'title', 'path', 'field'].map((name) => typeof factor[name] === 'string')
  const functions = ['fieldFault', 'couldBe', 'check'].map((name) => typeof factor[name] === 'function')
  return [...texts, ...functions, Array.isArray(factor['amr'])].every(Boolean)
}

function readRoutes(routes: MfaOptions['routes']) {
  const { build, settings } = routeSourceOf(routes)
  return { build, settings: readGroup('routes', settings) }
}

function readOrigins(origins: unknown): readonly string[] | undefined {
  if (origins === undefined) return undefined
  const isList = Array.isArray(origins) && origins.length > 0
  if (!isList || !origins.every((origin) => typeof origin === 'string' && isOrigin(origin))) {
    throw new TypeError("options.allowedOrigins must be a list of origins such as 'https://app.example'")
  }
  return Object.freeze([...(origins as readonly string[])])
}

function isOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && origin !== 'null'
}

function readLimiter(limiter: unknown): Limiter | undefined {
  if (limiter === undefined || typeof (limiter as Limiter | null)?.consume === 'function')
    return limiter as Limiter | undefined
  throw new TypeError("options.limiter must have a function 'consume'")
}
