import type { Commit } from '../commit/commit.ts'
import { MfaError } from '../errors.ts'
import type { Events, MfaEventType } from '../events.ts'
import type { Proof, ProofContent } from '../ports/proof.ts'
import type { EnrollmentPolicy, User } from '../ports/user.ts'
import type { Awaitable } from '../ports/values.ts'
import type { MfaRecord } from '../record/record.ts'
import type { About, Decision } from '../rules/decision.ts'
import type { Terms } from '../rules/terms.ts'
import { requireText } from '../texts.ts'
import type { AccessTokens } from '../tokens/access.ts'
import type { Proofs } from '../tokens/proofs.ts'
import type { Tokens } from '../tokens/tokens.ts'

/** What every operation works with; made once by `createMfa`. */
export interface Core extends Terms {
  readonly issuer: string
  readonly ephemeralTokenSeconds: number
  readonly activationTokenSeconds: number
  readonly findUser: (userId: string) => Awaitable<User | null>
  readonly enrollment: EnrollmentPolicy
  readonly bearer: BearerLimits
  readonly commit: Commit
  readonly tokens: Tokens
  readonly accessTokens: AccessTokens
  readonly proofs: Proofs
  readonly events: Events
  readonly now: () => number
}

/** How long bearer tokens live, and how many sign-ins a user may have. */
export interface BearerLimits {
  readonly accessTokenSeconds: number
  readonly refreshTokenSeconds: number
  readonly families: number
}

/** What an operation may be told beside its arguments. */
export interface CallOptions {
  /** Ties the event to the host's own log lines. */
  readonly requestId?: string | undefined
}

/** What an operator may be told by, beside that. */
export interface OperatorOptions extends CallOptions {
  /** The person or program that acts, for the event: 1 to 256 characters. */
  readonly actor?: string | undefined
  /** The reason, for the event, such as a ticket's number; 1 to 1000 characters. */
  readonly note?: string | undefined
}

/** What is done, and by whom, for the event. */
export interface Act extends OperatorOptions {
  readonly type: MfaEventType
  readonly userId: string
  /** What stands for a record that does not open; without it such a record is a fault of the storage. */
  readonly orElse?: MfaRecord
}

type DecisionRule<T> = (record: MfaRecord, nowMs: number) => Awaitable<Decision<T>>

/** An operator's act, for the event. @throws TypeError that names the option at fault */
export function operatorAct(type: MfaEventType, userId: string, options: OperatorOptions): Act {
  const { actor, note, requestId } = options
  if (actor !== undefined) requireText('actor', actor, 256)
  if (note !== undefined) requireText('note', note, 1000)
  return { type, userId, requestId, actor, note }
}

/** Runs a rule by compare-and-set, then emits its event, then returns or throws. */
export function decide<T>(core: Core, act: Act, rule: DecisionRule<T>): Promise<T> {
  return conclude(core, act, () => core.commit.apply<Decision<T>>(act.userId, rule, act.orElse))
}

/** Runs a rule that changes nothing, on one read. */
export function consult<T>(core: Core, act: Act, rule: DecisionRule<T>): Promise<T> {
  return conclude(core, act, async () => rule(await core.commit.read(act.userId), core.now()))
}

/** The decision on a proof, with the proof in the form that a host keeps. */
export function sealProof({ proofs }: Core, user: User, decision: Decision<ProofContent>): Decision<Proof> {
  return decision.error === undefined ? { ...decision, result: proofs.seal(user, decision.result) } : decision
}

const success = { result: 'success', reason: null } as const

/** Emits the event of a decision once it stands, then returns or throws. */
export async function conclude<T>(core: Core, act: Act, decision: () => Promise<Decision<T>>): Promise<T> {
  const decided = await decision().catch((error: unknown) => {
    if (error instanceof MfaError) fail(core, act, { error, about: { reason: error.code }, cause: error.cause })
    throw error
  })
  if (decided.error !== undefined) {
    const { error, about } = decided
    fail(core, act, { error, about, cause: error.cause })
    throw decided.error
  }
  const outcome = decided.missed === undefined ? success : ({ result: 'failure', reason: decided.missed } as const)
  core.events.emit({ ...eventOf(core, act, decided.about), ...outcome })
  if (decided.codesLeft !== undefined) {
    const low = { ...act, type: 'recovery_codes_low' } as const
    core.events.emit({ ...eventOf(core, low, decided.about), ...success, remaining: decided.codesLeft })
  }
  return decided.result
}

/** Emits the event of a failure, once. */
export function fail(
  core: Pick<Core, 'events' | 'now'>,
  act: Omit<Act, 'userId'> & { readonly userId: string | null },
  failure: { error: MfaError; about?: About | undefined; cause?: unknown },
): void {
  if (core.events.isReported(failure.error)) return
  core.events.markReported(failure.error)
  core.events.emit({
    ...eventOf(core, act, failure.about),
    result: 'failure',
    reason: failure.about?.reason ?? failure.error.code,
    ...(failure.cause === undefined ? {} : { error: failure.cause }),
  })
}

function eventOf(core: Pick<Core, 'now'>, act: Omit<Act, 'userId'> & { userId: string | null }, about: About = {}) {
  return {
    type: act.type,
    userId: act.userId,
    factor: about.factor ?? null,
    authenticatorId: about.authenticatorId ?? null,
    at: core.now(),
    requestId: act.requestId ?? null,
    ...(act.actor === undefined ? {} : { actor: act.actor }),
    ...(act.note === undefined ? {} : { note: act.note }),
    ...(about.driftSteps === undefined ? {} : { driftSteps: about.driftSteps }),
  }
}
