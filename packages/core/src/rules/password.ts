import { MfaError } from '../errors.ts'
import type { MfaRecord } from '../record/record.ts'
import { type Decision, refuse } from './decision.ts'
import type { Terms } from './terms.ts'
import { charge, clear, whileWaiting } from './throttle.ts'

/** The count of wrong passwords of a user who is signed in. */
const passwordCount = 'password'

/** The refusal while passwords wait, or null. */
export function passwordWait(terms: Terms, record: MfaRecord, nowMs: number) {
  return whileWaiting(terms, record, { count: passwordCount, nowMs })
}

/** What the host said of a password, which is held back until its count is written. */
export function judgePassword(
  terms: Terms,
  record: MfaRecord,
  asked: { isCorrect: boolean; nowMs: number },
): Decision<undefined> {
  const { isCorrect, nowMs } = asked
  const waiting = passwordWait(terms, record, nowMs)
  if (waiting !== null) return waiting
  if (isCorrect) return { record: clear(record, [passwordCount]), result: undefined }
  const charged = charge(record, [passwordCount], { limits: terms.attempts, nowMs })
  return refuse(charged, new MfaError('invalid_credentials'), { reason: 'wrong_password' })
}
