import { fieldError, MfaError } from '../../errors.ts'
import type { Confirmation } from '../../factors/factor.ts'
import type { Proof } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
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
import { holdingOf } from '../../rules/methods.ts'
import { checkUser, secondFactorProof } from '../../rules/proof.ts'
import { type ProofInput, withFound } from '../../rules/prove.ts'
import { attemptsRemaining, charge, clear, confirmCount, whileWaiting } from '../../rules/throttle.ts'
import { deadToken } from '../../rules/token-state.ts'
import { cleanName } from '../../texts.ts'
import type { ActivationClaims } from '../../tokens/claims.ts'
import { type CallOptions, type Core, decide } from '../decide.ts'
import { openActivation } from './activation.ts'

/** What a confirmed enrollment comes to. */
export interface Confirmed {
  /** The recovery codes, with the user's first authenticator only; otherwise empty. */
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

/** Confirms an enrollment: one read and one put. Failures have their own count. */
export async function confirm(core: Core, type: string, call: ConfirmCall): Promise<Confirmed> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const name = call.name === undefined ? undefined : cleanName(call.name)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  const claims = await openActivation(core, type, call)
  const act = { type: 'confirm', userId: call.user.id, requestId: call.requestId } as const
  return decide(core, act, async (record, nowMs): Promise<Decision<Confirmed>> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const limit = enrollmentRefusal(record, wanted)
    if (limit !== null) return refuse(record, limit, { factor: type })
    const answer = call.input[wanted.factor.field.name]
    const checked = await checkAnswer(core, record, { ...wanted, claims, answer, nowMs })
    if (checked.error !== undefined) return checked
    const { user } = call
    return addAuthenticator(core, checked.record, { ...wanted, user, claims, name, found: checked.result, nowMs })
  })
}

type Right = Confirmation & { readonly ok: true }

async function checkAnswer(
  core: Core,
  record: MfaRecord,
  asked: Enrollable & { claims: ActivationClaims; answer: unknown; nowMs: number },
): Promise<Decision<Right>> {
  const { factor, enrollment, claims, nowMs } = asked
  const { type, unguessable } = factor
  const { pending, userId } = claims
  const count = confirmCount(type)
  const counts = unguessable === true ? [] : [count]
  const at = { limits: core.attempts, nowMs }
  const waiting = unguessable === true ? null : whileWaiting(core, record, { count, factor: type, nowMs })
  if (waiting !== null) return waiting
  const answer = enrollment.parse(asked.answer, pending)
  if (answer === null) {
    const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(record, counts, at) })
    return refuse(record, error, { factor: type, reason: 'not_a_code' })
  }
  const holding = holdingOf(core, record, type)
  const verdict = await enrollment.confirm({ ...holding, userId, answer, pending, nowMs })
  const looked = withFound(record, type, verdict)
  if (verdict.ok) return { record: looked, result: verdict }
  const charged = charge(looked, counts, at)
  const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(charged, counts, at) })
  const { reason, driftSteps } = verdict
  return refuse(charged, error, { factor: type, reason, ...(driftSteps === undefined ? {} : { driftSteps }) })
}

interface NewAuthenticator {
  readonly user: User
  readonly claims: ActivationClaims
  /** What the user calls it. */
  readonly name: string | undefined
  readonly found: Right
  readonly nowMs: number
}

async function addAuthenticator(
  core: Core,
  record: MfaRecord,
  enrolled: Enrollable & NewAuthenticator,
): Promise<Decision<Confirmed>> {
  const { factor, enrollment, user, claims, found, nowMs } = enrolled
  const { type } = factor
  const name = enrolled.name ?? found.name ?? defaultName(record, enrollment.name)
  const authenticator = newAuthenticator(core, { type, name, data: found.data, nowMs })
  const { backups } = claims
  const { record: grown, codes } = await withAuthenticator(core, record, { authenticator, backups, nowMs })
  const { id: authenticatorId } = authenticator
  const proof = secondFactorProof({ userId: user.id, factor, authenticatorId, amr: found.amr, nowMs })
  return {
    record: clear(grown, [type, confirmCount(type)]),
    result: {
      recoveryCodes: codes,
      authenticator: summaryOf(authenticator),
      proof: core.proofs.seal(user, proof),
    },
    about: { factor: type, authenticatorId },
  }
}
