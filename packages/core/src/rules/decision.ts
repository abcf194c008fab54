import type { MfaError, MfaEventReason } from '../errors.ts'
import type { MfaRecord } from '../record/record.ts'

/** What an event says beside who did what. */
export interface About {
  readonly factor?: string | null
  readonly authenticatorId?: string | null
  readonly reason?: MfaEventReason
  readonly driftSteps?: number
}

/** What a rule decided. The record is stored before anybody hears the result or the error. */
export type Decision<T> = {
  readonly record: MfaRecord
  readonly about?: About
  /** Recovery codes left, if they run low. */
  readonly codesLeft?: number
  /** Set if the event tells of a failure, though there is a result: an answer was looked at and was wrong. */
  readonly missed?: MfaEventReason
} & ({ readonly result: T; readonly error?: undefined } | { readonly error: MfaError })

/** A refusal that charges nothing. */
export function refuse(
  record: MfaRecord,
  error: MfaError,
  about: About = {},
): { record: MfaRecord; error: MfaError; about: About } {
  return { record, error, about }
}
