import type { ProofContent } from './proof.ts'
import type { User } from './user.ts'

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
  /** Values of `Set-Cookie`, a line each beside the app's own. @defaultValue none */
  readonly cookies?: readonly string[] | undefined
  readonly body: Uint8Array | null
}

/** A user who passed a guard, and by which proof. */
export interface MfaContext {
  /** The user who is signed in, as the host tells it. */
  readonly user: User
  /** The proof that was let in. */
  readonly proof: ProofContent & { readonly provedAt: number }
}

/** What a guard asks for. */
export interface GuardOptions {
  /** Oldest proof that is let in, in seconds. @defaultValue `stepUpSeconds`, or 300 if that is `false` */
  readonly maxAgeSeconds?: number | undefined
  /** Factors whose proof is let in, such as `['totp']`. @defaultValue any */
  readonly factors?: readonly string[] | undefined
}

/** Latchkey bound to a host: what an adapter translates to and from. */
export interface Handler<Args extends readonly unknown[]> {
  /** Answers a request, or gives `null` if the path is not Latchkey's. Throws only what the host threw. */
  handle(request: MfaRequest, ...args: Args): Promise<MfaResponse | null>
  /**
   * Makes a check for a route of the app. It reads no storage.
   *
   * @throws TypeError at once if an option is bad; the check itself throws `unauthenticated` or `step_up_required`
   */
  guard(options?: GuardOptions): (request: MfaRequest, ...args: Args) => Promise<MfaContext>
  /** The answer for an `MfaError`; throws anything else again. */
  problem(error: unknown): MfaResponse
}
