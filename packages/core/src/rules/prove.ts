import { MfaError } from '../errors.ts'
import type { Asked, Factor, Verdict } from '../factors/factor.ts'
import type { JsonObject, Proof } from '../ports.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import { type About, type Decision, refuse } from './decision.ts'
import { authenticatorsOf } from './methods.ts'
import { secondFactorProof } from './proof.ts'
import type { Terms } from './terms.ts'
import { attemptsRemaining, charge, clear, type Gate, gate, reasonOfWait, tooManyAttempts } from './throttle.ts'

/** What a user answers with: the body fields of the factors, such as `{ code }`. */
export interface ProofInput {
  readonly code?: string | undefined
  readonly [field: string]: unknown
}

/** What the proof is for. */
export interface Purpose {
  readonly userId: string
  readonly purpose: 'login' | 'step_up' | 'deactivate'
  readonly tokenId: string | null
  readonly nowMs: number
}

/** How few recovery codes are few enough to tell. */
const lowCodes = 2

/**
 * The rule of every second-factor check: who waits is not looked at, a failure is charged to each factor that was
 * looked at, a success is consumed and clears the count of its own factor alone.
 */
export async function prove(
  terms: Terms,
  record: MfaRecord,
  asked: Purpose & { input: ProofInput },
): Promise<Decision<Proof>> {
  if (!isEnabled(record)) return refuse(record, new MfaError('not_enabled'))
  const enrolled = terms.factors.filter(
    ({ type, weak }) => authenticatorsOf(record, type).length > 0 && (asked.purpose === 'login' || weak !== true),
  )
  const candidates = enrolled.filter((factor) => {
    const answer = asked.input[factor.field]
    const own = authenticatorsOf(record, factor.type)
    return answer !== undefined && factor.couldBe(answer, own, askedOf(factor, record, asked))
  })
  const relevant = candidates.length > 0 ? candidates : enrolled
  const gates = relevant.map((factor) => ({
    factor,
    gate: gate(record.failures[factor.type], terms.attempts, asked.nowMs),
  }))
  const open = gates.filter((entry) => entry.gate.open).map(({ factor }) => factor)
  if (open.length === 0) return refuseWhileWaiting(record, gates)
  if (candidates.length === 0) return refuseNoCode(terms, record, { open, nowMs: asked.nowMs })
  return checkAnswers(terms, record, { ...asked, factors: open })
}

function askedOf({ type }: Factor, record: MfaRecord, { userId, purpose, tokenId, nowMs }: Purpose): Asked {
  return { userId, state: record.states[type] ?? {}, purpose, tokenId, nowMs }
}

function refuseWhileWaiting(record: MfaRecord, gates: readonly { factor: Factor; gate: Gate }[]): Decision<never> {
  const error = tooManyAttempts(gates.map((entry) => entry.gate))
  return refuse(record, error, { factor: gates[0]?.factor.type ?? null, reason: reasonOfWait(error) })
}

function refuseNoCode(
  terms: Terms,
  record: MfaRecord,
  asked: { open: readonly Factor[]; nowMs: number },
): Decision<never> {
  const counts = asked.open.map(({ type }) => type)
  const left = attemptsRemaining(record, counts, { limits: terms.attempts, nowMs: asked.nowMs })
  return refuse(record, new MfaError('invalid_code', { attemptsRemaining: left }), { reason: 'not_a_code' })
}

async function checkAnswers(
  terms: Terms,
  record: MfaRecord,
  asked: Purpose & { input: ProofInput; factors: readonly Factor[] },
): Promise<Decision<Proof>> {
  const states = { ...record.states }
  const failures: About[] = []
  for (const factor of asked.factors) {
    const verdict = await factor.check({
      ...askedOf(factor, record, asked),
      answer: asked.input[factor.field],
      authenticators: authenticatorsOf(record, factor.type),
    })
    if (verdict.ok) return acceptProof(record, { ...asked, factor, verdict })
    if (verdict.state !== undefined) states[factor.type] = verdict.state
    failures.push(aboutFailure(factor, verdict))
  }
  const counts = asked.factors.map(({ type }) => type)
  const at = { limits: terms.attempts, nowMs: asked.nowMs }
  const charged = charge({ ...record, states }, counts, at)
  const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(charged, counts, at) })
  // The reason that tells most: a code that was right once says more than one that is merely unknown.
  return refuse(charged, error, failures.find(({ reason }) => reason !== 'wrong') ?? failures[0])
}

function aboutFailure(factor: Factor, verdict: Verdict<JsonObject> & { ok: false }): About {
  const { reason, authenticatorId, driftSteps } = verdict
  return {
    factor: factor.type,
    reason,
    authenticatorId: authenticatorId ?? null,
    ...(driftSteps === undefined ? {} : { driftSteps }),
  }
}

function acceptProof(
  record: MfaRecord,
  by: Purpose & { factor: Factor; verdict: Verdict<JsonObject> & { ok: true } },
): Decision<Proof> {
  const { factor, verdict, nowMs, userId } = by
  const { authenticatorId, changed, driftSteps, amr } = verdict
  const authenticators = record.authenticators.map((authenticator) => {
    const data = changed.get(authenticator.id) ?? authenticator.data
    return {
      ...authenticator,
      data,
      lastUsedAt: authenticator.id === authenticatorId ? nowMs : authenticator.lastUsedAt,
    }
  })
  const states = verdict.state === undefined ? record.states : { ...record.states, [factor.type]: verdict.state }
  const next = clear({ ...record, authenticators, states, lastUsedAt: nowMs }, [factor.type])
  const left = codesLeft(factor, next)
  return {
    record: next,
    result: secondFactorProof({ userId, factor, authenticatorId, amr, nowMs }),
    about: { factor: factor.type, authenticatorId, ...(driftSteps === undefined ? {} : { driftSteps }) },
    ...(left !== undefined && left <= lowCodes ? { codesLeft: left } : {}),
  }
}

/** Unused codes of a backup, undefined of another factor. */
function codesLeft({ type, backup }: Factor, record: MfaRecord): number | undefined {
  return backup && authenticatorsOf(record, type).reduce((sum, { data }) => sum + backup.remaining(data), 0)
}
