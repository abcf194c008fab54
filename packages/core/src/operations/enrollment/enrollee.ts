import { fieldError, MfaError } from '../../errors.ts'
import type { User } from '../../ports.ts'
import { enrollable } from '../../rules/enroll.ts'
import { enrolleeFactors } from '../../rules/methods.ts'
import type { ActivationClaims, TokenClaims } from '../../tokens/claims.ts'
import type { RefusedToken } from '../../tokens/refused.ts'
import { type CallOptions, type Core, fail } from '../decide.ts'
import { findHolder } from '../login/token-holder.ts'
import { type Begun, begin, checkEnrollmentFields } from './begin.ts'

/** Somebody who enrolls without being signed in, by a token. */
export interface Enrollee<Claims extends TokenClaims = TokenClaims> {
  readonly user: User
  readonly claims: Claims
}

/** Who begins an enrollment by the token of a login that asked for one. @throws MfaError `unauthenticated`, with its event */
export async function enrolleeByEnrollment(core: Core, token: string, call: CallOptions): Promise<Enrollee> {
  return enrolleeOf(core, await core.tokens.openEnrollment(token), { ...call, type: 'begin' })
}

/**
 * Who confirms an enrollment that was begun without being signed in. Null for one that was begun by somebody signed in, who
 * has to be so again; and for a token that is no good, where there is somebody signed in to tell.
 *
 * @throws MfaError `unauthenticated`, with its event
 */
export async function enrolleeByActivation(
  core: Core,
  token: unknown,
  call: CallOptions & { isSignedIn: boolean },
): Promise<Enrollee<ActivationClaims> | null> {
  const opened = await core.tokens.openActivation(token)
  if ('error' in opened && call.isSignedIn) return null
  const isEnrollees = 'error' in opened || opened.entering === true
  return isEnrollees ? enrolleeOf(core, opened, { type: 'confirm', requestId: call.requestId }) : null
}

async function enrolleeOf<T extends TokenClaims>(
  core: Core,
  opened: T | RefusedToken,
  { type, requestId }: CallOptions & { type: 'begin' | 'confirm' },
): Promise<Enrollee<T>> {
  const found = await findHolder(core, opened)
  if (!('error' in found)) return found
  const error = new MfaError('unauthenticated')
  fail(core, { type, userId: found.userId, requestId }, { error, about: { reason: found.reason } })
  throw error
}

/** What a new account gets to enroll with: recovery codes too, which come alive with the confirmation. */
export interface Registered extends Begun {
  readonly recoveryCodes: readonly string[]
}

/** Begins the enrollment of an account that has just been made: one read. */
export async function register(
  core: Core,
  user: User,
  call: CallOptions & { method: string; fields: Readonly<Record<string, unknown>> },
): Promise<Registered> {
  const { method, fields, requestId } = call
  const begun = await begin(core, method, { user, fields, entering: { handsOutCodes: true }, requestId })
  return begun as Registered
}

/**
 * The factor that a new account begins with: the one it asks for, otherwise the first there is. Call this before creating
 * the account, so that no account is created that cannot be enrolled.
 *
 * @throws MfaError `invalid_request` that names the field
 */
export function enrolleeMethod(core: Core, method: unknown, fields: Readonly<Record<string, unknown>>): string {
  const known = enrolleeFactors(core)
  const chosen = known.find((type) => method === undefined || type === method)
  if (chosen === undefined) throw fieldError('method', `must be one of ${known.join(', ')}`)
  checkEnrollmentFields(enrollable(core, chosen), fields)
  return chosen
}
