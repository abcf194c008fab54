import type { Factor } from '../factors/factor.ts'
import type { Route } from './route.ts'
import type { RouteSetting } from './settings.ts'
import { routeTable } from './table.ts'

// By name, so that a table of another copy of this package is known too.
const brand: unique symbol = Symbol.for('latchkey.RouteTable')

/** What the host says of the operations of a table, by their names. */
export type RouteSettings = Readonly<Record<string, RouteSetting>>

/** Where the routes come from: all there are, and what the host says of them. */
export interface RouteSource {
  readonly build: (factors: readonly Factor[]) => readonly Route[]
  readonly settings: RouteSettings | undefined
}

/** Other routes over the same operations, for the option `routes`: what `resourceRoutes` gives. */
export interface RouteTable {
  readonly [brand]: RouteSource
}

/** Makes a table of routes to be given as the option `routes`. */
export function createRouteTable(source: RouteSource): RouteTable {
  return Object.freeze<RouteTable>({ [brand]: Object.freeze({ ...source }) })
}

/** What the option `routes` comes to: another table, or settings for the usual one. */
export function routeSourceOf(routes: unknown): { build: RouteSource['build']; settings: unknown } {
  return isRouteTable(routes) ? routes[brand] : { build: routeTable, settings: routes }
}

function isRouteTable(routes: unknown): routes is RouteTable {
  return typeof routes === 'object' && routes !== null && Object.hasOwn(routes, brand)
}
