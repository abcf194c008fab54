import type { Proof, SignedIn } from './proof.ts'
import type { User } from './user.ts'
import type { Awaitable } from './values.ts'

/**
 * The functions an adapter calls. `Args` are the framework's own arguments, always last:
 * `[Request, Response]` for Express, `[Context]` for Koa.
 */
export interface Host<Args extends readonly unknown[]> {
  /** The first factor. Gets the login body, answers with the user or `null`. */
  checkCredentials(body: Readonly<Record<string, unknown>>, ...args: Args): Awaitable<User | null>
  /** The user who is signed in, or `null`. */
  currentUser(...args: Args): Awaitable<SignedIn | null>
  /** Makes the session or the tokens and returns the response body (an object; nothing means `{}`). */
  signIn(user: User, proof: Proof, ...args: Args): Awaitable<unknown>
  /** Remembers a fresh proof of a signed-in user. An object it returns is the answer to a step-up, and part of that to a confirmed enrollment. */
  proved(user: User, proof: Proof, ...args: Args): Awaitable<unknown>
  /**
   * Remembers that a signed-in user without a second factor has given the password again. An object it returns is the answer.
   * With it and `confirmPassword`, a step-up takes the password of such a user.
   */
  confirmed?: ((user: User, evidence: Proof, ...args: Args) => Awaitable<unknown>) | undefined
  /** Says whether this is the user's password. If given, deactivation asks for the password too. */
  confirmPassword?: ((user: User, password: string, ...args: Args) => Awaitable<boolean>) | undefined
  /**
   * Makes an account from the body and gives its user, never one that was there before; null if it may not be. If
   * given, there is `POST /register`.
   */
  register?: ((body: Readonly<Record<string, unknown>>, ...args: Args) => Awaitable<User | null>) | undefined
  /** Set if signing in gives bearer tokens: then their routes are there. */
  readonly bearer?: boolean | undefined
  /** An id that ties events to the host's own log lines. */
  requestId?: ((...args: Args) => string | undefined) | undefined
}

/** Anything with `consume(key)` that rejects when the key had too much, as rate-limiter-flexible has. */
export interface Limiter {
  /** Rejects with an object that has `msBeforeNext` (milliseconds) when the key must wait; with an `Error` when it cannot tell. */
  consume(key: string): Promise<unknown>
}
