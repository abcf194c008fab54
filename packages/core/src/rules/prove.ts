import { MfaError } from '../errors.ts'
import type { Asked, Factor, Found, Purpose, Verdict } from '../factors/factor.ts'
import type { ProofContent } from '../ports/proof.ts'
import type { JsonObject } from '../ports/values.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import { type About, type Decision, refuse } from './decision.ts'
import { askedFactors, authenticatorsOf, codesLeft } from './methods.ts'
import { secondFactorProof } from './proof.ts'
import type { Terms } from './terms.ts'
import { attemptsRemaining, charge, clear, type Gate, gateOf, reasonOfWait, tooManyAttempts } from './throttle.ts'

/** What a user answers with: the body fields of the factors, such as `{ code }`. */
export interface ProofInput {
  readonly code?: string | undefined
  readonly [field: string]: unknown
}

/** A user who must prove something, and what for. */
export interface ProofCall {
  readonly userId: string
  readonly purpose: Exclude<Purpose, 'enroll'>
  readonly tokenId: string | null
  readonly nowMs: number
  readonly input: ProofInput
  /** The one factor that is asked. @defaultValue all that the purpose allows */
  readonly only?: string | undefined
}

/** A factor, and the answer that could be right for it. */
interface Candidate {
  readonly factor: Factor
  readonly answer: unknown
}

/** How few recovery codes are few enough to tell. */
const lowCodes = 2

/**
 * The rule of every second-factor check: a factor that waits is not looked at, a failure is charged to each factor that was
 * looked at, a success is consumed and clears the count of its own factor alone. A factor that cannot be guessed never
 * waits and is never charged.
 */
export async function prove(terms: Terms, record: MfaRecord, call: ProofCall): Promise<Decision<ProofContent>> {
  if (!isEnabled(record)) return refuse(record, new MfaError('not_enabled'))
  const asked = askedFactors(terms, record, call.purpose).filter(({ type }) => (call.only ?? type) === type)
  const candidates = asked.flatMap((factor) => parseAnswer(terms, record, { ...call, factor }))
  const relevant = candidates.length > 0 ? candidates.map(({ factor }) => factor) : asked
  const gates = relevant.map((factor) => ({ factor, gate: gateOf(terms, record, factor, call.nowMs) }))
  const open = gates.filter(({ gate }) => gate.open).map(({ factor }) => factor)
  if (open.length === 0) return refuseWhileWaiting(record, gates)
  if (candidates.length === 0) return refuseNoCode(terms, record, { open, nowMs: call.nowMs })
  return checkAnswers(terms, record, { ...call, candidates: candidates.filter(({ factor }) => open.includes(factor)) })
}

/** The answer to a factor, parsed once; none if there is none, or it could not be right. */
function parseAnswer(terms: Terms, record: MfaRecord, call: ProofCall & { factor: Factor }): readonly Candidate[] {
  const { factor, input } = call
  const given = input[factor.field.name]
  if (given === undefined) return []
  const answer = factor.parse(given, {
    ...askedOf(terms, record, call),
    authenticators: authenticatorsOf(record, factor.type),
  })
  return answer === null ? [] : [{ factor, answer }]
}

function askedOf(terms: Terms, record: MfaRecord, call: ProofCall & { factor: Factor }): Asked {
  const { userId, purpose, tokenId, nowMs, factor } = call
  const { type } = factor
  return { userId, state: record.states[type] ?? {}, purpose, tokenId, keys: terms.keysOf(type), nowMs }
}

function refuseWhileWaiting(record: MfaRecord, gates: readonly { factor: Factor; gate: Gate }[]): Decision<never> {
  const error = tooManyAttempts(gates.map(({ gate }) => gate))
  return refuse(record, error, { factor: gates[0]?.factor.type ?? null, reason: reasonOfWait(error) })
}

function refuseNoCode(
  terms: Terms,
  record: MfaRecord,
  asked: { open: readonly Factor[]; nowMs: number },
): Decision<never> {
  const left = attemptsRemaining(record, countsOf(asked.open), { limits: terms.attempts, nowMs: asked.nowMs })
  return refuse(record, new MfaError('invalid_code', { attemptsRemaining: left }), { reason: 'not_a_code' })
}

async function checkAnswers(
  terms: Terms,
  record: MfaRecord,
  call: ProofCall & { candidates: readonly Candidate[] },
): Promise<Decision<ProofContent>> {
  let looked = record
  const failures: About[] = []
  for (const { factor, answer } of call.candidates) {
    const verdict = await factor.check({
      ...askedOf(terms, record, { ...call, factor }),
      answer,
      authenticators: authenticatorsOf(record, factor.type),
      isSpent: (id) => record.spent.has(spentId(factor, id)),
    })
    // What the others were wrong for is not stored with a success: one right answer was meant for one of them.
    if (verdict.ok) return acceptProof(record, { ...call, factor, verdict })
    looked = withFound(looked, factor.type, verdict)
    failures.push(aboutFailure(factor, verdict))
  }
  const counts = countsOf(call.candidates.map(({ factor }) => factor))
  const at = { limits: terms.attempts, nowMs: call.nowMs }
  const charged = charge(looked, counts, at)
  const error = new MfaError('invalid_code', { attemptsRemaining: attemptsRemaining(charged, counts, at) })
  // The reason that tells most: a code that was right once says more than one that is merely unknown.
  return refuse(charged, error, failures.find(({ reason }) => reason !== 'wrong') ?? failures[0])
}

/** The names of the factors' counts. What cannot be guessed has none. */
function countsOf(factors: readonly Factor[]): readonly string[] {
  return factors.flatMap(({ type, unguessable }) => (unguessable === true ? [] : [type]))
}

/** An id as it is kept: two factors may well spend the same one, or a token's. */
function spentId({ type }: Factor, id: string): string {
  return `${type}/${id}`
}

/** The record with the new data and the new state that a verdict brought; the same record if it brought none. */
export function withFound(record: MfaRecord, type: string, { changed, state }: Found): MfaRecord {
  const states = state === undefined ? record.states : { ...record.states, [type]: state }
  if (changed === undefined || changed.size === 0) return state === undefined ? record : { ...record, states }
  const authenticators = record.authenticators.map((own) =>
    own.type === type ? { ...own, data: changed.get(own.id) ?? own.data } : own,
  )
  return { ...record, states, authenticators }
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
  by: ProofCall & { factor: Factor; verdict: Verdict<JsonObject> & { ok: true } },
): Decision<ProofContent> {
  const { factor, verdict, nowMs, userId } = by
  const { authenticatorId, driftSteps, amr, spend } = verdict
  const found = withFound(record, factor.type, verdict)
  const authenticators = found.authenticators.map((own) =>
    own.id === authenticatorId ? { ...own, lastUsedAt: nowMs } : own,
  )
  const spent =
    spend === undefined ? found.spent : new Map([...found.spent, [spentId(factor, spend.id), spend.expiresAt]])
  const next = clear({ ...found, authenticators, spent, lastUsedAt: nowMs }, [factor.type])
  const left = codesLeft(factor, authenticatorsOf(next, factor.type))
  const isAlone = by.purpose === 'sign_in'
  return {
    record: next,
    result: secondFactorProof({ userId, factor, authenticatorId, amr, isAlone, nowMs }),
    about: { factor: factor.type, authenticatorId, ...(driftSteps === undefined ? {} : { driftSteps }) },
    ...(left !== undefined && left <= lowCodes ? { codesLeft: left } : {}),
  }
}
