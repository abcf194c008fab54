import type { Answering, Held, JsonObject, Tokens } from './ports.ts'

/** The last argument of every call. */
export interface CallOptions {
  /** Ends the call, even while it waits. The call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** A sign-in that succeeded. */
export interface Session<Answer extends JsonObject = JsonObject> {
  /** The app's answer to the sign-in, as it came. */
  readonly answer: Answer
  /** `null` if the app signs in by cookie. */
  readonly tokens: Tokens | null
}

/** A login that waits for its second factor. It survives `JSON.stringify`. While it lasts, it is worth as much as a password. */
export interface PendingLogin {
  /** The client's base URL. Another client takes the login only if its base URL is the same. */
  readonly baseUrl: string
  readonly ephemeralToken: string
  /** The methods that can answer, such as `totp`, `question`, `recovery_code`. */
  readonly methods: readonly string[]
  /** The question, if one is asked. */
  readonly question: string | null
  /** The answers to choose from. Empty if any text may be right. */
  readonly propositions: readonly string[]
  /** ISO 8601, by the server's clock. */
  readonly expiresAt: string
}

/** An enrollment that is not confirmed yet. */
export interface Setup {
  /** `totp`, `one_time_code`, `question`, … */
  readonly method: string
  /** Base32, for TOTP. */
  readonly secret: string | null
  /** The text of the QR code, for TOTP: `otpauth://totp/…`. */
  readonly totpUrl: string | null
  /** The QR code as an image, for TOTP: `data:image/svg+xml…`. */
  readonly qrCodeDataUri: string | null
  readonly activationToken: string
  /** By the server's clock. */
  readonly expiresAt: Date
  /** Set after a registration, and valid once it is confirmed. Otherwise empty. */
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
  /** Given with the first authenticator. Otherwise empty. */
  readonly recoveryCodes: readonly string[]
  /** Set if the confirmation signed in: after a registration, or a login that demanded an enrollment. */
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

/** A code that was sent. */
export interface SentCode {
  /** Masked: `a•••@e•••.com`. */
  readonly sentTo: string
  /** `mail` or `sms`. */
  readonly channel: string
  readonly expiresInSeconds: number
  /** Seconds until another code may be sent. */
  readonly resendAfterSeconds: number
}

/** Why codes are refused, for one authenticator. */
export interface Diagnosis {
  /** `null` for an enrollment that is not confirmed yet. */
  readonly id: string | null
  readonly name: string | null
  /** Seconds. */
  readonly period: number
  /** Whether this authenticator made the code. `null` if no code was sent. */
  readonly matched: boolean | null
  /** How many steps the code is ahead of the server, or behind if negative. `null` if it belongs to none of these minutes. */
  readonly driftSteps: number | null
}

/** What a client knows about the server's clock. */
export interface ClockReading {
  /** How many seconds the server is ahead of this machine, or behind if negative. */
  readonly offsetSeconds: number
  /** How many seconds the offset may be off, in either direction. */
  readonly precisionSeconds: number
}

/** What a server offers, as far as it tells anybody who is not signed in. */
export interface Offer {
  /** Seconds between the request and the answer. */
  readonly roundTripSeconds: number
  /** `null` if the server does not tell the time, or a page may not read it. */
  readonly clock: ClockReading | null
  /** The factors it has: `totp`, `recovery_code`, `question`, `one_time_code`. */
  readonly methods: readonly string[]
  /** Whether a visitor can register. */
  readonly registers: boolean
  /** Whether it gives bearer tokens. */
  readonly bearer: boolean
  /** Whether it tells why codes are refused. */
  readonly diagnoses: boolean
}

/**
 * Logs in to an app behind Latchkey, and manages the second factor of the user who is signed in. Every method rejects
 * with a `ClientError`, or with the reason of an aborted signal.
 */
export interface Client<Answer extends JsonObject = JsonObject> {
  /**
   * Log in with the app's own fields, such as `username` and `password`. If a second factor is asked for, the options
   * `totp`, `answers` and `prompt` answer, in this order. Once the credentials are right, the tokens of an earlier
   * sign-in are forgotten.
   *
   * @throws MfaRequiredError if none of them answers: go on with `submit`. ClientError `mfa_enrollment_required` if a
   * second factor must be enrolled first: go on with `setup`
   */
  login(credentials: JsonObject, options?: CallOptions): Promise<Session<Answer>>
  /** Log in with one call, with a TOTP or recovery code. */
  loginWith(
    login: { readonly credentials: JsonObject; readonly code: string },
    options?: CallOptions,
  ): Promise<Session<Answer>>
  /**
   * Answer the login that waits.
   *
   * @throws MfaRequiredError if the answer was wrong, with what is asked now: `code` is `invalid_code`, and
   * `attemptsRemaining` says how many tries are left. ClientError `no_pending_login`, `invalid_token` if the login has
   * expired, `too_many_attempts`
   */
  submit(answer: Answering, options?: CallOptions): Promise<Session<Answer>>
  /**
   * Answer the login that waits from the options, as `login` does. It may be one that was resumed.
   *
   * @throws MfaRequiredError if none of them answers. ClientError `no_pending_login`
   */
  proceed(options?: CallOptions): Promise<Session<Answer>>
  /** The login that waits for its second factor. Keep it and give it to `resume`, here or in another process. */
  readonly pending: PendingLogin | null
  /** Take up a login that waits. @throws TypeError if it is no such login, or belongs to another server */
  resume(pending: PendingLogin): void

  /** Create an account, if the app allows it. Its second factor must then be confirmed. `method` is a field like the others. */
  register(fields: JsonObject, options?: CallOptions): Promise<Setup>
  /**
   * Begin an enrollment. Nothing is stored yet.
   *
   * @param method - The factor. @defaultValue `totp`
   * @param fields - What the factor asks for: `{ to }` of `one_time_code`, `{ answers }` of `question`
   */
  setup(method?: string, fields?: JsonObject, options?: CallOptions): Promise<Setup>
  /** Confirm the latest enrollment. Without an answer, TOTP makes the code from the new secret. */
  confirm(answer?: Answering, options?: CallOptions & { readonly name?: string }): Promise<Confirmed<Answer>>
  /** Fetch the QR code of the latest enrollment as a PNG. */
  qrCode(options?: CallOptions): Promise<Uint8Array>
  /** Give up a factor, by default `totp`. Without a `code`, the options answer, as in `login`. */
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
  /** Have a one-time code sent: for the login that waits, or with a `purpose` to give a fresh proof or to give up the factor. */
  sendCode(
    sending?: { readonly purpose?: 'step_up' | 'deactivate'; readonly authenticatorId?: string },
    options?: CallOptions,
  ): Promise<SentCode>
  /** Ask why codes are refused. A code that is given counts as a guess. */
  diagnose(
    code?: string,
    options?: CallOptions,
  ): Promise<{ readonly serverTime: Date; readonly authenticators: readonly Diagnosis[] }>

  /** Give a fresh proof. Without a code, the options answer, as in `login`. */
  stepUp(code?: string, options?: CallOptions): Promise<void>
  /** Get new tokens. Calls at the same time share one refresh. */
  refresh(options?: CallOptions): Promise<Tokens>
  /** Sign out. Revoke the refresh token, if there is one, and forget tokens and cookies, even if that fails. */
  logout(options?: CallOptions): Promise<void>
  /** Read the tokens and cookies that sign this client in. `null` if there are none. */
  held(): Promise<Held | null>
  /**
   * Call the app's own routes as the user who is signed in. A path counts from the server's root. If the answer is 401,
   * tokens are refreshed, or the options give a fresh proof. Then the call is repeated, once each.
   *
   * @throws TypeError if the address belongs neither to the app's origin nor to `origins`
   */
  fetch(path: string | URL, init?: RequestInit): Promise<Response>
  /** Ask the server what it offers. */
  probe(options?: CallOptions): Promise<Offer>
  /** Read what the answers so far have told about the server's clock. `null` if none has told anything. */
  clock(): ClockReading | null
}
