import type { Proof } from '../../ports/proof.ts'
import type { User } from '../../ports/user.ts'
import type { JsonObject } from '../../ports/values.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import type { Decision } from '../../rules/decision.ts'
import { enrolleeFactors, holdingOf, usableFactors } from '../../rules/methods.ts'
import { checkUser, passwordProof } from '../../rules/proof.ts'
import { type ProofInput, prove } from '../../rules/prove.ts'
import { type CallOptions, type Core, consult, decide, sealProof } from '../decide.ts'

/** What a login comes to: a proof at once, a challenge, or the demand to enroll. */
export type Challenge =
  | { readonly kind: 'proof'; readonly proof: Proof }
  | {
      readonly kind: 'challenge'
      /** The client's handle on the challenge. */
      readonly ephemeralToken: string
      /** Seconds the token lives. */
      readonly expiresIn: number
      /** What could be answered with: `['totp', 'recovery_code']`. */
      readonly methods: readonly string[]
      /** What factors ask along with it, by factor type. */
      readonly challenges: Readonly<Record<string, JsonObject>>
    }
  | {
      /** There is no second factor, and the option `enrollment` asks this user for one. */
      readonly kind: 'enrollment_required'
      /** Opens an enrollment, and nothing else. */
      readonly ephemeralToken: string
      /** Seconds the token lives. */
      readonly expiresIn: number
      /** What could be enrolled: `['totp']`. */
      readonly methods: readonly string[]
    }

/** What may answer the challenge in the same call; without a factor's field in it, it does not. */
export type ChallengeOptions = CallOptions & { readonly input: ProofInput }

/** Asks for the second factor after the first: one read, and one put if it is answered at once. */
export async function challenge(core: Core, user: User, options: ChallengeOptions): Promise<Challenge> {
  checkUser(user)
  const { input, requestId } = options
  const act = { type: 'challenge', userId: user.id, requestId } as const
  if (!core.factors.some(({ field }) => input[field.name] !== undefined)) {
    const found = await consult(core, act, (record) => ({ record, result: record }))
    return isEnabled(found) ? issueChallenge(core, user, found) : demandEnrollment(core, user, found)
  }
  const call = { userId: user.id, purpose: 'login', tokenId: null, input } as const
  const done = await decide(core, { ...act, type: 'verify' }, async (record, nowMs): Promise<Decision<Answered>> => {
    if (!isEnabled(record)) return { record, result: { record } }
    const decision = sealProof(core, user, await prove(core, record, { ...call, nowMs }))
    return decision.error === undefined ? { ...decision, result: { proof: decision.result } } : decision
  })
  return 'proof' in done ? { kind: 'proof', ...done } : demandEnrollment(core, user, done.record)
}

/** The proof of a challenge that was answered at once, or the record in which there is none to answer. */
type Answered = { readonly proof: Proof } | { readonly record: MfaRecord }

async function issueChallenge(core: Core, user: User, record: MfaRecord): Promise<Challenge> {
  const { token, tokenId, expiresAt } = await core.tokens.signEphemeral({ user, epoch: record.epoch })
  const usable = usableFactors(core, record)
  const challenges: Record<string, JsonObject> = {}
  for (const { type, challenge: asked } of usable) {
    if (asked === undefined) continue
    const { randomBytes } = core
    const holding = holdingOf(core, record, type)
    challenges[type] = await asked.create({ ...holding, userId: user.id, tokenId, expiresAt, randomBytes })
  }
  return {
    kind: 'challenge',
    ephemeralToken: token,
    expiresIn: core.ephemeralTokenSeconds,
    methods: usable.map(({ type }) => type),
    challenges,
  }
}

/** The host says whether the password is enough. @throws TypeError if it says neither */
async function demandEnrollment(core: Core, user: User, record: MfaRecord): Promise<Challenge> {
  const policy: unknown = await core.enrollment(user)
  if (policy === 'optional') return { kind: 'proof', proof: core.proofs.seal(user, passwordProof(user)) }
  if (policy !== 'required') throw new TypeError("options.enrollment must give 'optional' or 'required'")
  return {
    kind: 'enrollment_required',
    ephemeralToken: await core.tokens.signEnrollment({ user, epoch: record.epoch }),
    expiresIn: core.ephemeralTokenSeconds,
    methods: enrolleeFactors(core),
  }
}
