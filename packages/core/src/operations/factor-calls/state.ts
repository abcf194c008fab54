import type { StateChange } from '../../factors/holding.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'

/** Changes one factor's own state of a user: one read and one put, none if the change gives its state back. */
export async function changeState<T>(
  core: Core,
  type: string,
  call: CallOptions & { userId: string; change: StateChange<T> },
): Promise<T> {
  const act = { type: 'factor', userId: call.userId, requestId: call.requestId } as const
  return decide(core, act, (record, nowMs): Decision<T> => {
    const before = record.states[type] ?? {}
    const { state, ...outcome } = call.change(before, nowMs, authenticatorsOf(record, type))
    const next = state === before ? record : { ...record, states: { ...record.states, [type]: state } }
    const about = { factor: type }
    return outcome.error === undefined
      ? { record: next, result: outcome.result, about }
      : refuse(next, outcome.error, about)
  })
}
