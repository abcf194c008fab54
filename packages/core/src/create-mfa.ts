import { createCommit } from './commit/commit.ts'
import { fieldError, MfaError } from './errors.ts'
import { createEvents } from './events.ts'
import type { Factor } from './factors/factor.ts'
import { importRecoveryCodes, recoveryCode } from './factors/recovery-code/recovery-code.ts'
import { importTotp } from './factors/totp/import.ts'
import type { TotpData } from './factors/totp/parameters.ts'
import { totp } from './factors/totp/totp.ts'
import type { Answer, Mfa } from './mfa.ts'
import { erase, reset, revokeTokens } from './operations/account.ts'
import { listAuthenticators, removeAuthenticator, renameAuthenticator } from './operations/authenticators.ts'
import { removeAuthenticators } from './operations/authenticators-of-factor.ts'
import { regenerateCodes, showCodes } from './operations/backup-codes.ts'
import { endFamily, issueTokens, readAccess, refreshTokens, renewAccess } from './operations/bearer.ts'
import { begin } from './operations/begin.ts'
import { challenge } from './operations/challenge.ts'
import { confirm } from './operations/confirm.ts'
import type { Core } from './operations/core.ts'
import { deactivate } from './operations/deactivate.ts'
import { entrantByActivation, entrantByEnrollment, entryMethod, register } from './operations/enter.ts'
import { importAuthenticator } from './operations/import.ts'
import type { ProofInput } from './operations/prove.ts'
import { reseal } from './operations/reseal.ts'
import { status } from './operations/status.ts'
import { stepUp } from './operations/step-up.ts'
import { verify } from './operations/verify.ts'
import { type MfaOptions, type MfaSettings, readOptions } from './options/options.ts'
import type { BearerTokens } from './ports.ts'
import { createHandler, type Routing } from './routes/handler.ts'
import { runOwnRoute } from './routes/own-route.ts'
import { mountRoutes } from './routes/settings.ts'
import { deriveKeys } from './sealing/keys.ts'
import { createSealer } from './sealing/seal.ts'
import { cleanName } from './texts.ts'
import { createAccessTokens } from './tokens/access.ts'
import { createTokens } from './tokens/tokens.ts'

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
  const { allowedOrigins, limiter, routes } = settings
  const mounted = mountRoutes(routes.build(factors), routes.settings)
  const routing: Routing = { core, allowedOrigins, limiter, routes: mounted }
  return Object.freeze<Mfa>({
    ...signInFace(core),
    ...entryFace(core),
    ...accountFace(core),
    ...operatorFace(core, settings),
    tokens: bearerTokens(core),
    on: core.events.on,
    findUser: settings.findUser,
    runRoute: async (name, body, { signedIn = null, requestId } = {}) =>
      runOwnRoute(core, name, { body, signedIn, requestId }),
    handler: (host) => createHandler(routing, host),
  })
}

function createCore(settings: MfaSettings, factors: readonly Factor[]): Core {
  const keySets = deriveKeys(settings.secrets)
  const { issuer, stepUpSeconds, ephemeralTokenSeconds, activationTokenSeconds, attempts } = settings
  const { findUser, enrollment, bearer, now, randomBytes } = settings
  const sealer = createSealer(keySets, randomBytes)
  return Object.freeze<Core>({
    issuer,
    stepUpSeconds,
    ephemeralTokenSeconds,
    activationTokenSeconds,
    attempts,
    factors,
    findUser,
    enrollment,
    bearer,
    commit: createCommit({ ...settings, sealer }),
    tokens: createTokens({ ...settings, keySets }),
    accessTokens: createAccessTokens({ ...settings, keySets }, bearer),
    events: createEvents(settings.onEvent),
    now,
    randomBytes,
  })
}

type EntryFace = Pick<Mfa, 'register' | 'beginEnrollment' | 'confirmEnrollment'>

function entryFace(core: Core): EntryFace {
  return {
    async register(user, { method, requestId, ...fields } = {}) {
      return register(core, user, { method: entryMethod(core, method, fields), fields, requestId })
    },
    async beginEnrollment(ephemeralToken, type, { requestId, ...fields } = {}) {
      const { user, claims } = await entrantByEnrollment(core, ephemeralToken, { requestId })
      return begin(core, type, { user, fields, entering: { claims }, requestId })
    },
    async confirmEnrollment(type, { activationToken, name, ...answer }) {
      const call = { isSignedIn: false, requestId: answer.requestId }
      const entrant = await entrantByActivation(core, activationToken, call)
      if (entrant === null) throw new MfaError('unauthenticated')
      const { user } = entrant
      return { user, ...(await confirm(core, type, { user, activationToken, name, ...apart(answer) })) }
    },
  }
}

type SignInFace = Pick<Mfa, 'challenge' | 'verify' | 'begin' | 'confirm' | 'stepUp' | 'deactivate'>

function signInFace(core: Core): SignInFace {
  return {
    challenge: async (user, answer = {}) => challenge(core, user, apart(answer)),
    verify: async (ephemeralToken, answer) => verify(core, ephemeralToken, apart(answer)),
    begin: (async (type, user, { provedAt, requestId, ...fields } = {}) =>
      begin(core, type, { user, fields, provedAt, requestId })) as Mfa['begin'],
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
  | 'removeAuthenticators'
>

function accountFace(core: Core): AccountFace {
  return {
    status: async (userId, call = {}) => status(core, userId, call),
    recoveryCodes: async (userId, call = {}) => showCodes(core, codes, { ...call, userId }),
    regenerateRecoveryCodes: async (userId, call = {}) => regenerateCodes(core, codes, { ...call, userId }),
    authenticators: async (userId, call = {}) => listAuthenticators(core, userId, call),
    renameAuthenticator: async (userId, id, change) => renameAuthenticator(core, userId, { ...change, id }),
    removeAuthenticator: async (userId, id, call = {}) => removeAuthenticator(core, userId, { ...call, id }),
    removeAuthenticators: async (type, userId, call = {}) =>
      removeAuthenticators(core, userId, { ...call, factor: type }),
  }
}

function bearerTokens(core: Core): BearerTokens {
  return Object.freeze<BearerTokens>({
    issue: async (user, proof, call = {}) => issueTokens(core, user, { ...call, proof }),
    renew: async (token, proof, call = {}) => renewAccess(core, token, { ...call, proof }),
    refresh: async (token, call = {}) => refreshTokens(core, token, call),
    revoke: async (token, call = {}) => endFamily(core, token, call),
    read: async (token) => readAccess(core, token),
  })
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
      if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
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
