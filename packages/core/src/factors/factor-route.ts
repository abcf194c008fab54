import type { Body, Fields } from '../fields.ts'
import type { MfaResponse } from '../ports/http.ts'
import type { SignedIn } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import type { JsonObject, RandomBytes } from '../ports/values.ts'
import type { Authenticator } from '../record/record.ts'
import type { Holding, StateChange } from './holding.ts'

/** A factor's own route, for somebody signed in or (with `access: 'anyone'`) on the way in. */
export interface FactorRoute {
  /** Its key in the `routes` option: `totp.qr`. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below the mount: `/mfa/totp/qr`. */
  readonly path: string
  /** `enrolling` is somebody signed in, or somebody who enrolls in order to be. */
  readonly access: 'anyone' | 'signed_in' | 'enrolling'
  readonly fields: Fields
  /** JSON Schema of a success on the wire; `contentMediaType` for what is no JSON, null if there is no body. */
  readonly answer: JsonObject | null
  /** Set if a call costs something, such as a message: then the host's limiter is asked, as for a code. */
  readonly limited?: true
  handle(call: FactorCall): Promise<MfaResponse | JsonObject>
}

/** Somebody on the way in, and what is known there of the factor. */
export interface OpenChallenge extends Holding {
  readonly user: User
  /** The ephemeral token's id. */
  readonly tokenId: string
  /** When the ephemeral token expires, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** What a factor's own route can do. */
export interface FactorCall extends Pick<Holding, 'keys'> {
  readonly body: Body
  /** Whom the route is for: signed in, or enrolling in order to be. Null on a route that anyone may call. */
  readonly user: User | null
  /** Null on a route that anyone may call, and for a user who is not signed in yet. */
  readonly signedIn: SignedIn | null
  readonly issuer: string
  readonly randomBytes: RandomBytes
  readonly nowMs: number
  /** Asks now for the user who is signed in, on a route that anyone may call. Null if nobody is. */
  currentUser(): Promise<SignedIn | null>
  /** Opens an ephemeral token: whose challenge it is. @throws MfaError `invalid_token` */
  openChallenge(ephemeralToken: string): Promise<OpenChallenge>
  /** Opens an activation token: what the factor's `begin` left in it. @throws MfaError `invalid_token` */
  openEnrollment(activationToken: string): Promise<JsonObject>
  /**
   * Changes the factor's own state of a user in one compare-and-set. The change is pure and may run again.
   * Resolves to `result`, or throws the change's `error`, once the write is durable.
   */
  change<T>(userId: string, change: StateChange<T>): Promise<T>
  /**
   * Has an answer looked at that is to prove nothing, in one compare-and-set: at the user's own authenticators, which is
   * a fresh act, or with an activation token at what that enrollment's `begin` left. It waits as answers of the factor do.
   *
   * @throws MfaError `step_up_required`, `not_enabled`, `invalid_token`, `too_many_attempts`
   */
  examine<T>(look: Look<T>, activationToken?: string): Promise<T>
}

/** A pure look at an answer that is to prove nothing. */
export type Look<T> = (input: {
  /** The user's authenticators of this factor; none if an enrollment is looked at. */
  readonly authenticators: readonly Authenticator[]
  /** What the enrollment's `begin` left, `null` if none is looked at. */
  readonly pending: JsonObject | null
  readonly nowMs: number
}) => {
  readonly result: T
  /**
   * Set if an answer was compared: what the event says of it. It counts as a failure, right or wrong, since the user
   * learns which.
   */
  readonly guess: { readonly matched: boolean; readonly authenticatorId?: string; readonly driftSteps?: number } | null
  /** New data of authenticators, by id, if it was a guess. */
  readonly changed: ReadonlyMap<string, JsonObject>
}
