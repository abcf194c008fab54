import { fieldError } from '../../errors.ts'
import type { Holding, StateChange } from '../../factors/holding.ts'
import type { Body } from '../../fields.ts'
import type { User } from '../../ports/user.ts'
import type { JsonObject } from '../../ports/values.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { type Enrollable, enrollable, enrollmentRefusal, prepareBackups } from '../../rules/enroll.ts'
import { type Freshness, freshRefusal } from '../../rules/fresh.ts'
import { holdingOf } from '../../rules/methods.ts'
import { checkUser } from '../../rules/proof.ts'
import { deadToken } from '../../rules/token-state.ts'
import type { ActivationContent, PreparedBackup, TokenClaims } from '../../tokens/claims.ts'
import { type CallOptions, type Core, consult } from '../decide.ts'
import { changeState } from '../factor-calls/state.ts'

/** What a user gets to enroll with. Nothing is stored until it is confirmed. */
export interface Begun {
  readonly activationToken: string
  /** Seconds the token lives. */
  readonly expiresIn: number
  /** What the factor shows. */
  readonly [shown: string]: unknown
}

/** A user on the way to enroll, and when that user last gave a proof. */
export type BeginCall = CallOptions &
  Freshness & {
    readonly user: User
    /** What the factor's enrollment takes. */
    readonly fields: Body
    /** Set if nobody is signed in yet: then confirming signs in. */
    readonly enrollee?: EnrolleeBasis | undefined
  }

/** How a user enrolls who is not signed in: by a token of a login that asks for it, or as a new account. */
export type EnrolleeBasis = { readonly kind: 'token'; readonly claims: TokenClaims } | { readonly kind: 'new_account' }

/** Begins an enrollment: one read, and no write but the factor's own. A further authenticator takes a fresh proof. */
export async function begin(core: Core, type: string, call: BeginCall): Promise<Begun> {
  const { begun } = await beginWithBackups(core, type, call)
  return begun
}

/** What a new account gets to enroll with: recovery codes too, which come alive with the confirmation. */
export interface Registered extends Begun {
  readonly recoveryCodes: readonly string[]
}

/** Begins the enrollment of an account that has just been made: one read. */
export async function beginAccount(core: Core, type: string, call: Omit<BeginCall, 'enrollee'>): Promise<Registered> {
  const { begun, backups } = await beginWithBackups(core, type, { ...call, enrollee: { kind: 'new_account' } })
  return { ...begun, recoveryCodes: backups.flatMap(({ codes }) => codes) }
}

type Backups = readonly PreparedBackup[]

async function beginWithBackups(
  core: Core,
  type: string,
  call: BeginCall,
): Promise<{ begun: Begun; backups: Backups }> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const { user, fields, enrollee, requestId } = call
  checkEnrollmentFields(wanted, fields)
  const act = { type: 'begin', userId: user.id, requestId } as const
  const { epoch, ...holding } = await consult(core, act, (record, nowMs) =>
    permitBegin(core, record, { ...call, wanted, nowMs }),
  )
  const { issuer, randomBytes } = core
  const change = <T>(by: StateChange<T>) => changeState(core, type, { userId: user.id, change: by, requestId })
  const begun = await wanted.enrollment.begin({ ...holding, user, issuer, randomBytes, fields, change })
  const backups = enrollee?.kind === 'new_account' ? await prepareBackups(core) : undefined
  const content = activationContent(type, { pending: begun.pending, isEnrollee: enrollee !== undefined, backups })
  const activationToken = await core.tokens.sealActivation({ user, epoch }, content)
  const expiresIn = core.activationTokenSeconds
  return { begun: { ...begun.answer, activationToken, expiresIn }, backups: backups ?? [] }
}

/** What the activation token keeps until the confirmation. */
function activationContent(
  factor: string,
  of: { pending: JsonObject; isEnrollee: boolean; backups: Backups | undefined },
): ActivationContent {
  const { pending, isEnrollee, backups } = of
  const content = isEnrollee ? { factor, pending, isEnrollee } : { factor, pending }
  return backups === undefined ? content : { ...content, backups }
}

/** The epoch to begin under and what there is of the factor, or a refusal. */
function permitBegin(
  core: Core,
  record: MfaRecord,
  { wanted, enrollee, provedAt, nowMs }: BeginCall & { wanted: Enrollable; nowMs: number },
): Decision<Holding & { epoch: number }> {
  const { type } = wanted.factor
  const about = { factor: type }
  const dead = enrollee?.kind === 'token' ? deadToken(record, enrollee.claims) : null
  if (dead !== null) return refuse(record, dead.error, { ...about, reason: dead.reason })
  const stale = isEnabled(record) ? freshRefusal(core, record, { provedAt, nowMs }) : null
  const error = stale ?? enrollmentRefusal(record, wanted)
  if (error !== null) return refuse(record, error, about)
  return { record, result: { epoch: record.epoch, ...holdingOf(core, record, type) }, about }
}

/** @throws MfaError `invalid_request` that names the field */
export function checkEnrollmentFields({ enrollment }: Enrollable, fields: Body): void {
  for (const [name, { check }] of Object.entries(enrollment.fields ?? {})) {
    const fault = check(fields[name])
    if (fault !== null) throw fieldError(name, fault)
  }
}
