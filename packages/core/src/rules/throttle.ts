import { MfaError } from '../errors.ts'
import type { Factor } from '../factors/factor.ts'
import type { Failures, MfaRecord } from '../record/record.ts'
import { type Decision, refuse } from './decision.ts'
import type { AttemptLimits, Terms } from './terms.ts'

/** Where a count stands: open, waiting until a time, or suspended for good. */
export type Gate =
  | { readonly open: true; readonly attemptsRemaining: number }
  | { readonly open: false; readonly retryAfterSeconds: number | undefined }

/** Says whether a try on this count may be looked at now. */
export function gate(failures: Failures | undefined, limits: AttemptLimits, nowMs: number): Gate {
  if (failures === undefined) return { open: true, attemptsRemaining: limits.waitAfter }
  if (failures.count >= limits.suspendAfter) return { open: false, retryAfterSeconds: undefined }
  if (failures.waitUntil > nowMs) {
    // After a clock was set back the wait ends when it has caught up; nobody is told more than the longest wait.
    const seconds = Math.ceil((failures.waitUntil - nowMs) / 1000)
    return { open: false, retryAfterSeconds: Math.min(seconds, limits.maxWaitSeconds) }
  }
  return { open: true, attemptsRemaining: Math.max(1, limits.waitAfter - failures.count) }
}

/** The same of a factor. What cannot be guessed never waits. */
export function gateOf(terms: Terms, record: MfaRecord, { type, unguessable }: Factor, nowMs: number): Gate {
  return gate(unguessable === true ? undefined : record.failures[type], terms.attempts, nowMs)
}

/** The record after one more failure of each of the counts. */
export function charge(
  record: MfaRecord,
  counts: readonly string[],
  at: { limits: AttemptLimits; nowMs: number },
): MfaRecord {
  if (counts.length === 0) return record
  const failures = { ...record.failures }
  for (const name of counts) {
    const count = (failures[name]?.count ?? 0) + 1
    const over = count - at.limits.waitAfter
    const seconds = over < 0 ? 0 : Math.min(at.limits.waitSeconds * 2 ** over, at.limits.maxWaitSeconds)
    failures[name] = { count, waitUntil: seconds === 0 ? 0 : at.nowMs + seconds * 1000 }
  }
  return { ...record, failures }
}

/** The record after a success: the counts start again. */
export function clear(record: MfaRecord, counts: readonly string[]): MfaRecord {
  if (!counts.some((name) => Object.hasOwn(record.failures, name))) return record
  const kept = Object.entries(record.failures).filter(([name]) => !counts.includes(name))
  return { ...record, failures: Object.fromEntries(kept) }
}

/** Tries left on the tightest of the counts, after a failure was charged or none was; undefined if nothing is counted. */
export function attemptsRemaining(
  record: MfaRecord,
  counts: readonly string[],
  at: { limits: AttemptLimits; nowMs: number },
): number | undefined {
  if (counts.length === 0) return undefined
  const left = counts.map((name) => {
    const state = gate(record.failures[name], at.limits, at.nowMs)
    return state.open ? state.attemptsRemaining : 0
  })
  return Math.min(...left)
}

/** What an event says of a wait: `suspended` is for good. */
export function reasonOfWait({ retryAfterSeconds }: MfaError): 'locked' | 'suspended' {
  return retryAfterSeconds === undefined ? 'suspended' : 'locked'
}

/** The answer while every count waits: the shortest wait, or none if all are suspended. */
export function tooManyAttempts(gates: readonly Gate[]): MfaError {
  const waits = gates.flatMap((state) =>
    state.open || state.retryAfterSeconds === undefined ? [] : [state.retryAfterSeconds],
  )
  return new MfaError('too_many_attempts', { retryAfterSeconds: waits.length === 0 ? undefined : Math.min(...waits) })
}

/** The refusal while a count waits; null if a try may be looked at. */
export function whileWaiting(
  terms: Terms,
  record: MfaRecord,
  asked: { count: string; factor?: string; nowMs: number },
): (Decision<never> & { readonly error: Error }) | null {
  const state = gate(record.failures[asked.count], terms.attempts, asked.nowMs)
  if (state.open) return null
  const error = tooManyAttempts([state])
  return refuse(record, error, { factor: asked.factor ?? null, reason: reasonOfWait(error) })
}

/** The count of failures at confirming, apart from that of the factor's own. */
export function confirmCount(type: string): string {
  return `${type}:confirm`
}
