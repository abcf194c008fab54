import { isLoopback } from './http/loopback.ts'
import type { ClientOptions, Settings, TotpOptions } from './options.ts'
import { type RouteName, routes } from './routes.ts'
import { memoryTokens } from './session/memory-tokens.ts'
import { readTokens } from './session/read-tokens.ts'

/** Check the options and fill in the defaults. @throws TypeError that names the option and says what is right */
export function readOptions(options: ClientOptions): Settings {
  if (typeof options !== 'object' || options === null) throw new TypeError('options must be an object')
  const baseUrl = readBaseUrl(options.baseUrl, options.allowHttp ?? false)
  const { answers, prompt, onNotice, tokenStorage = memoryTokens(), sleep = sleepByTimer, now = Date.now } = options
  // A browser's own fetch refuses to be called as a method of another object.
  const { fetch: send = (...given: Parameters<typeof fetch>) => fetch(...given) } = options
  demandFunctions({ prompt, onNotice, fetch: send, sleep, now, readTokens: options.readTokens })
  demandMethods('answers', answers, ['getAll', 'add'])
  demandMethods('tokenStorage', tokenStorage, ['get', 'set'])
  return {
    baseUrl,
    totp: readTotp(options.totp),
    answers,
    prompt,
    tokenStorage,
    sleep,
    now,
    fetch: send,
    preferred: options.preferred ?? [],
    maxAttempts: whole('maxAttempts', options.maxAttempts ?? 3, [1, 10]),
    timeoutSeconds: within('timeoutSeconds', options.timeoutSeconds ?? 10, [0.1, 600]),
    retries: whole('retries', options.retries ?? 3, [0, 10]),
    maxClockSkewMs: within('maxClockSkewSeconds', options.maxClockSkewSeconds ?? 600, [0, 86_400]) * 1000,
    credentials: options.credentials ?? 'same-origin',
    readTokens: options.readTokens ?? readTokens,
    paths: readPaths(options.paths ?? {}),
    origins: new Set([baseUrl.origin, ...(options.origins ?? []).map(readOrigin)]),
    notify: (notice) => {
      try {
        onNotice?.(notice)
      } catch {
        // A listener that throws must not end the call.
      }
    },
  }
}

function readBaseUrl(given: unknown, allowHttp: boolean): URL {
  const { href } = (globalThis as { location?: { href?: string } }).location ?? {}
  const isText = typeof given === 'string' || given instanceof URL
  const url = isText && URL.canParse(String(given), href) ? new URL(given, href) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '' || url.username !== '')
    throw new TypeError("baseUrl must be where Latchkey is mounted, such as 'https://app.example/auth'")
  const isOwnPage = href !== undefined && url.origin === new URL(href).origin
  if (url.protocol === 'http:' && !allowHttp && !isOwnPage && !isLoopback(url.hostname))
    throw new TypeError('baseUrl must be https, or anybody on the way can read the passwords: allowHttp allows that')
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

function readTotp(given: ClientOptions['totp']): TotpOptions | null {
  if (given === undefined) return null
  const totp = typeof given === 'object' && given !== null ? given : { secret: given }
  if (typeof totp.secret !== 'string' && typeof totp.secret !== 'function')
    throw new TypeError('totp must be a base32 secret, an otpauth: URL, a function that gives one, or { secret }')
  demandMethods('totp.steps', totp.steps, ['take', 'release'])
  return totp
}

function readPaths(given: Readonly<Partial<Record<string, string>>>): Readonly<Record<RouteName, string>> {
  for (const [name, path] of Object.entries(given)) {
    if (!Object.hasOwn(routes, name))
      throw new TypeError(`paths: unknown option "${name}" (known: ${Object.keys(routes).join(', ')})`)
    if (!/^\/[^/?#]/.test(String(path))) throw new TypeError(`paths.${name} must be a path that begins with a slash`)
  }
  const defaults = Object.entries(routes).map(([name, [, path]]) => [name, path])
  return { ...Object.fromEntries(defaults), ...given } as Record<RouteName, string>
}

function readOrigin(given: unknown): string {
  const isOrigin = typeof given === 'string' && URL.canParse(given) && new URL(given).origin === given
  if (!isOrigin) throw new TypeError("origins must be a list of origins, such as 'https://api.app.example'")
  return given
}

function within(name: string, value: unknown, [least, most]: readonly [number, number]): number {
  if (typeof value === 'number' && value >= least && value <= most) return value
  throw new TypeError(`${name} must be a number from ${least} to ${most}`)
}

function whole(name: string, value: unknown, range: readonly [number, number]): number {
  if (!Number.isInteger(within(name, value, range))) throw new TypeError(`${name} must be a whole number`)
  return value as number
}

function demandFunctions(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && typeof value !== 'function') throw new TypeError(`${name} must be a function`)
  }
}

function demandMethods(option: string, value: unknown, names: readonly string[]): void {
  if (value === undefined) return
  const has = (name: string) => typeof (value as Record<string, unknown> | null)?.[name] === 'function'
  if (!names.every(has)) throw new TypeError(`${option} must have the functions ${names.join(' and ')}`)
}

function sleepByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason as Error)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
