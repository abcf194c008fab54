import type { JsonObject } from '../ports.ts'
import { type CallOptions, type Core, decide } from './core.ts'

/** A pure change of a factor's own state; it may run again when another writer was first. */
export type StateChange<T> = (state: JsonObject, nowMs: number) => { state: JsonObject; result: T }

/** Changes one factor's own state of a user: one read and one put. */
export async function changeState<T>(
  core: Core,
  type: string,
  call: CallOptions & { userId: string; change: StateChange<T> },
): Promise<T> {
  const act = { type: 'factor', userId: call.userId, requestId: call.requestId } as const
  return decide(core, act, (record, nowMs) => {
    const { state, result } = call.change(record.states[type] ?? {}, nowMs)
    return { record: { ...record, states: { ...record.states, [type]: state } }, result, about: { factor: type } }
  })
}
