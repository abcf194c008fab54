import type { Answering, Held, JsonObject, Tokens } from './ports.ts'

/** What every call takes last. */
export interface CallOptions {
  /** Ends the call, also while it waits; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** Somebody is signed in. */
export interface Session<Answer extends JsonObject = JsonObject> {
  /** What the app answered the sign-in with, as it came. */
  readonly answer: Answer
  /** `null` where the app signs in by cookie. */
  readonly tokens: Tokens | null
}

/** A login that waits for its second factor. Survives `JSON.stringify`; as good as a password for the time it lasts. */
export interface PendingLogin {
  /** The client's; another client takes it only where it is the same. */
  readonly baseUrl: string
  readonly ephemeralToken: string
  /** What can be answered with, such as `totp`, `question`, `recovery_code`. */
  readonly methods: readonly string[]
  /** What is asked, where a question is. */
  readonly question: string | null
  /** The answers to choose from: none where any text may be right. */
  readonly propositions: readonly string[]
  /** ISO 8601, by the server's clock. */
  readonly expiresAt: string
}

/** An enrollment that is not confirmed yet. */
export interface Setup {
  /** `totp`, `one_time_code`, `question`, … */
  readonly method: string
  /** Base32, in TOTP. */
  readonly secret: string | null
  /** What a QR code has to hold, in TOTP: `otpauth://totp/…`. */
  readonly totpUrl: string | null
  /** The QR code as an image, in TOTP: `data:image/svg+xml…`. */
  readonly qrCodeDataUri: string | null
  readonly activationToken: string
  /** By the server's clock. */
  readonly expiresAt: Date
  /** After a registration: they come alive with the confirmation. Else none. */
  readonly recoveryCodes: readonly string[]
  /** All that came, as it came. */
  readonly answer: JsonObject
}

export interface Authenticator {
  readonly id: string
  /** The factor: `totp`, … */
  readonly type: string
  readonly name: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** An enrollment that is confirmed. */
export interface Confirmed<Answer extends JsonObject = JsonObject> {
  readonly authenticator: Authenticator
  /** With the first authenticator; else none. */
  readonly recoveryCodes: readonly string[]
  /** Where the confirmation has signed in: after a registration, or a login that had to enroll. */
  readonly session: Session<Answer> | null
}

export interface Status {
  readonly mfaEnabled: boolean
  readonly createdAt: Date | null
  readonly lastUsedAt: Date | null
  readonly methods: readonly string[]
  readonly recoveryCodesRemaining: number
  /** All that came, as it came. */
  readonly answer: JsonObject
}

/** A code was sent. */
export interface SentCode {
  /** Masked: `a•••@e•••.com`. */
  readonly sentTo: string
  /** `mail` or `sms`. */
  readonly channel: string
  readonly expiresInSeconds: number
  /** Until another one may be sent. */
  readonly resendAfterSeconds: number
}

/** Why codes are refused, for one authenticator. */
export interface Diagnosis {
  /** `null` for an enrollment under way. */
  readonly id: string | null
  readonly name: string | null
  /** Seconds. */
  readonly period: number
  /** Whether the code is one of this authenticator; `null` where none was sent. */
  readonly matched: boolean | null
  /** How many steps the code is ahead of the server (behind, where negative); `null` where it is none of these minutes. */
  readonly driftSteps: number | null
}

/** What a client knows of the server's clock. */
export interface ClockReading {
  /** How many seconds the server is ahead of this machine (behind, where negative). */
  readonly offsetSeconds: number
  /** The offset is right to so many seconds, to either side. */
  readonly precisionSeconds: number
}

/** What a server offers, as far as it tells those who are not signed in. */
export interface Offer {
  /** Seconds from the request to the answer. */
  readonly roundTripSeconds: number
  /** `null` where the server does not tell the time, or a page may not read it. */
  readonly clock: ClockReading | null
  /** Factors it has: `totp`, `recovery_code`, `question`, `one_time_code`. */
  readonly methods: readonly string[]
  /** Whether one can register. */
  readonly registers: boolean
  /** Whether it gives bearer tokens. */
  readonly bearer: boolean
  /** Whether it tells why codes are refused. */
  readonly diagnoses: boolean
}

/**
 * Logs in to an app behind Latchkey, and manages the second factor of who is signed in. Every method rejects with a
 * `ClientError`, or with the reason of an aborted signal.
 */
export interface Client<Answer extends JsonObject = JsonObject> {
  /**
   * Gives the app its own fields, such as `username` and `password`. A second factor that is asked for comes from the
   * options `totp`, `answers` and `prompt`, in this order. Tokens of an earlier sign-in are forgotten
   * once the credentials were right.
   *
   * @throws MfaRequiredError where none of them answers: `submit` goes on. ClientError `mfa_enrollment_required` where one has to
   * be enrolled first: `setup` goes on
   */
  login(credentials: JsonObject, options?: CallOptions): Promise<Session<Answer>>
  /** The same in one call, with a TOTP or recovery code. */
  loginWith(
    login: { readonly credentials: JsonObject; readonly code: string },
    options?: CallOptions,
  ): Promise<Session<Answer>>
  /**
   * Answers the login that waits.
   *
   * @throws MfaRequiredError where the answer was wrong, with what is asked now: `code` is `invalid_code`, and `attemptsRemaining`
   * says how many are left. ClientError `no_pending_login`, `invalid_token` where its time is over, `too_many_attempts`
   */
  submit(answer: Answering, options?: CallOptions): Promise<Session<Answer>>
  /**
   * Answers the login that waits, such as one that was resumed, by the options, as `login` does.
   *
   * @throws MfaRequiredError where none of them answers. ClientError `no_pending_login`
   */
  proceed(options?: CallOptions): Promise<Session<Answer>>
  /** The login that waits for its second factor, to be kept and given to `resume`, here or in another process. */
  readonly pending: PendingLogin | null
  /** Takes up a login that waits. @throws TypeError where it is none, or another server's */
  resume(pending: PendingLogin): void

  /** Makes an account, where the app lets one, with its second factor to be confirmed. `method` is a field like the others. */
  register(fields: JsonObject, options?: CallOptions): Promise<Setup>
  /**
   * Begins an enrollment. Nothing is stored yet.
   *
   * @param method - The factor, `totp` unless it is named
   * @param fields - What the factor asks for: `{ to }` of `one_time_code`, `{ answers }` of `question`
   */
  setup(method?: string, fields?: JsonObject, options?: CallOptions): Promise<Setup>
  /** Confirms the latest enrollment. Without an answer, in TOTP, the code is made from the new secret. */
  confirm(answer?: Answering, options?: CallOptions & { readonly name?: string }): Promise<Confirmed<Answer>>
  /** The PNG of the latest enrollment's QR code. */
  qrCode(options?: CallOptions): Promise<Uint8Array>
  /** Gives a factor up, `totp` unless it is named. Without a `code` it comes from the options, as in `login`. */
  disable(
    disabling?: { readonly code?: string; readonly password?: string; readonly method?: string },
    options?: CallOptions,
  ): Promise<JsonObject>
  status(options?: CallOptions): Promise<Status>
  authenticators(options?: CallOptions): Promise<readonly Authenticator[]>
  rename(id: string, name: string, options?: CallOptions): Promise<Authenticator>
  remove(id: string, options?: CallOptions): Promise<void>
  recoveryCodes(options?: CallOptions): Promise<{ readonly codes: readonly string[]; readonly remaining: number }>
  regenerateRecoveryCodes(options?: CallOptions): Promise<readonly string[]>
  /** Has a one-time code sent: for the login that waits, else to give a fresh proof or to give the factor up. */
  sendCode(
    sending?: { readonly purpose?: 'step_up' | 'deactivate'; readonly authenticatorId?: string },
    options?: CallOptions,
  ): Promise<SentCode>
  /** Asks why codes are refused. It counts as a guess where a code is given. */
  diagnose(
    code?: string,
    options?: CallOptions,
  ): Promise<{ readonly serverTime: Date; readonly authenticators: readonly Diagnosis[] }>

  /** Gives a fresh proof. Without a code it comes from the options, as in `login`. */
  stepUp(code?: string, options?: CallOptions): Promise<void>
  /** Buys new tokens. Callers at one instant share one refresh. */
  refresh(options?: CallOptions): Promise<Tokens>
  /** Ends the sign-in at the server, where it gave a refresh token, and forgets tokens and cookies, even where that fails. */
  logout(options?: CallOptions): Promise<void>
  /** What makes this client signed in; `null` where nothing does. */
  held(): Promise<Held | null>
  /**
   * Calls the app's own routes as who is signed in. A path counts from the server's root. Where the answer is 401, tokens
   * are refreshed, or a fresh proof is given by the options, and the call is repeated, once each.
   *
   * @throws TypeError where the address is not of the app's origin, nor of `origins`
   */
  fetch(path: string | URL, init?: RequestInit): Promise<Response>
  /** Asks the server what it offers. */
  probe(options?: CallOptions): Promise<Offer>
  /** What the answers so far have told of the server's clock; `null` where none has. */
  clock(): ClockReading | null
}
