import { createRouteTable, type RouteSettings, type RouteTable } from '../route-table.ts'
import { routeTable } from '../table.ts'
import { resource } from './resource.ts'
import { secretRoutes } from './secret-routes.ts'

/** What the resource does in its own way. */
const replaced = new Set([
  ...['begin', 'confirm', 'qr', 'deactivate'].map((name) => `${resource.factor}.${name}`),
  ...['authenticators', 'renameAuthenticator', 'removeAuthenticator'],
])

/**
 * Routes that enroll an authenticator app as a REST resource, `/users/:userId/secrets`, for the option `routes`.
 * All else is as in the usual table, which has other routes over the same operations.
 *
 * @param settings - Per operation another path, `false` for off, or a function that shapes the answer
 */
export function resourceRoutes(settings?: RouteSettings): RouteTable {
  return createRouteTable({
    settings,
    build: (factors) => [...routeTable(factors).filter(({ name }) => !replaced.has(name)), ...secretRoutes],
  })
}
