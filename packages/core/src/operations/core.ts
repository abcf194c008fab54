import type { Commit } from '../commit/commit.ts'
import { MfaError } from '../errors.ts'
import type { Events, MfaEventReason, MfaEventType } from '../events.ts'
import type { Factor } from '../factors/factor.ts'
import type { Awaitable, EnrollmentPolicy, RandomBytes, User } from '../ports.ts'
import type { Authenticator, MfaRecord } from '../record/record.ts'
import type { AttemptLimits } from '../throttle/throttle.ts'
import type { AccessTokens } from '../tokens/access.ts'
import type { Tokens } from '../tokens/tokens.ts'

/** What every operation works with; made once by `createMfa`. */
export interface Core {
  readonly issuer: string
  readonly stepUpSeconds: number | false
  readonly ephemeralTokenSeconds: number
  readonly activationTokenSeconds: number
  readonly attempts: AttemptLimits
  /** In the order in which they are asked. */
  readonly factors: readonly Factor[]
  readonly findUser: (userId: string) => Awaitable<User | null>
  readonly enrollment: EnrollmentPolicy
  readonly bearer: BearerLimits
  readonly commit: Commit
  readonly tokens: Tokens
  readonly accessTokens: AccessTokens
  readonly events: Events
  readonly now: () => number
  readonly randomBytes: RandomBytes
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

/** Who does what, for the event. */
export interface Act {
  readonly type: MfaEventType
  readonly userId: string
  readonly requestId?: string | undefined
  /** What stands for a record that does not open; without it such a record is a fault of the storage. */
  readonly orElse?: MfaRecord
}

/** What an event says beside who did what. */
export interface About {
  readonly factor?: string | null
  readonly authenticatorId?: string | null
  readonly reason?: MfaEventReason
  readonly driftSteps?: number
}

/** What a rule decided. The record is stored before anybody hears the result or the error. */
export type Decision<T> = {
  readonly record: MfaRecord
  readonly about?: About
  /** Recovery codes left, where they run low. */
  readonly codesLeft?: number
  /** Set where the event tells of a failure, though there is a result: an answer was looked at and was wrong. */
  readonly missed?: MfaEventReason
} & ({ readonly result: T; readonly error?: undefined } | { readonly error: MfaError })

type DecisionRule<T> = (record: MfaRecord, nowMs: number) => Awaitable<Decision<T>>

/** Runs a rule by compare-and-set, then emits its event, then returns or throws. */
export function decide<T>(core: Core, act: Act, rule: DecisionRule<T>): Promise<T> {
  return concluded(core, act, () => core.commit.apply<Decision<T>>(act.userId, rule, act.orElse))
}

/** Runs a rule that changes nothing, on one read. */
export function consult<T>(core: Core, act: Act, rule: DecisionRule<T>): Promise<T> {
  return concluded(core, act, async () => rule(await core.commit.read(act.userId), core.now()))
}

const success = { result: 'success', reason: null } as const

/** Emits the event of a decision once it stands, then returns or throws. */
export async function concluded<T>(core: Core, act: Act, decision: () => Promise<Decision<T>>): Promise<T> {
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
    ...(about.driftSteps === undefined ? {} : { driftSteps: about.driftSteps }),
  }
}

/** The authenticators of one factor. */
export function authenticatorsOf(record: MfaRecord, type: string): readonly Authenticator[] {
  return record.authenticators.filter((authenticator) => authenticator.type === type)
}

/** The factors a user could still answer with, by type; backups come last. */
export function usableMethods(core: Core, record: MfaRecord): readonly string[] {
  const usable = core.factors.filter((factor) => {
    const own = authenticatorsOf(record, factor.type)
    return own.length > 0 && (factor.isUsable?.(own) ?? true)
  })
  const backupsLast = usable.toSorted(
    (one, other) => Number(one.backup !== undefined) - Number(other.backup !== undefined),
  )
  return backupsLast.map(({ type }) => type)
}

/** A refusal that charges nothing. */
export function refuse(
  record: MfaRecord,
  error: MfaError,
  about: About = {},
): { record: MfaRecord; error: MfaError; about: About } {
  return { record, error, about }
}
