import { MfaError } from '../errors.ts'
import { type AuthenticatorSummary, aboutOf, enrolledNamed, type Meant, summaryOf, without } from './authenticators.ts'
import { authenticatorsOf, type CallOptions, type Core, consult, type Decision, decide, refuse } from './core.ts'
import { enrollable } from './enrollable.ts'
import { type Freshness, freshRefusal } from './fresh.ts'
import { requireUserId } from './proof.ts'

/** Shows one authenticator of the user: one read. */
export async function showAuthenticator(
  core: Core,
  userId: string,
  call: CallOptions & Meant,
): Promise<AuthenticatorSummary> {
  requireUserId(userId)
  const act = { type: 'status', userId, requestId: call.requestId } as const
  return consult(core, act, (record): Decision<AuthenticatorSummary> => {
    const found = enrolledNamed(core, record, call)
    if (found === undefined) return refuse(record, new MfaError('not_found'))
    return { record, result: summaryOf(found), about: aboutOf(found) }
  })
}

/** Removes every authenticator of a factor, a fresh act: one read and one put. */
export async function removeAuthenticators(
  core: Core,
  userId: string,
  call: CallOptions & Freshness & { factor: string },
): Promise<void> {
  requireUserId(userId)
  const { factor, provedAt, requestId } = call
  enrollable(core, factor)
  return decide(core, { type: 'remove', userId, requestId }, (record, nowMs): Decision<undefined> => {
    const refusal = freshRefusal(core, record, { provedAt, nowMs })
    if (refusal !== null) return refuse(record, refusal, { factor })
    const gone = authenticatorsOf(record, factor)
    const left = gone.length === 0 ? record : without(core, record, gone)
    return { record: left, result: undefined, about: { factor } }
  })
}
