import { fieldError, MfaError } from '../../errors.ts'
import type { JsonObject, Proof, User } from '../../ports.ts'
import type { MfaRecord } from '../../record/record.ts'
import { type AuthenticatorSummary, summaryOf } from '../../rules/authenticators.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import {
  defaultName,
  type Enrollable,
  enrollable,
  enrollmentRefusal,
  newAuthenticator,
  withAuthenticator,
} from '../../rules/enroll.ts'
import { checkUser, secondFactorProof } from '../../rules/proof.ts'
import type { ProofInput } from '../../rules/prove.ts'
import { attemptsRemaining, charge, clear, confirmCount, whileWaiting } from '../../rules/throttle.ts'
import { deadToken } from '../../rules/token-state.ts'
import { cleanName } from '../../texts.ts'
import type { ActivationClaims } from '../../tokens/claims.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'
import { activation } from './activation.ts'

/** What a confirmed enrollment comes to. */
export interface Confirmed {
  /** The recovery codes, with the user's first authenticator only; else empty. */
  readonly recoveryCodes: readonly string[]
  readonly authenticator: AuthenticatorSummary
  /** Counts as a fresh proof. */
  readonly proof: Proof
}

/** What a user confirms with. */
export type ConfirmCall = CallOptions & {
  readonly user: User
  readonly activationToken: unknown
  /** 1 to 64 characters. @defaultValue `Authenticator 1`, `2`, … */
  readonly name?: string | undefined
  readonly input: ProofInput
}

/** Confirms an enrollment: one read and one put. Failures have a count of their own. */
export async function confirm(core: Core, type: string, call: ConfirmCall): Promise<Confirmed> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const name = call.name === undefined ? undefined : cleanName(call.name)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  const claims = await activation(core, type, call)
  const act = { type: 'confirm', userId: call.user.id, requestId: call.requestId } as const
  return decide(core, act, async (record, nowMs): Promise<Decision<Confirmed>> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const limit = enrollmentRefusal(record, wanted)
    if (limit !== null) return refuse(record, limit, { factor: type })
    const answer = call.input[wanted.factor.field]
    const checked = await checkAnswer(core, record, { ...wanted, claims, answer, nowMs })
    if (checked.error !== undefined) return checked
    const { data, name: ownName, amr } = checked.result
    const { backups } = claims
    return addAuthenticator(core, checked.record, {
      ...wanted,
      user: call.user,
      data,
      name: name ?? ownName,
      amr,
      backups,
      nowMs,
    })
  })
}

async function checkAnswer(
  core: Core,
  record: MfaRecord,
  asked: Enrollable & { claims: ActivationClaims; answer: unknown; nowMs: number },
): Promise<Decision<{ data: JsonObject; name?: string; amr?: readonly string[] }>> {
  const { factor, enrollment, nowMs, answer } = asked
  const count = confirmCount(factor.type)
  const at = { limits: core.attempts, nowMs }
  const waiting = whileWaiting(core, record, { count, factor: factor.type, nowMs })
  if (waiting !== null) return waiting
  const { pending } = asked.claims
  if (!enrollment.couldBe(answer, pending)) {
    const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(record, [count], at) })
    return refuse(record, error, { factor: factor.type, reason: 'not_a_code' })
  }
  const { type } = factor
  const verdict = await enrollment.confirm({ answer, pending, state: record.states[type] ?? {}, nowMs })
  const next = verdict.state === undefined ? record : { ...record, states: { ...record.states, [type]: verdict.state } }
  if (verdict.ok) return { record: next, result: verdict }
  const charged = charge(next, [count], at)
  const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(charged, [count], at) })
  const { reason, driftSteps } = verdict
  return refuse(charged, error, { factor: type, reason, ...(driftSteps === undefined ? {} : { driftSteps }) })
}

interface NewAuthenticator {
  readonly user: User
  readonly data: JsonObject
  readonly name: string | undefined
  readonly amr: readonly string[] | undefined
  readonly nowMs: number
}

async function addAuthenticator(
  core: Core,
  record: MfaRecord,
  enrolled: Enrollable & Pick<ActivationClaims, 'backups'> & NewAuthenticator,
): Promise<Decision<Confirmed>> {
  const { factor, enrollment, data, backups, amr, nowMs } = enrolled
  const name = enrolled.name ?? defaultName(record, enrollment.name)
  const authenticator = newAuthenticator(core, { type: factor.type, name, data, nowMs })
  const { record: grown, codes } = await withAuthenticator(core, record, { authenticator, backups, nowMs })
  const proof = secondFactorProof({ userId: enrolled.user.id, factor, authenticatorId: authenticator.id, amr, nowMs })
  return {
    record: clear(grown, [factor.type, confirmCount(factor.type)]),
    result: { recoveryCodes: codes, authenticator: summaryOf(authenticator), proof },
    about: { factor: factor.type, authenticatorId: authenticator.id },
  }
}
