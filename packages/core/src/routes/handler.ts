import { isMfaError, MfaError } from '../errors.ts'
import { type Core, fail } from '../operations/decide.ts'
import type { GuardOptions, Handler, Host, Limiter, MfaContext, MfaRequest, MfaResponse, SignedIn } from '../ports.ts'
import { isFresh, stepUpRequired } from '../rules/fresh.ts'
import { admit } from './admission.ts'
import { jsonAnswer, problemAnswer } from './answer.ts'
import { refuseCrossSite } from './cross-site.ts'
import { checkFields } from './fields.ts'
import { type Match, matchPath } from './match.ts'
import type { BoundHost } from './route.ts'
import type { MountedRoute } from './settings.ts'

/** What a handler works with; made once by `createMfa`. */
export interface Routing {
  readonly core: Core
  readonly routes: readonly MountedRoute[]
  readonly allowedOrigins: readonly string[] | undefined
  readonly limiter: Limiter | undefined
}

/** Binds the routes to a host. @throws TypeError that names a host function that is missing */
export function createHandler<Args extends readonly unknown[]>(routing: Routing, host: Host<Args>): Handler<Args> {
  checkHost(host)
  const { core } = routing
  const routes = routing.routes.filter(({ needs }) => needs === undefined || Boolean(host[needs]))
  return Object.freeze<Handler<Args>>({
    async handle(request, ...args) {
      const match = matchPath(routes, request.path)
      if (match === null) return null
      const call: Call<Args> = { request, host, args, requestId: host.requestId?.(...args), signedIn: null }
      try {
        return await answer(routing, match, call)
      } catch (error) {
        if (!isMfaError(error)) throw error
        const userId = call.signedIn?.user.id ?? null
        fail(core, { type: 'request', userId, requestId: call.requestId }, { error, cause: error.cause })
        return problemAnswer(error, host)
      }
    },
    guard: (options = {}) => createGuard(core, host, options),
    problem(error) {
      if (isMfaError(error)) return problemAnswer(error, host)
      throw error
    },
  })
}

interface Call<Args extends readonly unknown[]> {
  readonly request: MfaRequest
  readonly host: Host<Args>
  readonly args: Args
  readonly requestId: string | undefined
  signedIn: SignedIn | null
}

/** The checks in their order: method, cross-site, signed in, body, fields; the operation does the rest. */
async function answer<Args extends readonly unknown[]>(
  routing: Routing,
  match: Match,
  call: Call<Args>,
): Promise<MfaResponse> {
  const { core, allowedOrigins, limiter } = routing
  const { request, requestId } = call
  const host = bindHost(call.host, call.args)
  const route = match.routes.find(({ method }) => method === request.method)
  if (route === undefined) throw new MfaError('method_not_allowed', { allow: match.routes.map(({ method }) => method) })
  if (route.method !== 'GET') refuseCrossSite(request, allowedOrigins)
  const known = (who: SignedIn) => {
    call.signedIn = who
  }
  const { params } = match
  const { body, signedIn, enrollee } = await admit(route, { core, request, host, params, requestId, known })
  call.signedIn = signedIn
  const input = checkFields(body, route, { factors: core.factors, password: host.confirmPassword !== undefined })
  const isLimited = route.proof !== undefined || route.limited === true
  if (isLimited && limiter !== undefined) await slowDown(limiter, request.address)
  const answer = await route.handle({ core, host, body, input, params, signedIn, enrollee, requestId })
  if ('headers' in answer) return answer
  return jsonAnswer(200, route.shape === undefined ? answer.body : route.shape(answer.body))
}

function bindHost<Args extends readonly unknown[]>(host: Host<Args>, args: Args): BoundHost {
  const { confirmPassword } = host
  return {
    checkCredentials: async (body) => host.checkCredentials(body, ...args),
    currentUser: async () => (await host.currentUser(...args)) ?? null,
    signIn: async (user, proof) => host.signIn(user, proof, ...args),
    proved: async (user, proof) => host.proved(user, proof, ...args),
    register: async (body) => (await host.register?.(body, ...args)) ?? null,
    // Only a plain `true` is a yes.
    confirmPassword:
      confirmPassword &&
      (async (user, password) => (await confirmPassword.call(host, user, password, ...args)) === true),
  }
}

async function slowDown(limiter: Limiter, address: string): Promise<void> {
  try {
    await limiter.consume(address)
  } catch (refusal) {
    const wait = (refusal as { msBeforeNext?: unknown } | null)?.msBeforeNext
    // Without a time it is the limiter that failed: fail closed.
    if (typeof wait !== 'number' || !Number.isFinite(wait))
      throw new MfaError('storage_unavailable', { cause: refusal })
    throw new MfaError('too_many_attempts', { retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) })
  }
}

function createGuard<Args extends readonly unknown[]>(
  core: Core,
  host: Host<Args>,
  { maxAgeSeconds = core.stepUpSeconds === false ? 300 : core.stepUpSeconds, factors }: GuardOptions,
): (...args: Args) => Promise<MfaContext> {
  const known = core.factors.map(({ type }) => type)
  if (!Number.isInteger(maxAgeSeconds) || maxAgeSeconds < 1)
    throw new TypeError('maxAgeSeconds must be a whole number of seconds, 1 or more')
  const isList = factors === undefined || (Array.isArray(factors) && factors.length > 0)
  if (!isList || factors?.some((type: string) => !known.includes(type)) === true) {
    throw new TypeError(`factors must be a list of ${known.join(', ')}`)
  }
  return async (...args) => {
    const signedIn = (await host.currentUser(...args)) ?? null
    if (signedIn === null) throw new MfaError('unauthenticated')
    const isRight = factors === undefined || factors.includes(signedIn.factor ?? '')
    const { user, provedAt, factor = null, amr = [] } = signedIn
    if (!isRight || !isFresh(provedAt, { maxAgeSeconds, nowMs: core.now() })) throw stepUpRequired(maxAgeSeconds)
    return { user, proof: { provedAt, factor, amr } }
  }
}

function checkHost<Args extends readonly unknown[]>(host: Host<Args>): void {
  const functions = host as unknown as Record<string, unknown> | null | undefined
  for (const name of ['checkCredentials', 'currentUser', 'signIn', 'proved']) {
    if (typeof functions?.[name] !== 'function') throw new TypeError(`host.${name} must be a function`)
  }
  for (const name of ['confirmPassword', 'register', 'requestId']) {
    if (!['function', 'undefined'].includes(typeof functions?.[name]))
      throw new TypeError(`host.${name} must be a function`)
  }
}
