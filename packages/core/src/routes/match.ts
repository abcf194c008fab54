import type { MountedRoute } from './settings.ts'

/** What a path leads to: the routes on it, one a method, and the named parts. */
export interface Match {
  readonly routes: readonly MountedRoute[]
  readonly params: Readonly<Record<string, string>>
}

/** Finds a path below the mount, to the letter but for one slash at its end. Null: not ours. */
export function matchPath(routes: readonly MountedRoute[], path: string): Match | null {
  const parts = path.replace(/^\//, '').replace(/\/$/, '').split('/')
  const found = routes.filter((route) => fits(route.parts, parts))
  const [first] = found
  if (first === undefined) return null
  const named = first.parts.flatMap((part, index) =>
    part.startsWith(':') ? [[part.slice(1), parts[index] as string]] : [],
  )
  return { routes: found, params: Object.fromEntries(named) }
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  return (
    pattern.length === parts.length &&
    pattern.every((part, index) => part === parts[index] || (part.startsWith(':') && parts[index] !== ''))
  )
}
