import type { MfaRecord } from '../record/record.ts'
import { gate, reasonOfWait, tooManyAttempts } from '../throttle/throttle.ts'
import { type Core, type Decision, refuse } from './core.ts'

/** The refusal while a count waits; null where a try may be looked at. */
export function whileWaiting(
  core: Core,
  record: MfaRecord,
  asked: { count: string; factor?: string; nowMs: number },
): (Decision<never> & { readonly error: Error }) | null {
  const state = gate(record.failures[asked.count], core.attempts, asked.nowMs)
  if (state.open) return null
  const error = tooManyAttempts([state])
  return refuse(record, error, { factor: asked.factor ?? null, reason: reasonOfWait(error) })
}
