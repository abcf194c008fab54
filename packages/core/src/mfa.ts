import type { Subscribe } from './events.ts'
import type { TotpImport } from './factors/totp/import.ts'
import type { UnusedCodes } from './operations/account/backup-codes.ts'
import type { Status } from './operations/account/status.ts'
import type { CallOptions, OperatorOptions } from './operations/decide.ts'
import type { Begun, Registered } from './operations/enrollment/begin.ts'
import type { Confirmed } from './operations/enrollment/confirm.ts'
import type { Challenge } from './operations/login/challenge.ts'
import type { ResealOptions, ResealProgress } from './operations/operator/reseal.ts'
import type { BearerTokens } from './ports/bearer.ts'
import type { Host } from './ports/host.ts'
import type { Handler } from './ports/http.ts'
import type { Proof, SignedIn } from './ports/proof.ts'
import type { User } from './ports/user.ts'
import type { Awaitable, JsonObject } from './ports/values.ts'
import type { AuthenticatorSummary } from './rules/authenticators.ts'
import type { Freshness } from './rules/fresh.ts'
import type { ProofInput } from './rules/prove.ts'

/** What a user answers with, and the request id for the event: `{ code }`. */
export type Answer = ProofInput & CallOptions

/** What a TOTP enrollment shows the user. */
export interface TotpBegun extends Begun {
  /** Base32, for typing in. */
  readonly secret: string
  /** The `otpauth://` URL behind the QR code. */
  readonly totpUrl: string
  /** The QR code as a `data:image/svg+xml` URL. */
  readonly qrCodeDataUri: string
}

/** What is taken over from another system: a TOTP secret, or what another factor's `import` takes. */
export type ImportInput = (TotpImport | { readonly factor: string; readonly [member: string]: unknown }) &
  OperatorOptions & {
    /** The factor of the authenticator. @defaultValue 'totp' */
    readonly factor?: string | undefined
    /** Unused recovery codes, in whatever form users have them; 6 to 64 letters and digits each. */
    readonly recoveryCodes?: readonly string[] | undefined
    /** @defaultValue `Authenticator 1`, `2`, … */
    readonly name?: string | undefined
  }

/** The second factor of an app. Refusals throw `MfaError`; whatever resolves has been stored. */
export interface Mfa {
  /** Asks for the second factor after the first; with a `code` it is answered in the same call. */
  challenge(user: User, answer?: Answer): Promise<Challenge>
  /** Answers a challenge. @throws MfaError `invalid_token`, `invalid_code`, `too_many_attempts`, `storage_unavailable` */
  verify(ephemeralToken: string, answer: Answer): Promise<{ user: User; proof: Proof }>
  /**
   * Signs in by a factor that stands alone, without a password.
   *
   * @throws MfaError `invalid_credentials` if it is nobody's who may sign in; `invalid_code`, `too_many_attempts`, `storage_unavailable`
   */
  signIn(type: string, answer: Answer): Promise<{ user: User; proof: Proof }>
  /** Begins an enrollment; stores nothing. A further authenticator takes a fresh proof. @throws MfaError `step_up_required`, `authenticator_limit` */
  begin(type: 'totp', user: User, call?: Freshness & CallOptions): Promise<TotpBegun>
  begin(type: string, user: User, call?: Freshness & CallOptions & Readonly<Record<string, unknown>>): Promise<Begun>
  /** Confirms an enrollment. @throws MfaError `invalid_token`, `invalid_code`, `too_many_attempts`, `authenticator_limit` */
  confirm(
    type: string,
    user: User,
    answer: Answer & { activationToken: string; name?: string | undefined },
  ): Promise<Confirmed>
  /**
   * Begins the enrollment of an account that has just been made: `method` names the factor, `totp` unless said otherwise.
   * The recovery codes come alive with the confirmation.
   */
  register(
    user: User,
    call?: CallOptions & { method?: string | undefined } & Readonly<Record<string, unknown>>,
  ): Promise<Registered>
  /** Begins an enrollment by the token of a login that asked for one. @throws MfaError `unauthenticated` */
  beginEnrollment(
    ephemeralToken: string,
    type: string,
    call?: CallOptions & Readonly<Record<string, unknown>>,
  ): Promise<Begun>
  /** Confirms an enrollment that was begun by `register` or `beginEnrollment`; its proof signs in. @throws MfaError `unauthenticated`, and as `confirm` does */
  confirmEnrollment(
    type: string,
    answer: Answer & { activationToken: string; name?: string | undefined },
  ): Promise<Confirmed & { readonly user: User }>
  /** Takes a fresh proof of a signed-in user. @throws MfaError `not_enabled`, `invalid_code`, `too_many_attempts` */
  stepUp(user: User, answer: Answer): Promise<Proof>
  /** Removes every authenticator of a factor, against a code of any. `passwordCorrect` is what the app said of the password, if it asks for it. */
  deactivate(type: string, user: User, answer: Answer & { passwordCorrect?: boolean | undefined }): Promise<void>
  status(userId: string, call?: CallOptions): Promise<Status>
  /** The unused recovery codes; a fresh act. */
  recoveryCodes(userId: string, call?: Freshness & CallOptions): Promise<UnusedCodes>
  /** New recovery codes; the old ones are dead. A fresh act. */
  regenerateRecoveryCodes(userId: string, call?: Freshness & CallOptions): Promise<readonly string[]>
  authenticators(userId: string, call?: CallOptions): Promise<readonly AuthenticatorSummary[]>
  renameAuthenticator(userId: string, id: string, change: CallOptions & { name: string }): Promise<AuthenticatorSummary>
  /** A fresh act. The last one takes the recovery codes along. */
  removeAuthenticator(userId: string, id: string, call?: Freshness & CallOptions): Promise<void>
  /** Removes every authenticator of a factor; a fresh act. If there is none of it, nothing changes. */
  removeAuthenticators(type: string, userId: string, call?: Freshness & CallOptions): Promise<void>
  /** Removes every factor, count and token of the user: an operator's way back. */
  reset(userId: string, call?: OperatorOptions): Promise<void>
  /** Deletes all that is kept of the user, for an account that is gone. Resetting, not erasing, keeps old tokens dead. */
  erase(userId: string, call?: OperatorOptions): Promise<void>
  /** Kills every token of the user, for when the password has changed. */
  revokeTokens(userId: string, call?: OperatorOptions): Promise<void>
  /** Takes over a TOTP secret of another system, and its recovery codes. The same secret again changes nothing. */
  import(userId: string, input: ImportInput): Promise<{ imported: boolean }>
  /** Seals every record with the first secret. Broken off, it is resumed by calling it again. */
  reseal(options?: ResealOptions): Promise<ResealProgress>
  /**
   * Does what a factor's own route does, without a request: `one_time_code.send`, `question.ask`, `totp.qr`. `body` and the
   * answer are as on the wire; what is no JSON comes as bytes.
   *
   * @throws TypeError if no factor has such a route; MfaError as the route does
   */
  runRoute(
    name: string,
    body: Readonly<Record<string, unknown>>,
    call?: CallOptions & { readonly signedIn?: SignedIn | null | undefined },
  ): Promise<JsonObject | Uint8Array>
  /** Bearer tokens instead of sessions; what a bearer host stands on. */
  readonly tokens: BearerTokens
  /** Hears events of one type, or all with `'*'`. @returns a function that ends it */
  readonly on: Subscribe
  /** The `findUser` of the options, for hosts. */
  readonly findUser: (userId: string) => Awaitable<User | null>
  /** Opens the proof that a host handed back; null if there is none, it is another user's, or the stamp has changed. */
  openProof(signedIn: Pick<SignedIn, 'user' | 'proof'>): Proof | null
  /** Binds the routes to a host; what adapters are made of. */
  handler<Args extends readonly unknown[]>(host: Host<Args>): Handler<Args>
}
