import { MfaError, type MfaEventReason } from '../errors.ts'

/** A token that did not pass: the answer, and the true reason for the event. */
export interface RefusedToken {
  readonly error: MfaError
  readonly reason: MfaEventReason
}

/** The one answer to every token that is no good; the reason goes to the event alone. */
export function refusedToken(reason: MfaEventReason): RefusedToken {
  return { error: new MfaError('invalid_token'), reason }
}
