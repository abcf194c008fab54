import type { Factor } from '../factors/factor.ts'
import type { Limiter, Storage } from '../ports.ts'
import { type RouteSettings, type RouteTable, routeSourceOf } from '../routes/route-table.ts'
import { cleanName } from '../texts.ts'
import { readGroup } from './checks.ts'

const shortestSecret = 32
/** Values that stand in examples, here and elsewhere, and that somebody will copy. */
const exampleSecrets =
  /change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this|with)|your[-_ ]?secret|example[-_ ]?secret|keyboard cat|^(?:0123456789abcdef)+$/i

export function readSecrets(secret: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0) throw new TypeError('options.secret must not be an empty list')
  return secrets.map((value) => {
    if (typeof value !== 'string' || Buffer.byteLength(value) < shortestSecret) {
      throw new TypeError(
        `options.secret must be a string of at least ${shortestSecret} random bytes, such as 'openssl rand -base64 32' prints`,
      )
    }
    if (exampleSecrets.test(value))
      throw new TypeError('options.secret is an example that anybody can read: make one of your own')
    return value
  })
}

export function readStorage(storage: unknown): Storage {
  for (const method of ['get', 'put', 'delete', 'userIds']) {
    const value = (storage as Record<string, unknown> | null | undefined)?.[method]
    if (typeof value !== 'function') throw new TypeError(`options.storage must have a function '${method}'`)
  }
  return storage as Storage
}

export function readIssuer(issuer: unknown): string {
  const name = cleanName(issuer)
  if (name === null || name.includes(':'))
    throw new TypeError('options.issuer must have 1 to 64 printable characters and no colon')
  return name
}

export function readFactors(factors: unknown): readonly Factor[] {
  const list: readonly unknown[] = factors === undefined ? [] : Array.isArray(factors) ? factors : [null]
  // `password` is the name of a count of its own.
  const types = new Set(['totp', 'recovery_code', 'password'])
  return list.map((factor) => {
    if (!isFactor(factor)) throw new TypeError('options.factors must be a list of factors, each with all its members')
    if (!/^[a-z][a-z0-9_]*$/.test(factor.type) || types.has(factor.type)) {
      throw new TypeError(`options.factors: '${factor.type}' is taken, or is no name in snake_case`)
    }
    types.add(factor.type)
    return factor
  })
}

function isFactor(value: unknown): value is Factor {
  const factor = (value ?? {}) as Readonly<Record<string, unknown>>
  const texts = ['type', 'title', 'path', 'field'].map((name) => typeof factor[name] === 'string')
  const functions = ['fieldFault', 'couldBe', 'check'].map((name) => typeof factor[name] === 'function')
  return [...texts, ...functions, Array.isArray(factor['amr'])].every(Boolean)
}

export function readRoutes(routes: RouteSettings | RouteTable | undefined) {
  const { build, settings } = routeSourceOf(routes)
  return { build, settings: readGroup('routes', settings) }
}

export function readOrigins(origins: unknown): readonly string[] | undefined {
  if (origins === undefined) return undefined
  const isList = Array.isArray(origins) && origins.length > 0
  if (!isList || !origins.every((origin) => typeof origin === 'string' && isOrigin(origin))) {
    throw new TypeError("options.allowedOrigins must be a list of origins such as 'https://app.example'")
  }
  return Object.freeze([...(origins as readonly string[])])
}

function isOrigin(origin: string): boolean {
  return URL.canParse(origin) && new URL(origin).origin === origin && origin !== 'null'
}

export function readLimiter(limiter: unknown): Limiter | undefined {
  if (limiter === undefined || typeof (limiter as Limiter | null)?.consume === 'function')
    return limiter as Limiter | undefined
  throw new TypeError("options.limiter must have a function 'consume'")
}
