import type { Look } from '../../factors/factor-route.ts'
import type { User } from '../../ports/user.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { type Freshness, freshRefusal } from '../../rules/fresh.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { charge, confirmCount, whileWaiting } from '../../rules/throttle.ts'
import { deadToken } from '../../rules/token-state.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'
import { openActivation } from '../enrollment/activation.ts'

/** A user who wants to know something: of the user's authenticators, which is a fresh act, or of the enrollment that a token is for. */
export type ExamineCall<T> = CallOptions &
  Freshness & {
    readonly user: User
    readonly activationToken: unknown
    readonly look: Look<T>
  }

/** Has a factor look at an answer that is to prove nothing. A guess is charged, right or wrong: one read, one put at most. */
export async function examine<T>(core: Core, type: string, call: ExamineCall<T>): Promise<T> {
  const claims = call.activationToken === undefined ? null : await openActivation(core, type, call)
  const count = claims === null ? type : confirmCount(type)
  const act = { type: 'factor', userId: call.user.id, requestId: call.requestId } as const
  return decide(core, act, (record, nowMs): Decision<T> => {
    const dead = claims === null ? null : deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const stale = claims === null ? freshRefusal(core, record, { provedAt: call.provedAt, nowMs }) : null
    if (stale !== null) return refuse(record, stale, { factor: type })
    const waiting = whileWaiting(core, record, { count, factor: type, nowMs })
    if (waiting !== null) return waiting
    const authenticators = claims === null ? authenticatorsOf(record, type) : []
    const seen = call.look({ authenticators, pending: claims?.pending ?? null, nowMs })
    if (seen.guess === null) return { record, result: seen.result, about: { factor: type } }
    const next = record.authenticators.map((own) => ({ ...own, data: seen.changed.get(own.id) ?? own.data }))
    const charged = charge({ ...record, authenticators: next }, [count], { limits: core.attempts, nowMs })
    const { matched, ...about } = seen.guess
    const decided = { record: charged, result: seen.result, about: { ...about, factor: type } }
    return matched ? decided : { ...decided, missed: 'wrong' }
  })
}
