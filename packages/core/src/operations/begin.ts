import { fieldError } from '../errors.ts'
import type { StateChange } from '../factors/factor.ts'
import type { User } from '../ports.ts'
import { isEnabled } from '../record/record.ts'
import { type CallOptions, type Core, consult, type Decision, refuse } from './core.ts'
import { type Enrollable, enrollable, enrolmentRefusal } from './enrollable.ts'
import { changeState } from './factor-state.ts'
import { type Freshness, freshRefusal } from './fresh.ts'
import { checkUser } from './proof.ts'

/** What a user gets to enrol with. Nothing is stored until it is confirmed. */
export interface Begun {
  readonly activationToken: string
  /** Seconds the token lives. */
  readonly expiresIn: number
  /** What the factor shows. */
  readonly [shown: string]: unknown
}

/** A user on the way to enrol, and when that user last gave a proof. */
export type BeginCall = CallOptions &
  Freshness & {
    readonly user: User
    /** What the factor's enrolment takes. */
    readonly fields: Readonly<Record<string, unknown>>
  }

/** Begins an enrolment: one read, and no write but the factor's own. A further authenticator takes a fresh proof. */
export async function begin(core: Core, type: string, call: BeginCall): Promise<Begun> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const { user, fields, requestId } = call
  checkEnrolmentFields(wanted, fields)
  const epoch = await consult(
    core,
    { type: 'begin', userId: user.id, requestId },
    (record, nowMs): Decision<number> => {
      const stale = isEnabled(record) ? freshRefusal(core, record, { provedAt: call.provedAt, nowMs }) : null
      const error = stale ?? enrolmentRefusal(record, wanted)
      return error === null
        ? { record, result: record.epoch, about: { factor: type } }
        : refuse(record, error, { factor: type })
    },
  )
  const { issuer, randomBytes } = core
  const change = <T>(by: StateChange<T>) => changeState(core, type, { userId: user.id, change: by, requestId })
  const { pending, answer } = await wanted.enrolment.begin({ user, issuer, randomBytes, fields, change })
  const activationToken = await core.tokens.sealActivation({ user, epoch }, { factor: type, pending })
  return { ...answer, activationToken, expiresIn: core.activationTokenSeconds }
}

/** @throws MfaError `invalid_request` that names the field */
function checkEnrolmentFields({ enrolment }: Enrollable, fields: Readonly<Record<string, unknown>>): void {
  for (const [name, check] of Object.entries(enrolment.fields ?? {})) {
    const fault = check(fields[name])
    if (fault !== null) throw fieldError(name, fault)
  }
}
