import type { User } from '../ports.ts'
import { isEnabled } from '../record/record.ts'
import { type CallOptions, type Core, consult, type Decision, refuse } from './core.ts'
import { enrollable, limitRefusal } from './enrollable.ts'
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
export type BeginCall = CallOptions & Freshness & { readonly user: User }

/** Begins an enrolment: one read, no write. A further authenticator takes a fresh proof. */
export async function begin(core: Core, type: string, call: BeginCall): Promise<Begun> {
  checkUser(call.user)
  const wanted = enrollable(core, type)
  const { user, requestId } = call
  const epoch = await consult(
    core,
    { type: 'begin', userId: user.id, requestId },
    (record, nowMs): Decision<number> => {
      const error = isEnabled(record)
        ? (freshRefusal(core, record, { provedAt: call.provedAt, nowMs }) ?? limitRefusal(record, wanted))
        : null
      return error === null
        ? { record, result: record.epoch, about: { factor: type } }
        : refuse(record, error, { factor: type })
    },
  )
  const { pending, answer } = await wanted.enrolment.begin({ user, issuer: core.issuer, randomBytes: core.randomBytes })
  const activationToken = await core.tokens.sealActivation({ user, epoch }, { factor: type, pending })
  return { ...answer, activationToken, expiresIn: core.activationTokenSeconds }
}
