import type { Factor } from '../factors/factor.ts'
import type { Limiter } from '../ports/host.ts'
import type { Storage } from '../ports/storage.ts'
import { readObject } from '../read-options.ts'
import { type RouteSettings, routeSourceOf } from '../routes/route-table.ts'
import { cleanName } from '../texts.ts'

const shortestSecret = 32
/** Values that stand in examples, here and elsewhere, and that somebody will copy. */
const exampleSecrets =
  /change[-_ ]?(?:me|this)|replace[-_ ]?(?:me|this|with)|your[-_ ]?secret|example[-_ ]?secret|keyboard cat|^(?:0123456789abcdef)+$/i

export function readSecrets(secret: unknown, name: string): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(secret) ? secret : [secret]
  if (secrets.length === 0) throw new TypeError(`${name} must not be an empty list`)
  return secrets.map((value) => {
    if (typeof value !== 'string' || Buffer.byteLength(value) < shortestSecret) {
      throw new TypeError(
        `${name} must be a string of at least ${shortestSecret} random bytes, such as 'openssl rand -base64 32' prints`,
      )
    }
    if (exampleSecrets.test(value)) throw new TypeError(`${name} is an example that anybody can read: make your own`)
    return value
  })
}

export function readStorage(storage: unknown, name: string): Storage {
  const missing = ['get', 'put', 'delete', 'userIds'].find((method) => typeof memberOf(storage, method) !== 'function')
  if (missing !== undefined) throw new TypeError(`${name} must have a function '${missing}'`)
  return storage as Storage
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

export function readIssuer(issuer: unknown, name: string): string {
  const text = cleanName(issuer)
  if (text === null || text.includes(':'))
    throw new TypeError(`${name} must have 1 to 64 printable characters and no colon`)
  return text
}

export function readFactors(factors: unknown, name: string): readonly Factor[] {
  const list: readonly unknown[] = factors === undefined ? [] : Array.isArray(factors) ? factors : [null]
  // `password` is the name of a count.
  const types = new Set(['totp', 'recovery_code', 'password'])
  return list.map((factor) => {
    if (!isFactor(factor)) throw new TypeError(`${name} must be a list of factors, each with all its members`)
    if (!/^[a-z][a-z0-9_]*$/.test(factor.type) || types.has(factor.type)) {
      throw new TypeError(`${name}: '${factor.type}' is taken, or is no name in snake_case`)
    }
    if (factor.challenge !== undefined && loginMembers.includes(factor.type))
      throw new TypeError(`${name}: '${factor.type}' is a member of the answer to a login`)
    types.add(factor.type)
    return factor
  })
}

/** Beside these a factor's challenge rides. */
const loginMembers = ['mfa_required', 'ephemeral_token', 'expires_in', 'methods']
const strengths = ['knowledge', 'channel', 'possession', 'phishing_resistant']
const roles = ['primary', 'beside', 'backup']

function isFactor(value: unknown): value is Factor {
  const factor = (value ?? {}) as { readonly [Name in keyof Factor]?: unknown }
  const { type, title, path, amr, strength, role, field, parse, check, backup } = factor
  const isNamed = [type, title, path, memberOf(field, 'name')].every((text) => typeof text === 'string')
  const isAble = [parse, check, memberOf(field, 'check')].every((member) => typeof member === 'function')
  const isOfKind = strengths.includes(String(strength)) && roles.includes(String(role))
  return isNamed && isAble && isOfKind && Array.isArray(amr) && (role === 'backup') === (backup !== undefined)
}

export function readRoutes(routes: unknown, name: string) {
  const { build, settings } = routeSourceOf(routes)
  return { build, settings: settings === undefined ? {} : (readObject(settings, name) as RouteSettings) }
}

export function readOrigins(origins: unknown, name: string): readonly string[] | undefined {
  if (origins === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(origins) ? origins : []
  const read = list.filter(isOrigin)
  if (read.length > 0 && read.length === list.length) return Object.freeze(read)
  throw new TypeError(`${name} must be a list of origins such as 'https://app.example'`)
}

function isOrigin(origin: unknown): origin is string {
  return typeof origin === 'string' && URL.canParse(origin) && new URL(origin).origin === origin && origin !== 'null'
}

export function readLimiter(limiter: unknown, name: string): Limiter | undefined {
  if (limiter === undefined || isLimiter(limiter)) return limiter
  throw new TypeError(`${name} must have a function 'consume'`)
}

function isLimiter(value: unknown): value is Limiter {
  return typeof memberOf(value, 'consume') === 'function'
}
