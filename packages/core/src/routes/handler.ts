import { isMfaError, MfaError } from '../errors.ts'
import { type Core, fail } from '../operations/decide.ts'
import type { Host, Limiter } from '../ports/host.ts'
import type { Handler, MfaRequest, MfaResponse } from '../ports/http.ts'
import { admit, identifyCaller } from './admission.ts'
import { jsonAnswer, problemAnswer } from './answer.ts'
import { refuseCrossSite } from './cross-site.ts'
import { checkFields } from './fields.ts'
import { createGuard } from './guard.ts'
import type { BoundHost, Caller } from './route.ts'
import { type Match, type MountedRoute, matchPath, paramsOf } from './settings.ts'

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
      const call: Call = { request, match, host: bindHost(host, args), requestId: host.requestId?.(...args) }
      try {
        return await reportAs(core, call, { kind: 'nobody' }, () => answer(routing, call))
      } catch (error) {
        if (isMfaError(error)) return problemAnswer(error, host)
        throw error
      }
    },
    guard: (options = {}) => createGuard(core, host, options),
    problem(error) {
      if (isMfaError(error)) return problemAnswer(error, host)
      throw error
    },
  })
}

interface Call {
  readonly request: MfaRequest
  readonly match: Match
  readonly host: BoundHost
  readonly requestId: string | undefined
}

/** The checks in their order: method, cross-site, signed in, body, fields; the operation does the rest. */
async function answer({ core, allowedOrigins, limiter }: Routing, call: Call): Promise<MfaResponse> {
  const { request, match, host, requestId } = call
  const route = match.routes.find(({ method }) => method === request.method)
  if (route === undefined) throw new MfaError('method_not_allowed', { allow: match.routes.map(({ method }) => method) })
  if (route.method !== 'GET') refuseCrossSite(request, allowedOrigins)
  const params = paramsOf(route, match.parts)
  const asking = { core, route, request, params, host, requestId }
  const asker = await identifyCaller(asking)
  const { caller, body } = await reportAs(core, call, asker, () => admit(asking, asker))
  return reportAs(core, call, caller, async () => {
    const input = checkFields(body, route, { factors: core.factors, host })
    const isLimited = route.proof !== undefined || route.limited === true
    if (isLimited && limiter !== undefined) await slowDown(limiter, request.address)
    const given = await route.handle({ core, host, caller, body, input, params, requestId })
    if ('headers' in given) return given
    return jsonAnswer(200, route.shape === undefined ? given.body : route.shape(given.body))
  })
}

/** Names the caller in the event of a refusal that has had none yet. */
async function reportAs<T>(core: Core, { requestId }: Call, caller: Caller, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const userId = caller.kind === 'nobody' ? null : caller.user.id
    if (isMfaError(error)) fail(core, { type: 'request', userId, requestId }, { error, cause: error.cause })
    throw error
  }
}

function bindHost<Args extends readonly unknown[]>(host: Host<Args>, args: Args): BoundHost {
  const { confirmPassword, confirmed } = host
  return {
    checkCredentials: async (body) => host.checkCredentials(body, ...args),
    currentUser: async () => (await host.currentUser(...args)) ?? null,
    signIn: async (user, proof) => host.signIn(user, proof, ...args),
    proved: async (user, proof) => host.proved(user, proof, ...args),
    register: async (body) => (await host.register?.(body, ...args)) ?? null,
    confirmed: confirmed && (async (user, evidence) => confirmed.call(host, user, evidence, ...args)),
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
    // Without a time, it is the limiter that failed: fail closed.
    if (typeof wait !== 'number' || !Number.isFinite(wait))
      throw new MfaError('storage_unavailable', { cause: refusal })
    throw new MfaError('too_many_attempts', { retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)) })
  }
}

function checkHost<Args extends readonly unknown[]>(host: Host<Args>): void {
  const memberOf = (name: string): unknown =>
    typeof host === 'object' && host !== null ? Reflect.get(host, name) : undefined
  for (const name of ['checkCredentials', 'currentUser', 'signIn', 'proved']) {
    if (typeof memberOf(name) !== 'function') throw new TypeError(`host.${name} must be a function`)
  }
  for (const name of ['confirmed', 'confirmPassword', 'register', 'requestId']) {
    if (!['function', 'undefined'].includes(typeof memberOf(name)))
      throw new TypeError(`host.${name} must be a function`)
  }
}
