import type { FactorRoute } from '../factors/factor-route.ts'
import type { Body } from '../fields.ts'
import type { Core } from '../operations/decide.ts'
import type { Enrollee } from '../operations/enrollment/enrollee.ts'
import type { MfaResponse } from '../ports/http.ts'
import type { Proof, SignedIn } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import type { ProofInput } from '../rules/prove.ts'

/** A host with the framework's arguments filled in. */
export interface BoundHost {
  checkCredentials(body: Body): Promise<User | null>
  currentUser(): Promise<SignedIn | null>
  signIn(user: User, proof: Proof): Promise<unknown>
  proved(user: User, proof: Proof): Promise<unknown>
  confirmed: ((user: User, evidence: Proof) => Promise<unknown>) | undefined
  confirmPassword: ((user: User, password: string) => Promise<boolean>) | undefined
  register(body: Body): Promise<User | null>
}

/** The one who asks: nobody that is known, a user who is signed in, or one who enrolls in order to be. */
export type Caller = { readonly kind: 'nobody' } | SignedInCaller | Enrollee

/** A user who is signed in, and the proof that the host handed back. */
export interface SignedInCaller {
  readonly kind: 'user'
  readonly user: User
  readonly signedIn: SignedIn
  /** Null if there is none, or it did not open. */
  readonly proof: Proof | null
}

/** A request that passed all checks before the operation. */
export interface RouteCall {
  readonly core: Core
  readonly host: BoundHost
  readonly caller: Caller
  readonly body: Body
  /** The fields of the body that factors read. */
  readonly input: ProofInput
  /** Named parts of the path. */
  readonly params: Readonly<Record<string, string>>
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
export interface Route
  extends Pick<FactorRoute, 'name' | 'method' | 'path' | 'access' | 'fields' | 'answer' | 'limited'> {
  /** Set if an answer of a factor is read. Such a route asks the limiter. */
  readonly proof?: ProofFields
  /** The part of the path that is an activation token, if that is no field of the body. */
  readonly activationParam?: string
  /** What a host must have for the route to be there. */
  readonly needs?: 'register' | 'bearer'
  /** Set if the body holds a `password` for the host to confirm: beside a factor's answer, or instead of one. */
  readonly password?: 'beside' | 'instead'
  handle(call: RouteCall): Promise<RouteAnswer>
}

/** The user of a route for somebody who is known; admission has seen to it. @throws TypeError if nobody is */
export function userOf({ caller }: Pick<RouteCall, 'caller'>): User {
  if (caller.kind === 'nobody') throw new TypeError('nobody is known on a route that anyone may call')
  return caller.user
}

/** When the caller last gave a proof, in milliseconds since 1970; null if never, or not signed in. */
export function provedAtOf({ caller }: Pick<RouteCall, 'caller'>): number | null {
  return caller.kind === 'user' ? (caller.proof?.provedAt ?? null) : null
}

/** A named part of the path. @throws TypeError if the route has none such */
export function paramOf({ params }: Pick<RouteCall, 'params'>, name: string): string {
  const part = params[name]
  if (part === undefined) throw new TypeError(`the route has no part '${name}' in its path`)
  return part
}
