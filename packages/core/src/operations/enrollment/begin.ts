import { fieldError } from '../../errors.ts'
import type { StateChange } from '../../factors/factor.ts'
import type { User } from '../../ports.ts'
import { isEnabled, type MfaRecord } from '../../record/record.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { type Enrollable, enrollable, enrollmentRefusal, prepareBackups } from '../../rules/enroll.ts'
import { type Freshness, freshRefusal } from '../../rules/fresh.ts'
import { checkUser } from '../../rules/proof.ts'
import { deadToken } from '../../rules/token-state.ts'
import type { TokenClaims } from '../../tokens/claims.ts'
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
    readonly fields: Readonly<Record<string, unknown>>
    /** Set where nobody is signed in yet: then confirming signs in. */
    readonly entering?: Entering | undefined
  }

/** How somebody enrolls who is not signed in: by a token of a login that asks for it, or as a new account. */
export type Entering =
  | { readonly claims: TokenClaims; readonly handsOutCodes?: undefined }
  | { readonly claims?: undefined; readonly handsOutCodes: true }

/** Begins an enrollment: one read, and no write but the factor's own. A further authenticator takes a fresh proof. */
export async function begin(core: Core, type: string, call: BeginCall): Promise<Begun> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const { user, fields, entering, requestId } = call
  checkEnrollmentFields(wanted, fields)
  const act = { type: 'begin', userId: user.id, requestId } as const
  const epoch = await consult(core, act, (record, nowMs) => permitBegin(core, record, { ...call, wanted, nowMs }))
  const { issuer, randomBytes } = core
  const change = <T>(by: StateChange<T>) => changeState(core, type, { userId: user.id, change: by, requestId })
  const { pending, answer } = await wanted.enrollment.begin({ user, issuer, randomBytes, fields, change })
  const backups = entering?.handsOutCodes === true ? await prepareBackups(core) : undefined
  const kept = { factor: type, pending, ...(entering && { entering: true as const }), ...(backups && { backups }) }
  const activationToken = await core.tokens.sealActivation({ user, epoch }, kept)
  const codes = backups && { recoveryCodes: backups.flatMap((backup) => backup.codes) }
  return { ...answer, activationToken, expiresIn: core.activationTokenSeconds, ...codes }
}

/** The epoch to begin under, or a refusal. */
function permitBegin(
  core: Core,
  record: MfaRecord,
  { wanted, entering, provedAt, nowMs }: BeginCall & { wanted: Enrollable; nowMs: number },
): Decision<number> {
  const about = { factor: wanted.factor.type }
  const dead = entering?.claims === undefined ? null : deadToken(record, entering.claims)
  if (dead !== null) return refuse(record, dead.error, { ...about, reason: dead.reason })
  const stale = isEnabled(record) ? freshRefusal(core, record, { provedAt, nowMs }) : null
  const error = stale ?? enrollmentRefusal(record, wanted)
  return error === null ? { record, result: record.epoch, about } : refuse(record, error, about)
}

/** @throws MfaError `invalid_request` that names the field */
export function checkEnrollmentFields({ enrollment }: Enrollable, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, check] of Object.entries(enrollment.fields ?? {})) {
    const fault = check(fields[name])
    if (fault !== null) throw fieldError(name, fault)
  }
}
