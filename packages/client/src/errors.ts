/** The codes of the client itself, besides those of the server. */
export type OwnErrorCode =
  /** A second factor is asked for, and nothing here can answer: an `MfaRequiredError`. */
  | 'mfa_required'
  /** The account must enroll a second factor first: go on with `setup()` and `confirm()`. */
  | 'mfa_enrollment_required'
  /** The server cannot be reached, or the connection broke. */
  | 'network_error'
  /** The server did not answer in time. */
  | 'timeout'
  /** The answer did not come from Latchkey: another server, or a proxy's error page. */
  | 'unexpected_answer'
  /** The server's clock is too far from this one's to make codes. */
  | 'clock_skew'
  /** No login waits, or it has expired. */
  | 'no_pending_login'
  /** No enrollment has begun. */
  | 'no_setup'
  /** The secret, or the function that provides it, gave nothing that makes codes. */
  | 'invalid_secret'
  /** A file of answers, tokens or steps cannot be read. */
  | 'invalid_file'
  /** Another process held a file for too long. */
  | 'file_locked'

/** The codes that the server sends. */
export type ServerErrorCode =
  | 'malformed_body'
  | 'invalid_request'
  | 'invalid_code'
  | 'invalid_token'
  | 'invalid_credentials'
  | 'unauthenticated'
  | 'step_up_required'
  | 'cross_site_request'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_enabled'
  | 'authenticator_limit'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'too_many_attempts'
  | 'too_many_messages'
  | 'delivery_failed'
  | 'storage_unavailable'

export interface FieldError {
  readonly field: string
  readonly message: string
}

export interface ClientErrorDetails {
  /** For logs and developers; holds no secret. */
  readonly detail: string
  readonly status?: number | undefined
  readonly retryAfterSeconds?: number | undefined
  readonly attemptsRemaining?: number | undefined
  readonly errors?: readonly FieldError[] | undefined
  /** The methods that can answer, or be enrolled. */
  readonly methods?: readonly string[] | undefined
  readonly cause?: unknown
}

const brand = Symbol.for('latchkey.ClientError')

/** Every refusal of the server, and every failure on the way. The message is for people who read logs. It holds no secret. */
export class ClientError extends Error {
  override readonly name: string = 'ClientError'
  /** The server's own `code`, or one of {@link OwnErrorCode}. */
  readonly code: ServerErrorCode | OwnErrorCode
  // Only declared, so that a detail that was not given is no member.
  /** The HTTP status, if there was an answer. */
  declare readonly status?: number
  /** Whole seconds until the server looks at another try. */
  declare readonly retryAfterSeconds?: number
  /** Tries left before the factor is locked for a while. */
  declare readonly attemptsRemaining?: number
  /** The fields at fault. */
  declare readonly errors?: readonly FieldError[]
  /** The methods that can answer (`mfa_required`), or be enrolled (`mfa_enrollment_required`). */
  declare readonly methods?: readonly string[]

  constructor(code: ServerErrorCode | OwnErrorCode, { detail, cause, ...rest }: ClientErrorDetails) {
    super(detail, cause === undefined ? undefined : { cause })
    this.code = code
    for (const [key, value] of Object.entries(rest)) {
      if (value !== undefined) Object.assign(this, { [key]: value })
    }
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether a value is a {@link ClientError}, of this copy of the package or another. */
export function isClientError(value: unknown): value is ClientError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}
