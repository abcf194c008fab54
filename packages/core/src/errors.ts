/** HTTP status and title of every error Latchkey answers with. */
const table = {
  malformed_body: [400, 'The body is not a JSON object'],
  invalid_request: [400, 'A field is missing or of the wrong type'],
  invalid_code: [400, 'The code is not valid'],
  invalid_token: [400, 'The token is not valid'],
  invalid_credentials: [401, 'The credentials are not valid'],
  unauthenticated: [401, 'Nobody is signed in'],
  step_up_required: [401, 'A fresh proof is required'],
  cross_site_request: [403, 'The request comes from another site'],
  not_found: [404, 'There is no such authenticator'],
  method_not_allowed: [405, 'The method is not allowed here'],
  not_enabled: [409, 'There is no second factor'],
  authenticator_limit: [409, 'There are as many authenticators as allowed'],
  body_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be JSON in UTF-8'],
  too_many_attempts: [429, 'Too many attempts'],
  too_many_messages: [429, 'Too many messages'],
  delivery_failed: [503, 'The message could not be sent'],
  storage_unavailable: [503, 'The storage is unavailable'],
} as const satisfies Record<string, readonly [status: number, title: string]>

/** The `code` of an error, as it is on the wire. */
export type MfaErrorCode = keyof typeof table

/** The reasons that are Latchkey's own. */
type KnownReason =
  | 'wrong'
  | 'replayed'
  | 'drifted'
  | 'not_a_code'
  | 'locked'
  | 'suspended'
  | 'wrong_password'
  | 'malformed_token'
  | 'forged_token'
  | 'expired_token'
  | 'wrong_purpose'
  | 'wrong_user'
  | 'old_epoch'
  | 'old_stamp'
  | 'spent_token'
  | 'reused_token'
  | 'ended_family'
  | 'user_gone'
  | 'duplicate'
  | 'outdated'

/** Why something was refused: the truth, for the app's eyes only. A factor of another package has reasons that begin with `x_`. */
export type MfaEventReason = KnownReason | MfaErrorCode | `x_${string}`

/** A field that was missing or wrong, by its name on the wire. */
export interface FieldError {
  readonly field: string
  readonly message: string
}

/** What an error may carry besides its code. */
export interface MfaErrorDetails {
  /** For logs and developers; holds no secret. */
  readonly detail?: string
  readonly retryAfterSeconds?: number | undefined
  readonly attemptsRemaining?: number | undefined
  readonly maxAgeSeconds?: number | undefined
  readonly errors?: readonly FieldError[]
  /** Methods that a 405 allows. */
  readonly allow?: readonly string[]
  readonly cause?: unknown
}

const brand = Symbol.for('latchkey.MfaError')

/**
 * Every refusal and failure of Latchkey. The message is for people who read logs and holds no secret.
 * Tell it apart with {@link isMfaError}, which also knows an error of another copy of this package.
 */
export class MfaError extends Error {
  override readonly name = 'MfaError'
  /** The `code` member on the wire. */
  readonly code: MfaErrorCode
  /** The HTTP status. */
  readonly status: number
  /** The `title` member on the wire: the code in words. */
  readonly title: string
  // Declared, so that one that was not given is no member.
  /** Whole seconds until another try is looked at. */
  declare readonly retryAfterSeconds?: number
  /** Tries left before the factor waits. */
  declare readonly attemptsRemaining?: number
  /** Oldest proof that would have been let in, in seconds. */
  declare readonly maxAgeSeconds?: number
  /** The fields at fault. */
  declare readonly errors?: readonly FieldError[]
  /** The methods a 405 allows. */
  declare readonly allow?: readonly string[]

  constructor(code: MfaErrorCode, details: MfaErrorDetails = {}) {
    const [status, title] = table[code]
    const { detail, cause, ...rest } = details
    super(detail ?? title, cause === undefined ? undefined : { cause })
    this.code = code
    this.status = status
    this.title = title
    for (const [key, value] of Object.entries(rest)) {
      if (value !== undefined) Object.assign(this, { [key]: value })
    }
    Object.defineProperty(this, brand, { value: true })
  }
}

/** Whether something is an {@link MfaError}, of this copy of the package or another. */
export function isMfaError(value: unknown): value is MfaError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true
}

/** An `invalid_request` that names one field. */
export function fieldError(field: string, message: string): MfaError {
  return new MfaError('invalid_request', { detail: `${field}: ${message}`, errors: [{ field, message }] })
}
