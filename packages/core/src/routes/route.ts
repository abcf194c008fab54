import type { FactorRoute } from '../factors/factor.ts'
import type { Core } from '../operations/decide.ts'
import type { Enrollee } from '../operations/enrollment/enrollee.ts'
import type { MfaResponse, Proof, SignedIn, User } from '../ports.ts'
import type { ProofInput } from '../rules/prove.ts'

/** A host with the framework's arguments filled in. */
export interface BoundHost {
  checkCredentials(body: Readonly<Record<string, unknown>>): Promise<User | null>
  currentUser(): Promise<SignedIn | null>
  signIn(user: User, proof: Proof): Promise<unknown>
  proved(user: User, proof: Proof): Promise<unknown>
  confirmPassword: ((user: User, password: string) => Promise<boolean>) | undefined
  register(body: Readonly<Record<string, unknown>>): Promise<User | null>
}

/** A request that passed all checks before the operation. */
export interface RouteCall {
  readonly core: Core
  readonly host: BoundHost
  readonly body: Readonly<Record<string, unknown>>
  /** The fields of the body that factors read. */
  readonly input: ProofInput
  /** Named parts of the path. */
  readonly params: Readonly<Record<string, string>>
  /** Set on routes for somebody signed in. */
  readonly signedIn: SignedIn | null
  /** Set where that user is not signed in yet, and is enrolling in order to be. */
  readonly enrollee: Enrollee | null
  readonly requestId: string | undefined
}

/** What a route answers with: a body for the wire, or a whole answer. */
export type RouteAnswer = { readonly body: unknown } | MfaResponse

/** Which factors' fields a route reads, and whether one of them must be there. */
export interface ProofFields {
  readonly fields: readonly string[]
  readonly required: boolean
}

/** One operation on the wire. */
export interface Route extends Pick<FactorRoute, 'name' | 'method' | 'path' | 'access' | 'fields' | 'limited'> {
  /** Set where an answer of a factor is read. Such a route asks the limiter. */
  readonly proof?: ProofFields
  /** The part of the path that is an activation token, where that is no field of the body. */
  readonly activationParam?: string
  /** What a host has to have for the route to be there. */
  readonly needs?: 'register' | 'bearer'
  /** Set where the body holds a `password` for the host to confirm. */
  readonly password?: true
  handle(call: RouteCall): Promise<RouteAnswer>
}

/** A field that must be a string. */
export function requiredText(value: unknown): string | null {
  if (value === undefined) return 'is required'
  return typeof value === 'string' ? null : 'must be a string'
}

/** A field that may be left out. */
export function optionalText(value: unknown): string | null {
  return value === undefined || typeof value === 'string' ? null : 'must be a string'
}

/** The user of a route for somebody signed in; the handler has seen to it. */
export function userOf(call: { signedIn: SignedIn | null }): User {
  return (call.signedIn as SignedIn).user
}

/** Those of a body's own fields that are named. */
export function pick(body: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(body, name)).map((name) => [name, body[name]]))
}
