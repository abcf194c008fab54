import type { PendingLogin } from '../client.ts'
import { ClientError, type ClientErrorDetails } from '../errors.ts'

/**
 * A login waits for its second factor. The details are getters, so that a log which prints the error does not show the
 * token. Its `code` is `mfa_required`, or `invalid_code` if an answer was wrong.
 */
export class MfaRequiredError extends ClientError {
  override readonly name = 'MfaRequiredError'
  /** The methods that can answer, such as `totp`, `question`, `recovery_code`. */
  declare readonly methods: readonly string[]
  readonly #pending: PendingLogin

  constructor(pending: PendingLogin, refusal?: ClientError) {
    const detail = refusal?.message ?? 'a second factor is asked for'
    const { status, attemptsRemaining } = (refusal ?? {}) as Partial<ClientErrorDetails>
    super(refusal === undefined ? 'mfa_required' : 'invalid_code', {
      detail,
      status,
      attemptsRemaining,
      methods: pending.methods,
    })
    this.#pending = pending
  }

  /** The login as a whole, for `resume`. */
  get pending(): PendingLogin {
    return this.#pending
  }

  get ephemeralToken(): string {
    return this.#pending.ephemeralToken
  }

  /** The question, if one is asked. */
  get question(): string | null {
    return this.#pending.question
  }

  /** The answers to choose from. Empty if any text may be right. */
  get propositions(): readonly string[] {
    return this.#pending.propositions
  }

  /** By the server's clock. */
  get expiresAt(): Date {
    return new Date(this.#pending.expiresAt)
  }
}
