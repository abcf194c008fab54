import { MfaError } from '../../errors.ts'
import { type Route, type RouteCall, userOf } from '../route.ts'

/** The same route for the owner of the resource alone. To everybody else there is none, whether such a user exists or not. */
export function ofOwner(route: Route): Route {
  return {
    ...route,
    async handle(call) {
      const params = decode(call.params)
      if (params['userId'] !== userOf(call).id) throw new MfaError('not_found')
      return route.handle({ ...call, params })
    },
  }
}

function decode(params: RouteCall['params']): RouteCall['params'] {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, part]) => [name, decodeURIComponent(part)]))
  } catch {
    throw new MfaError('not_found')
  }
}
