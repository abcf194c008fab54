import { refuseUnknown } from '../read-options.ts'
import type { Route } from './route.ts'

/** Shapes the body of a success before it is sent; gets it as it is on the wire. */
export type ShapeAnswer = (body: unknown) => unknown

/** What the host may say of one operation: another path, off, or another answer. */
export type RouteSetting =
  | string
  | false
  | ShapeAnswer
  | { readonly path?: string | undefined; readonly shape?: ShapeAnswer | undefined }

/** A route as it is mounted. */
export interface MountedRoute extends Route {
  readonly shape: ShapeAnswer | undefined
  /** The path in parts; a part that begins with a colon stands for any text. */
  readonly parts: readonly string[]
}

/**
 * The routes after the host's settings.
 *
 * @throws TypeError that names the setting
 */
export function mountRoutes(
  routes: readonly Route[],
  settings: Readonly<Record<string, RouteSetting>>,
): readonly MountedRoute[] {
  const names = routes.map(({ name }) => name)
  refuseUnknown('options.routes', settings, names)
  const mounted = routes.flatMap((route) => {
    const setting = settings[route.name]
    return setting === false ? [] : [mountedRoute(route, setting)]
  })
  refuseClashes(mounted)
  return mounted
}

function mountedRoute(route: Route, setting: Exclude<RouteSetting, false> | undefined): MountedRoute {
  const { path = route.path, shape } = readSetting(setting)
  const option = `options.routes.${route.name}`
  if (typeof path !== 'string' || !/^(?:\/[\w.~:-]+)+$/.test(path))
    throw new TypeError(`${option} must be a path such as '${route.path}'`)
  if (shape !== undefined && typeof shape !== 'function') throw new TypeError(`${option}.shape must be a function`)
  const parts = path.slice(1).split('/')
  const missing = route.path.split('/').find((part) => part.startsWith(':') && !parts.includes(part))
  if (missing !== undefined) throw new TypeError(`${option} must hold '${missing}'`)
  return { ...route, path, parts, shape }
}

function readSetting(setting: Exclude<RouteSetting, false> | undefined): {
  path?: string | undefined
  shape?: ShapeAnswer | undefined
} {
  if (typeof setting === 'function') return { shape: setting }
  if (typeof setting === 'object' && setting !== null) return setting
  return setting === undefined ? {} : { path: setting }
}

/** What a path leads to: the routes on it, one a method. */
export interface Match {
  readonly routes: readonly MountedRoute[]
  /** The path in parts. */
  readonly parts: readonly string[]
}

/** Finds a path below the mount, to the letter but for one slash at its end. Null: not ours. */
export function matchPath(routes: readonly MountedRoute[], path: string): Match | null {
  const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  const found = routes.filter((route) => fits(route.parts, parts))
  return found.length === 0 ? null : { routes: found, parts }
}

/** The named parts of a path, as the route names them. */
export function paramsOf(route: MountedRoute, parts: readonly string[]): Readonly<Record<string, string>> {
  const named = parts.flatMap((part, index) => {
    const name = route.parts[index]
    return name?.startsWith(':') ? [[name.slice(1), part] as const] : []
  })
  return Object.fromEntries(named)
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => part === parts[index] || (part.startsWith(':') && parts[index] !== ''))
  )
}

function refuseClashes(routes: readonly MountedRoute[]): void {
  const seen = new Map<string, string>()
  for (const { name, method, parts } of routes) {
    const key = `${method} ${parts.map((part) => (part.startsWith(':') ? ':' : part)).join('/')}`
    const other = seen.get(key)
    if (other !== undefined) throw new TypeError(`options.routes.${name} has the path of '${other}'`)
    seen.set(key, name)
  }
}
