import { MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import type { FactorCall, FactorRoute } from '../factors/factor-route.ts'
import type { Body } from '../fields.ts'
import type { CallOptions, Core } from '../operations/decide.ts'
import { pendingOf } from '../operations/enrollment/activation.ts'
import { examine } from '../operations/factor-calls/examine.ts'
import { changeState } from '../operations/factor-calls/state.ts'
import { openChallenge } from '../operations/login/verify.ts'
import type { MfaResponse } from '../ports/http.ts'
import type { SignedIn } from '../ports/proof.ts'
import type { JsonObject } from '../ports/values.ts'
import { toCaller } from './admission.ts'
import { bytesAnswer } from './answer.ts'
import { checkFields } from './fields.ts'
import { type Caller, provedAtOf, type Route, userOf } from './route.ts'

/** A factor's own route, given just what it may do. */
export function ownRoute({ type }: Factor, route: FactorRoute): Route {
  return {
    ...route,
    async handle(call) {
      const currentUser = async () => signedInOf(call.caller) ?? call.host.currentUser()
      const answer = await route.handle(factorCall(type, { ...call, currentUser }))
      return isResponse(answer) ? bytesAnswer(answer) : { body: answer }
    },
  }
}

/**
 * Does what a factor's own route does, without a request. Gives the members of its answer, or bytes of what is no JSON.
 *
 * @throws TypeError if no factor has such a route; MfaError as the route does
 */
export async function runOwnRoute(
  core: Core,
  name: string,
  call: CallOptions & { readonly body: Body; readonly signedIn: SignedIn | null },
): Promise<JsonObject | Uint8Array> {
  const found = core.factors
    .flatMap(({ type, routes = [] }) => routes.map((route) => ({ type, route })))
    .find(({ route }) => route.name === name)
  if (found === undefined) throw new TypeError(`no factor has a route '${name}'`)
  const { type, route } = found
  const { signedIn, body, requestId } = call
  if (route.access !== 'anyone' && signedIn === null) throw new MfaError('unauthenticated')
  checkFields(body, route, { factors: [], host: null })
  const caller: Caller = signedIn === null ? { kind: 'nobody' } : toCaller(core, signedIn)
  const currentUser = async () => signedIn
  const answer = await route.handle(factorCall(type, { core, body, caller, requestId, currentUser }))
  return isResponse(answer) ? (answer.body ?? new Uint8Array()) : answer
}

/** The caller of a factor's own route, and how its core is reached. */
interface OwnCall extends CallOptions, Pick<FactorCall, 'body' | 'currentUser'> {
  readonly core: Core
  readonly caller: Caller
}

function factorCall(type: string, call: OwnCall): FactorCall {
  const { core, body, caller, currentUser, requestId } = call
  const { issuer, randomBytes } = core
  return {
    body,
    user: caller.kind === 'nobody' ? null : caller.user,
    signedIn: signedInOf(caller),
    issuer,
    randomBytes,
    keys: core.keysOf(type),
    nowMs: core.now(),
    currentUser,
    openChallenge: (ephemeralToken) => openChallenge(core, type, { ephemeralToken, requestId }),
    openEnrollment: (activationToken) => pendingOf(core, type, { user: userOf(call), activationToken, requestId }),
    change: (userId, change) => changeState(core, type, { userId, change, requestId }),
    examine(look, activationToken) {
      const asked = { user: userOf(call), provedAt: provedAtOf(call), activationToken, look, requestId }
      return examine(core, type, asked)
    },
  }
}

function signedInOf(caller: Caller): SignedIn | null {
  return caller.kind === 'user' ? caller.signedIn : null
}

function isResponse(answer: object): answer is MfaResponse {
  return 'status' in answer && 'headers' in answer
}
