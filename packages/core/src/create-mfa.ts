import { createCommit } from './commit/commit.ts'
import { createEvents, type MfaEventListener, type MfaEventType } from './events.ts'
import type { Factor } from './factors/factor.ts'
import { importRecoveryCodes, recoveryCode } from './factors/recovery-code/recovery-code.ts'
import { importTotp, type TotpImport } from './factors/totp/import.ts'
import type { TotpData } from './factors/totp/parameters.ts'
import { totp } from './factors/totp/totp.ts'
import { erase, reset, revokeTokens } from './operations/account.ts'
import {
  type AuthenticatorSummary,
  listAuthenticators,
  removeAuthenticator,
  renameAuthenticator,
} from './operations/authenticators.ts'
import { regenerateCodes, showCodes, type UnusedCodes } from './operations/backup-codes.ts'
import { type Challenge, challenge } from './operations/challenge.ts'
import type { CallOptions, Core } from './operations/core.ts'
import { deactivate } from './operations/deactivate.ts'
import { type Begun, begin, type Confirmed, confirm } from './operations/enrol.ts'
import type { Freshness } from './operations/fresh.ts'
import { importAuthenticator } from './operations/import.ts'
import type { ProofInput } from './operations/prove.ts'
import { type ResealOptions, type ResealProgress, reseal } from './operations/reseal.ts'
import { type Status, status } from './operations/status.ts'
import { stepUp } from './operations/step-up.ts'
import { verify } from './operations/verify.ts'
import { type MfaOptions, type MfaSettings, readOptions } from './options.ts'
import type { Awaitable, Handler, Host, Proof, User } from './ports.ts'
import { createHandler, type Routing } from './routes/handler.ts'
import { mountRoutes } from './routes/settings.ts'
import { routeTable } from './routes/table.ts'
import { deriveKeys } from './sealing/keys.ts'
import { createSealer } from './sealing/seal.ts'
import { cleanName } from './texts.ts'
import { createTokens } from './tokens/tokens.ts'

/** What a user answers with, and the request id for the event: `{ code }`. */
export type Answer = ProofInput & CallOptions

/** What a TOTP enrolment shows the user. */
export interface TotpBegun extends Begun {
  /** Base32, for typing in. */
  readonly secret: string
  /** The `otpauth://` URL behind the QR code. */
  readonly totpUrl: string
  /** The QR code as a `data:image/svg+xml` URL. */
  readonly qrCodeDataUri: string
}

/** What is taken over from another system. */
export type ImportInput = TotpImport &
  CallOptions & {
    /** Unused recovery codes, in whatever form users have them; 6 to 64 letters and digits each. */
    readonly recoveryCodes?: readonly string[] | undefined
    /** @defaultValue `Authenticator 1`, `2`, … */
    readonly name?: string | undefined
  }

/** The second factor of an app. Refusals throw `MfaError`; whatever resolves has been stored. */
export interface Mfa {
  /** Asks for the second factor after the first; with a `code` it is answered in the same call. */
  challenge(user: User, answer?: Answer): Promise<Challenge>
  /** Answers a challenge. @throws MfaError `invalid_token`, `invalid_code`, `too_many_attempts`, `storage_unavailable` */
  verify(ephemeralToken: string, answer: Answer): Promise<{ user: User; proof: Proof }>
  /** Begins an enrolment; stores nothing. A further authenticator takes a fresh proof. @throws MfaError `step_up_required`, `authenticator_limit` */
  begin(type: 'totp', user: User, call?: Freshness & CallOptions): Promise<TotpBegun>
  begin(type: string, user: User, call?: Freshness & CallOptions): Promise<Begun>
  /** Confirms an enrolment. @throws MfaError `invalid_token`, `invalid_code`, `too_many_attempts`, `authenticator_limit` */
  confirm(
    type: string,
    user: User,
    answer: Answer & { activationToken: string; name?: string | undefined },
  ): Promise<Confirmed>
  /** Takes a fresh proof of a signed-in user. @throws MfaError `not_enabled`, `invalid_code`, `too_many_attempts` */
  stepUp(user: User, answer: Answer): Promise<Proof>
  /** Removes every authenticator of a factor, against a code of any. `passwordCorrect` is what the app said of the password, where it asks for it. */
  deactivate(type: string, user: User, answer: Answer & { passwordCorrect?: boolean | undefined }): Promise<void>
  status(userId: string, call?: CallOptions): Promise<Status>
  /** The unused recovery codes; a fresh act. */
  recoveryCodes(userId: string, call?: Freshness & CallOptions): Promise<UnusedCodes>
  /** New recovery codes; the old ones are dead. A fresh act. */
  regenerateRecoveryCodes(userId: string, call?: Freshness & CallOptions): Promise<readonly string[]>
  authenticators(userId: string, call?: CallOptions): Promise<readonly AuthenticatorSummary[]>
  renameAuthenticator(userId: string, id: string, change: CallOptions & { name: string }): Promise<AuthenticatorSummary>
  /** A fresh act. The last one takes the recovery codes along. */
  removeAuthenticator(userId: string, id: string, call?: Freshness & CallOptions): Promise<void>
  /** Removes every factor, count and token of the user: an operator's way back. */
  reset(userId: string, call?: CallOptions): Promise<void>
  /** Deletes all that is kept of the user, for an account that is gone. Resetting, not erasing, keeps old tokens dead. */
  erase(userId: string, call?: CallOptions): Promise<void>
  /** Kills every token of the user, for when the password has changed. */
  revokeTokens(userId: string, call?: CallOptions): Promise<void>
  /** Takes over a TOTP secret of another system, and its recovery codes. The same secret again changes nothing. */
  import(userId: string, input: ImportInput): Promise<{ imported: boolean }>
  /** Seals every record with the first secret. Broken off, it is resumed by calling it again. */
  reseal(options?: ResealOptions): Promise<ResealProgress>
  /** Hears events of one type, or all with `'*'`. @returns a function that ends it */
  on(type: MfaEventType | '*', listener: MfaEventListener): () => void
  /** The `findUser` of the options, for hosts. */
  findUser(userId: string): Awaitable<User | null>
  /** Binds the routes to a host; what adapters are made of. */
  handler<Args extends readonly unknown[]>(host: Host<Args>): Handler<Args>
}

/**
 * Makes the second factor of an app from one options object.
 *
 * @throws TypeError that names a bad option and says what would be right
 */
export function createMfa(options: MfaOptions): Mfa {
  const settings = readOptions(options)
  const factors = [
    totp(settings.totp) as unknown as Factor,
    recoveryCode(settings.recoveryCodes) as unknown as Factor,
    ...settings.factors,
  ]
  const core = createCore(settings, factors)
  const { allowedOrigins, limiter } = settings
  const routing: Routing = { core, allowedOrigins, limiter, routes: mountRoutes(routeTable(factors), settings.routes) }
  return Object.freeze<Mfa>({
    ...signInFace(core),
    ...accountFace(core),
    ...operatorFace(core, settings),
    on: (type, listener) => core.events.on(type, listener),
    findUser: settings.findUser,
    handler: (host) => createHandler(routing, host),
  })
}

function createCore(settings: MfaSettings, factors: readonly Factor[]): Core {
  const keySets = deriveKeys(settings.secrets)
  const { issuer, stepUpSeconds, ephemeralTokenSeconds, activationTokenSeconds, attempts, findUser, now, randomBytes } =
    settings
  const sealer = createSealer(keySets, randomBytes)
  return Object.freeze<Core>({
    issuer,
    stepUpSeconds,
    ephemeralTokenSeconds,
    activationTokenSeconds,
    attempts,
    factors,
    findUser,
    commit: createCommit({ ...settings, sealer }),
    tokens: createTokens({ ...settings, keySets }),
    events: createEvents(settings.onEvent),
    now,
    randomBytes,
  })
}

type SignInFace = Pick<Mfa, 'challenge' | 'verify' | 'begin' | 'confirm' | 'stepUp' | 'deactivate'>

function signInFace(core: Core): SignInFace {
  return {
    async challenge(user, answer) {
      const { requestId, input } = apart(answer ?? {})
      return challenge(core, user, { requestId, input: Object.keys(input).length > 0 ? input : undefined })
    },
    verify: async (ephemeralToken, answer) => verify(core, ephemeralToken, apart(answer)),
    begin: (async (type, user, call = {}) => begin(core, type, { ...call, user })) as Mfa['begin'],
    async confirm(type, user, { activationToken, name, ...answer }) {
      return confirm(core, type, { user, activationToken, name, ...apart(answer) })
    },
    stepUp: async (user, answer) => stepUp(core, user, apart(answer)),
    deactivate: async (type, user, { passwordCorrect, ...answer }) =>
      deactivate(core, type, user, { passwordCorrect, ...apart(answer) }),
  }
}

/** An answer's own fields, apart from what goes with the call. */
function apart({ requestId, ...input }: Answer): { input: ProofInput; requestId: string | undefined } {
  return { input, requestId }
}

const codes = 'recovery_code'
type AccountFace = Pick<
  Mfa,
  | 'status'
  | 'recoveryCodes'
  | 'regenerateRecoveryCodes'
  | 'authenticators'
  | 'renameAuthenticator'
  | 'removeAuthenticator'
>

function accountFace(core: Core): AccountFace {
  return {
    status: async (userId, call = {}) => status(core, userId, call),
    recoveryCodes: async (userId, call = {}) => showCodes(core, codes, { ...call, userId }),
    regenerateRecoveryCodes: async (userId, call = {}) => regenerateCodes(core, codes, { ...call, userId }),
    authenticators: async (userId, call = {}) => listAuthenticators(core, userId, call),
    renameAuthenticator: async (userId, id, change) => renameAuthenticator(core, userId, { ...change, id }),
    removeAuthenticator: async (userId, id, call = {}) => removeAuthenticator(core, userId, { ...call, id }),
  }
}

type OperatorFace = Pick<Mfa, 'reset' | 'erase' | 'revokeTokens' | 'import' | 'reseal'>

function operatorFace(core: Core, settings: MfaSettings): OperatorFace {
  return {
    reset: async (userId, call = {}) => reset(core, userId, call),
    erase: async (userId, call = {}) => erase(core, userId, call),
    revokeTokens: async (userId, call = {}) => revokeTokens(core, userId, call),
    reseal: async (options = {}) => reseal(core, settings.storage, options),
    async import(userId, input) {
      const data = importTotp(input)
      const name = input.name === undefined ? undefined : cleanName(input.name)
      if (name === null) throw new TypeError('name must have 1 to 64 characters and no control characters')
      const how = { settings: settings.recoveryCodes, randomBytes: settings.randomBytes }
      const backup =
        input.recoveryCodes === undefined
          ? null
          : { type: codes, data: await importRecoveryCodes(input.recoveryCodes, how) }
      const isSame = (own: unknown): boolean => (own as TotpData).secret === data.secret
      return importAuthenticator(core, userId, {
        authenticator: { type: 'totp', name, data, isSame },
        backup,
        requestId: input.requestId,
      })
    },
  }
}
