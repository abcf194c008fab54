import { fieldError, MfaError } from '../../errors.ts'
import {
  type AuthenticatorSummary,
  aboutOf,
  enrolledNamed,
  enrolledOf,
  type Meant,
  summaryOf,
  withoutAuthenticators,
} from '../../rules/authenticators.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { enrollable } from '../../rules/enroll.ts'
import { type Freshness, freshRefusal } from '../../rules/fresh.ts'
import { authenticatorsOf } from '../../rules/methods.ts'
import { requireUserId } from '../../rules/proof.ts'
import { cleanName } from '../../texts.ts'
import { type CallOptions, type Core, consult, decide } from '../decide.ts'

/** Lists a user's authenticators, the oldest first: one read. */
export async function listAuthenticators(
  core: Core,
  userId: string,
  call: CallOptions,
): Promise<readonly AuthenticatorSummary[]> {
  requireUserId(userId)
  const act = { type: 'status', userId, requestId: call.requestId } as const
  return consult(core, act, (record) => ({ record, result: enrolledOf(core, record).map(summaryOf) }))
}

/** Renames an authenticator of the user: one read and one put. */
export async function renameAuthenticator(
  core: Core,
  userId: string,
  call: CallOptions & Meant & { name: string },
): Promise<AuthenticatorSummary> {
  requireUserId(userId)
  const name = cleanName(call.name)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  const act = { type: 'rename', userId, requestId: call.requestId } as const
  return decide(core, act, (record): Decision<AuthenticatorSummary> => {
    const found = enrolledNamed(core, record, call)
    if (found === undefined) return refuse(record, new MfaError('not_found'))
    const renamed = { ...found, name }
    const authenticators = record.authenticators.map((entry) => (entry === found ? renamed : entry))
    return { record: { ...record, authenticators }, result: summaryOf(renamed), about: aboutOf(found) }
  })
}

/** Removes an authenticator of the user, a fresh act: one read and one put. */
export async function removeAuthenticator(
  core: Core,
  userId: string,
  call: CallOptions & Freshness & Meant,
): Promise<void> {
  requireUserId(userId)
  const act = { type: 'remove', userId, requestId: call.requestId } as const
  return decide(core, act, (record, nowMs): Decision<undefined> => {
    const refusal = freshRefusal(core, record, { provedAt: call.provedAt, nowMs })
    if (refusal !== null) return refuse(record, refusal)
    const found = enrolledNamed(core, record, call)
    if (found === undefined) return refuse(record, new MfaError('not_found'))
    return { record: withoutAuthenticators(core, record, [found]), result: undefined, about: aboutOf(found) }
  })
}

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
    const left = gone.length === 0 ? record : withoutAuthenticators(core, record, gone)
    return { record: left, result: undefined, about: { factor } }
  })
}
