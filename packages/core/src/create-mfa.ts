import { createCommit } from './commit/commit.ts'
import { createEvents } from './events.ts'
import type { Factor } from './factors/factor.ts'
import { recoveryCode } from './factors/recovery-code/recovery-code.ts'
import { totp } from './factors/totp/totp.ts'
import type { Answer, Mfa } from './mfa.ts'
import {
  listAuthenticators,
  removeAuthenticator,
  removeAuthenticators,
  renameAuthenticator,
} from './operations/account/authenticators.ts'
import { regenerateCodes, showCodes } from './operations/account/backup-codes.ts'
import { deactivate } from './operations/account/deactivate.ts'
import { status } from './operations/account/status.ts'
import { endFamily, issueTokens, readAccess, refreshTokens, renewAccess } from './operations/bearer/bearer.ts'
import type { Core } from './operations/decide.ts'
import { begin, beginAccount } from './operations/enrollment/begin.ts'
import { confirm } from './operations/enrollment/confirm.ts'
import { enrolleeByEnrollment, enrolleeMethod, requireEnrollee } from './operations/enrollment/enrollee.ts'
import { challenge } from './operations/login/challenge.ts'
import { signInAlone } from './operations/login/sign-in.ts'
import { stepUp, verify } from './operations/login/verify.ts'
import { importAuthenticator } from './operations/operator/import.ts'
import { reseal } from './operations/operator/reseal.ts'
import { erase, reset, revokeTokens } from './operations/operator/reset.ts'
import { type MfaOptions, type MfaSettings, readMfaOptions } from './options/options.ts'
import type { BearerTokens } from './ports/bearer.ts'
import { createHandler, type Routing } from './routes/handler.ts'
import { runOwnRoute } from './routes/own-route.ts'
import { mountRoutes } from './routes/settings.ts'
import type { ProofInput } from './rules/prove.ts'
import { deriveKeys, factorKey } from './sealing/keys.ts'
import { createSealer } from './sealing/seal.ts'
import { createAccessTokens } from './tokens/access.ts'
import { createProofs } from './tokens/proofs.ts'
import { createTokens } from './tokens/tokens.ts'

/**
 * Makes the second factor of an app from one options object.
 *
 * @throws TypeError that names a bad option and says what would be right
 */
export function createMfa(options: MfaOptions): Mfa {
  const settings = readMfaOptions(options)
  const factors = [totp(settings.totp), recoveryCode(settings.recoveryCodes), ...settings.factors]
  const core = createCore(settings, factors)
  const { allowedOrigins, limiter, routes } = settings
  const mounted = mountRoutes(routes.build(factors), routes.settings)
  const routing: Routing = { core, allowedOrigins, limiter, routes: mounted }
  return Object.freeze<Mfa>({
    ...signInFace(core),
    ...enrolleeFace(core),
    ...accountFace(core),
    ...operatorFace(core, settings),
    tokens: bearerTokens(core),
    on: core.events.on,
    findUser: settings.findUser,
    openProof: ({ user, proof }) => core.proofs.open(user, proof),
    runRoute: async (name, body, { signedIn = null, requestId } = {}) =>
      runOwnRoute(core, name, { body, signedIn, requestId }),
    handler: (host) => createHandler(routing, host),
  })
}

function createCore(settings: MfaSettings, factors: readonly Factor[]): Core {
  const keySets = deriveKeys(settings.secrets)
  const { issuer, stepUpSeconds, ephemeralTokenSeconds, activationTokenSeconds, attempts } = settings
  const { findUser, enrollment, bearer, now, randomBytes } = settings
  const sealer = createSealer('record', keySets, randomBytes)
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
    proofs: createProofs(keySets, randomBytes),
    accessTokens: createAccessTokens({ ...settings, keySets }, bearer),
    events: createEvents(settings.onEvent),
    now,
    randomBytes,
    keysOf: (type) => (label) => keySets.map((keys) => factorKey(keys, type, label)),
  })
}

type EnrolleeFace = Pick<Mfa, 'register' | 'beginEnrollment' | 'confirmEnrollment'>

function enrolleeFace(core: Core): EnrolleeFace {
  return {
    async register(user, { method, requestId, ...fields } = {}) {
      return beginAccount(core, enrolleeMethod(core, method, fields), { user, fields, requestId })
    },
    async beginEnrollment(ephemeralToken, type, { requestId, ...fields } = {}) {
      const { user, claims } = await enrolleeByEnrollment(core, ephemeralToken, { requestId })
      return begin(core, type, { user, fields, enrollee: { kind: 'token', claims }, requestId })
    },
    async confirmEnrollment(type, { activationToken, name, ...answer }) {
      const { user } = await requireEnrollee(core, activationToken, answer)
      return { user, ...(await confirm(core, type, { user, activationToken, name, ...toInput(answer) })) }
    },
  }
}

type SignInFace = Pick<Mfa, 'challenge' | 'verify' | 'signIn' | 'begin' | 'confirm' | 'stepUp' | 'deactivate'>

function signInFace(core: Core): SignInFace {
  return {
    challenge: async (user, answer = {}) => challenge(core, user, toInput(answer)),
    verify: async (ephemeralToken, answer) => verify(core, ephemeralToken, toInput(answer)),
    signIn: async (type, answer) => signInAlone(core, type, toInput(answer)),
    begin: (async (type, user, { provedAt, requestId, ...fields } = {}) =>
      begin(core, type, { user, fields, provedAt, requestId })) as Mfa['begin'],
    async confirm(type, user, { activationToken, name, ...answer }) {
      return confirm(core, type, { user, activationToken, name, ...toInput(answer) })
    },
    stepUp: async (user, answer) => stepUp(core, user, toInput(answer)),
    deactivate: async (type, user, { passwordCorrect, ...answer }) =>
      deactivate(core, type, user, { passwordCorrect, ...toInput(answer) }),
  }
}

/** An answer's own fields, apart from what goes with the call. */
function toInput({ requestId, ...input }: Answer): { input: ProofInput; requestId: string | undefined } {
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
    import: async (userId, { factor: type = 'totp', actor, note, requestId, ...input }) =>
      importAuthenticator(core, userId, { type, input, actor, note, requestId }),
  }
}
