import { fieldError, MfaError } from '../errors.ts'
import type { Enrolment, Factor } from '../factors/factor.ts'
import type { JsonObject, Proof, User } from '../ports.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import { cleanName } from '../texts.ts'
import { attemptsRemaining, charge, clear, gate, tooManyAttempts } from '../throttle/throttle.ts'
import type { ActivationClaims } from '../tokens/claims.ts'
import { refusedToken } from '../tokens/tokens.ts'
import { defaultName, newAuthenticator, withAuthenticator } from './add-authenticator.ts'
import { type AuthenticatorSummary, summaryOf } from './authenticators.ts'
import { authenticatorsOf, type CallOptions, type Core, consult, type Decision, decide, fail, refuse } from './core.ts'
import { type Freshness, freshRefusal } from './fresh.ts'
import { checkUser, secondFactorProof } from './proof.ts'
import type { ProofInput } from './prove.ts'
import { deadToken } from './verify.ts'

/** What a user gets to enrol with. Nothing is stored until it is confirmed. */
export interface Begun {
  readonly activationToken: string
  /** Seconds the token lives. */
  readonly expiresIn: number
  /** What the factor shows. */
  readonly [shown: string]: unknown
}

/** What a confirmed enrolment comes to. */
export interface Confirmed {
  /** The recovery codes, with the user's first authenticator only; else empty. */
  readonly recoveryCodes: readonly string[]
  readonly authenticator: AuthenticatorSummary
  /** Counts as a fresh proof. */
  readonly proof: Proof
}

/** A user on the way to enrol, and when that user last gave a proof. */
export type BeginCall = CallOptions & Freshness & { readonly user: User }

/** Begins an enrolment: one read, no write. A further authenticator takes a fresh proof. */
export async function begin(core: Core, type: string, call: BeginCall): Promise<Begun> {
  checkUser(call.user)
  const { factor, enrolment } = enrollable(core, type)
  const { user, requestId } = call
  const epoch = await consult(
    core,
    { type: 'begin', userId: user.id, requestId },
    (record, nowMs): Decision<number> => {
      const error = isEnabled(record)
        ? (freshRefusal(core, record, { provedAt: call.provedAt, nowMs }) ?? limitRefusal(record, factor))
        : null
      return error === null
        ? { record, result: record.epoch, about: { factor: type } }
        : refuse(record, error, { factor: type })
    },
  )
  const { pending, answer } = await enrolment.begin({ user, issuer: core.issuer, randomBytes: core.randomBytes })
  const activationToken = await core.tokens.sealActivation({ user, epoch }, { factor: type, pending })
  return { ...answer, activationToken, expiresIn: core.activationTokenSeconds }
}

/** What a user confirms with. */
export type ConfirmCall = CallOptions & {
  readonly user: User
  readonly activationToken: unknown
  /** 1 to 64 characters. @defaultValue `Authenticator 1`, `2`, … */
  readonly name?: string | undefined
  readonly input: ProofInput
}

/** Confirms an enrolment: one read and one put. Failures have a count of their own. */
export async function confirm(core: Core, type: string, call: ConfirmCall): Promise<Confirmed> {
  checkUser(call.user)
  const { factor, enrolment } = enrollable(core, type)
  const name = call.name === undefined ? undefined : cleanName(call.name)
  if (name === null) throw fieldError('name', 'must have 1 to 64 characters and no control characters')
  const claims = await activation(core, type, call)
  const act = { type: 'confirm', userId: call.user.id, requestId: call.requestId } as const
  return decide(core, act, async (record, nowMs): Promise<Decision<Confirmed>> => {
    const dead = deadToken(record, claims)
    if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
    const limit = limitRefusal(record, factor)
    if (limit !== null) return refuse(record, limit, { factor: type })
    const checked = await checkAnswer(core, record, {
      factor,
      enrolment,
      claims,
      answer: call.input[factor.field],
      nowMs,
    })
    if (checked.error !== undefined) return checked
    return added(core, record, { factor, user: call.user, data: checked.result, name, nowMs })
  })
}

/** What an enrolment's `begin` left in its token, for a token of this user that could still be confirmed. */
export async function pendingOf(
  core: Core,
  type: string,
  call: CallOptions & { user: User; activationToken: unknown },
): Promise<JsonObject> {
  const claims = await activation(core, type, call)
  return consult(
    core,
    { type: 'factor', userId: call.user.id, requestId: call.requestId },
    (record): Decision<JsonObject> => {
      const dead = deadToken(record, claims)
      if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
      return { record, result: claims.pending, about: { factor: type } }
    },
  )
}

/** @throws TypeError where no such factor can be enrolled */
export function enrollable(core: Core, type: string): { factor: Factor; enrolment: Enrolment<JsonObject> } {
  const factor = core.factors.find((candidate) => candidate.type === type)
  if (factor?.enrolment === undefined) throw new TypeError(`no factor '${type}' can be enrolled`)
  return { factor, enrolment: factor.enrolment }
}

async function activation(
  core: Core,
  type: string,
  call: CallOptions & { user: User; activationToken: unknown },
): Promise<ActivationClaims> {
  const claims = await core.tokens.openActivation(call.activationToken)
  const refused = 'error' in claims ? claims : foreign(claims, { type, user: call.user })
  if (refused === null) return claims as ActivationClaims
  const about = { factor: type, reason: refused.reason }
  fail(core, { type: 'confirm', userId: call.user.id, requestId: call.requestId }, { error: refused.error, about })
  throw refused.error
}

function foreign(claims: ActivationClaims, expected: { type: string; user: User }) {
  if (claims.userId !== expected.user.id) return refusedToken('wrong_user')
  if (claims.factor !== expected.type) return refusedToken('wrong_purpose')
  return claims.hasStampOf(expected.user) ? null : refusedToken('old_stamp')
}

function limitRefusal(record: MfaRecord, factor: Factor): MfaError | null {
  const limit = factor.enrolment?.limit ?? 0
  if (authenticatorsOf(record, factor.type).length < limit) return null
  return new MfaError('authenticator_limit', { detail: `at most ${limit} of ${factor.title}: remove one first` })
}

async function checkAnswer(
  core: Core,
  record: MfaRecord,
  asked: { factor: Factor; enrolment: Enrolment<JsonObject>; claims: ActivationClaims; answer: unknown; nowMs: number },
): Promise<Decision<JsonObject>> {
  const { factor, enrolment, nowMs, answer } = asked
  const count = confirmCount(factor)
  const at = { limits: core.attempts, nowMs }
  const state = gate(record.failures[count], core.attempts, nowMs)
  if (!state.open) {
    const reason = state.retryAfterSeconds === undefined ? 'suspended' : 'locked'
    return refuse(record, tooManyAttempts([state]), { factor: factor.type, reason })
  }
  const { pending } = asked.claims
  if (!enrolment.couldBe(answer, pending)) {
    const error = new MfaError('invalid_code', { attemptsRemaining: state.attemptsRemaining })
    return refuse(record, error, { factor: factor.type, reason: 'not_a_code' })
  }
  const verdict = await enrolment.confirm({ answer, pending, nowMs })
  if (verdict.ok) return { record, result: verdict.data }
  const charged = charge(record, [count], at)
  const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(charged, [count], at) })
  const { reason, driftSteps } = verdict
  return refuse(charged, error, { factor: factor.type, reason, ...(driftSteps === undefined ? {} : { driftSteps }) })
}

/** The count of failures at confirming, apart from that of the factor's own. */
function confirmCount(factor: Factor): string {
  return `${factor.type}:confirm`
}

async function added(
  core: Core,
  record: MfaRecord,
  enrolled: { factor: Factor; user: User; data: JsonObject; name: string | undefined; nowMs: number },
): Promise<Decision<Confirmed>> {
  const { factor, data, nowMs } = enrolled
  const name = enrolled.name ?? defaultName(record, factor)
  const authenticator = newAuthenticator(core, { type: factor.type, name, data, nowMs })
  const { record: grown, codes } = await withAuthenticator(core, record, { authenticator, nowMs })
  const proof = secondFactorProof({ userId: enrolled.user.id, factor, authenticatorId: authenticator.id, nowMs })
  return {
    record: clear(grown, [factor.type, confirmCount(factor)]),
    result: { recoveryCodes: codes, authenticator: summaryOf(authenticator), proof },
    about: { factor: factor.type, authenticatorId: authenticator.id },
  }
}
