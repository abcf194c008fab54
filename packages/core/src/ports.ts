/** Anything that survives `JSON.stringify` and back unchanged. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue }
export type JsonObject = { readonly [key: string]: JsonValue }

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>

/** The app's own account, as the host tells it. */
export interface User {
  /** The app's id of the account; a non-empty string of at most 256 characters. */
  readonly id: string
  /** The label an authenticator app shows, usually the login name or mail address. */
  readonly name: string
  /** Anything that changes with the credentials (a password version, say): tokens made under another stamp are dead. */
  readonly stamp?: string | undefined
}

/** What a storage keeps for one user. All but `sealed` is readable without the key. */
export interface StoredRecord {
  /** Random and never reused, so that a row deleted and made again is not mistaken for the old one. */
  readonly revision: string
  /** The record, encrypted and authenticated; printable ASCII. */
  readonly sealed: string
  /** Whether the user has a second factor; for reports only, never believed. */
  readonly enabled: boolean
  readonly updatedAt: Date
}

/**
 * Where records live. Any database with a conditional write will do.
 *
 * Every method may throw; a throw means "cannot tell" and ends in `storage_unavailable`.
 */
export interface Storage {
  get(userId: string): Promise<StoredRecord | null>
  /**
   * Stores `next` only if the revision stored now is `expected` (`null`: no row yet).
   *
   * @returns true once the write is durable, false if another writer was first
   */
  put(userId: string, next: StoredRecord, expected: string | null): Promise<boolean>
  /**
   * Removes the row only if the revision stored now is `expected`.
   *
   * @returns true once the removal is durable, false if another writer was first or there is no row
   */
  delete(userId: string, expected: string): Promise<boolean>
  /** Every stored user id, each once, in any order. */
  userIds(): AsyncIterable<string>
}

/**
 * How much a factor is worth, the least first: what the user knows, what a mailbox or a phone number gets, what the user
 * has, and what no look-alike page can pass on (NIST SP 800-63B-4 section 3.2.5).
 */
export type Strength = 'knowledge' | 'channel' | 'possession' | 'phishing_resistant'

/** What a proof says. */
export interface ProofContent {
  readonly userId: string
  /** RFC 8176 values: `['pwd']` if no second factor is enrolled, otherwise `pwd`, the factor's own, `mfa`. */
  readonly amr: readonly string[]
  /** The factor that was passed, `null` if none is enrolled. */
  readonly factor: string | null
  /** The authenticator that was used, `null` if none is enrolled. */
  readonly authenticatorId: string | null
  /** How much the factor is worth, `null` if none is enrolled. */
  readonly strength: Strength | null
  /** When the second factor was passed, in milliseconds since 1970; `null` if none is enrolled, or it proves too little. */
  readonly provedAt: number | null
}

declare const proofBrand: unique symbol

/**
 * Evidence that a user passed the first factor and, if one is enrolled, the second.
 * Only Latchkey makes one: the brand keeps a look-alike from being passed to `signIn`.
 */
export interface Proof extends ProofContent {
  readonly [proofBrand]: true
  /**
   * The proof as one encrypted string of printable ASCII, some 300 characters. The host keeps it as it is and hands it back
   * with `currentUser`. It opens for this user alone, and only while the user's stamp is the same.
   */
  readonly sealed: string
}

/** Who is signed in, as the host remembers it. */
export interface SignedIn {
  readonly user: User
  /** `sealed` of the latest proof, as it was kept; `null` if there is none. What does not open counts as none. */
  readonly proof: string | null
  /** An id of the sign-in, made when it began: random, and never the session's own. With bearer tokens the family's id. */
  readonly session: string
}

/** Whether a user has to have a second factor before being signed in. */
export type EnrollmentPolicy = (user: User) => Awaitable<'optional' | 'required'>

/** A token that says who is signed in (RFC 6750, RFC 9068). */
export interface AccessToken {
  readonly accessToken: string
  readonly tokenType: 'bearer'
  /** Seconds. */
  readonly expiresIn: number
}

/** What a sign-in by bearer tokens gives. The refresh token is good for one more of these. */
export interface TokenSet extends AccessToken {
  readonly refreshToken: string
}

/** Bearer tokens in the place of sessions. Each sign-in begins a family of them, kept in the user's record. */
export interface BearerTokens {
  /** Begins a family for a user who has just signed in. @throws MfaError `storage_unavailable` */
  issue(user: User, proof: Proof, call?: { readonly requestId?: string | undefined }): Promise<TokenSet>
  /** Gives an access token that tells of a fresh proof. @throws MfaError `invalid_token`, `unauthenticated`, `storage_unavailable` */
  renew(accessToken: string, proof: Proof, call?: { readonly requestId?: string | undefined }): Promise<AccessToken>
  /** Gives the next tokens; a refresh token that comes twice ends its family. @throws MfaError `invalid_token`, `storage_unavailable` */
  refresh(refreshToken: string, call?: { readonly requestId?: string | undefined }): Promise<TokenSet>
  /** Ends a refresh token's family. A token that is no good is no error (RFC 7009). @throws MfaError `storage_unavailable` */
  revoke(refreshToken: string, call?: { readonly requestId?: string | undefined }): Promise<void>
  /** Who is signed in by an access token, or null; no storage call but the host's `findUser`. */
  read(accessToken: string): Promise<SignedIn | null>
}

/**
 * The functions an adapter calls. `Args` are the framework's own arguments, always last:
 * `[Request, Response]` for Express, `[Context]` for Koa.
 */
export interface Host<Args extends readonly unknown[]> {
  /** The first factor. Gets the login body, answers with the user or `null`. */
  checkCredentials(body: Readonly<Record<string, unknown>>, ...args: Args): Awaitable<User | null>
  /** Who is signed in, or `null`. */
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
   * Makes an account from the body and gives its user, never one that was there before; null where it may not be. Where
   * given, there is `POST /register`.
   */
  register?: ((body: Readonly<Record<string, unknown>>, ...args: Args) => Awaitable<User | null>) | undefined
  /** Set where signing in gives bearer tokens: then their routes are there. */
  readonly bearer?: boolean | undefined
  /** An id that ties events to the host's own log lines. */
  requestId?: ((...args: Args) => string | undefined) | undefined
}

/** Anything with `consume(key)` that rejects when the key had too much, as rate-limiter-flexible has. */
export interface Limiter {
  /** Rejects with an object that has `msBeforeNext` (milliseconds) when the key must wait; with an `Error` when it cannot tell. */
  consume(key: string): Promise<unknown>
}

/** `size` random bytes, unpredictable. */
export type RandomBytes = (size: number) => Uint8Array

/** An HTTP request as an adapter hands it over; no framework in it. */
export interface MfaRequest {
  readonly method: string
  /** The path below the mount, without query; `/` or empty for the mount itself. */
  readonly path: string
  /** Path and query as the browser asked for them: `/auth/login?next=%2F`. */
  readonly target: string
  /** The request's own origin behind the framework's proxy setting: `https://app.example`. */
  readonly origin: string
  /** The client's address behind the framework's proxy setting; the limiter's key. */
  readonly address: string
  /** Header by lower-case name. */
  header(name: string): string | undefined
  /** The body's bytes as they arrive, or `null` if somebody has read them. Node's requests and web streams are such. */
  readonly body: AsyncIterable<Uint8Array> | null
  /** What the host's body parser left, `undefined` if it has none. */
  readonly parsedBody: unknown
}

/** An HTTP answer for an adapter to send as it is. */
export interface MfaResponse {
  readonly status: number
  /** Header names in their usual spelling. */
  readonly headers: Readonly<Record<string, string>>
  /** Values of `Set-Cookie`, each a line of its own beside the app's. @defaultValue none */
  readonly cookies?: readonly string[] | undefined
  readonly body: Uint8Array | null
}

/** Who passed a guard, and by which proof. */
export interface MfaContext {
  /** Who is signed in, as the host tells it. */
  readonly user: User
  /** The proof that was let in. */
  readonly proof: ProofContent & { readonly provedAt: number }
}

/** What a guard asks for. */
export interface GuardOptions {
  /** Oldest proof that is let in, in seconds. @defaultValue `stepUpSeconds`, or 300 where that is `false` */
  readonly maxAgeSeconds?: number | undefined
  /** Factors whose proof is let in, such as `['totp']`. @defaultValue any */
  readonly factors?: readonly string[] | undefined
}

/** Latchkey bound to a host: what an adapter translates to and from. */
export interface Handler<Args extends readonly unknown[]> {
  /** Answers a request, or gives `null` where the path is not Latchkey's. Throws only what the host threw. */
  handle(request: MfaRequest, ...args: Args): Promise<MfaResponse | null>
  /**
   * Makes a check for a route of the app. It reads no storage.
   *
   * @throws TypeError at once where an option is bad; the check itself throws `unauthenticated` or `step_up_required`
   */
  guard(options?: GuardOptions): (request: MfaRequest, ...args: Args) => Promise<MfaContext>
  /** The answer for an `MfaError`; throws anything else again. */
  problem(error: unknown): MfaResponse
}
