import { MfaError } from '../errors.ts'
import type { Factor, FactorCall, FactorRoute } from '../factors/factor.ts'
import type { CallOptions, Core } from '../operations/decide.ts'
import { pendingOf } from '../operations/enrollment/activation.ts'
import { examine } from '../operations/factor-calls/examine.ts'
import { changeState } from '../operations/factor-calls/state.ts'
import { challengeOf } from '../operations/login/verify.ts'
import type { JsonObject, MfaResponse, SignedIn } from '../ports.ts'
import { bytesAnswer } from './answer.ts'
import { checkFields } from './fields.ts'
import { type Route, userOf } from './route.ts'

/** A factor's own route, given just what it may do. */
export function ownRoute({ type }: Factor, route: FactorRoute): Route {
  return {
    ...route,
    async handle(call) {
      const currentUser = async () => call.signedIn ?? call.host.currentUser()
      const answer = await route.handle(factorCall(type, { ...call, currentUser }))
      return isWhole(answer) ? bytesAnswer(answer) : { body: answer }
    },
  }
}

/** Who asks, where there is no request. */
export type OwnCall = CallOptions & {
  readonly body: Readonly<Record<string, unknown>>
  readonly signedIn: SignedIn | null
}

/**
 * Does what a factor's own route does, without a request. Gives the members of its answer, or bytes of what is no JSON.
 *
 * @throws TypeError where no factor has such a route; MfaError as the route does
 */
export async function runOwnRoute(core: Core, name: string, call: OwnCall): Promise<JsonObject | Uint8Array> {
  const found = core.factors
    .flatMap(({ type, routes = [] }) => routes.map((route) => ({ type, route })))
    .find(({ route }) => route.name === name)
  if (found === undefined) throw new TypeError(`no factor has a route '${name}'`)
  const { type, route } = found
  if (route.access !== 'anyone' && call.signedIn === null) throw new MfaError('unauthenticated')
  checkFields(call.body, route, { factors: [], password: false })
  const answer = await route.handle(factorCall(type, { ...call, core, currentUser: async () => call.signedIn }))
  return isWhole(answer) ? (answer.body ?? new Uint8Array()) : answer
}

function factorCall(
  type: string,
  call: OwnCall & Pick<FactorCall, 'currentUser'> & { readonly core: Core },
): FactorCall {
  const { core, body, signedIn, currentUser, requestId } = call
  const { issuer, randomBytes } = core
  return {
    ...{ body, signedIn, issuer, randomBytes, currentUser },
    challenged: (ephemeralToken) => challengeOf(core, type, { ephemeralToken, requestId }),
    pending: (activationToken) => pendingOf(core, type, { user: userOf(call), activationToken, requestId }),
    change: (userId, change) => changeState(core, type, { userId, change, requestId }),
    examine(look, activationToken) {
      const asked = { user: userOf(call), provedAt: signedIn?.provedAt, activationToken, look, requestId }
      return examine(core, type, asked)
    },
  }
}

function isWhole(answer: object): answer is MfaResponse {
  return 'status' in answer && 'headers' in answer
}
