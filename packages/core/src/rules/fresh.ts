import { MfaError } from '../errors.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import type { Terms } from './terms.ts'

/** Clocks of two machines of one app may differ by this much. */
const toleratedSkewSeconds = 60

/** When the signed-in user last gave a proof, in milliseconds since 1970. */
export interface Freshness {
  readonly provedAt?: number | null | undefined
}

/** Whether a proof is at most `maxAgeSeconds` old. Anything that is not a number is not a proof. */
export function isFresh(provedAt: unknown, limit: { maxAgeSeconds: number; nowMs: number }): provedAt is number {
  if (typeof provedAt !== 'number' || !Number.isFinite(provedAt)) return false
  const ageSeconds = (limit.nowMs - provedAt) / 1000
  return ageSeconds <= limit.maxAgeSeconds && ageSeconds >= -toleratedSkewSeconds
}

/** The refusal of a proof that is missing or too old (RFC 9470). */
export function stepUpRequired(maxAgeSeconds: number): MfaError {
  return new MfaError('step_up_required', { maxAgeSeconds })
}

/** The refusal of a fresh act without a second factor or without a fresh proof, or null if it may go on. */
export function freshRefusal(terms: Terms, record: MfaRecord, at: Freshness & { nowMs: number }): MfaError | null {
  if (!isEnabled(record)) return new MfaError('not_enabled')
  if (terms.stepUpSeconds === false) return null
  const maxAgeSeconds = terms.stepUpSeconds
  return isFresh(at.provedAt, { maxAgeSeconds, nowMs: at.nowMs }) ? null : stepUpRequired(maxAgeSeconds)
}
