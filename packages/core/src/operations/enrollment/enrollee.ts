import { fieldError, MfaError } from '../../errors.ts'
import type { Body } from '../../fields.ts'
import type { User } from '../../ports/user.ts'
import { enrollable } from '../../rules/enroll.ts'
import { enrolleeFactors } from '../../rules/methods.ts'
import type { ActivationClaims, TokenClaims } from '../../tokens/claims.ts'
import type { RefusedToken } from '../../tokens/refused.ts'
import { type CallOptions, type Core, fail } from '../decide.ts'
import { findHolder } from '../login/token-holder.ts'
import { checkEnrollmentFields } from './begin.ts'

/** A user who enrolls without being signed in, by a token. */
export interface Enrollee<Claims extends TokenClaims = TokenClaims> {
  readonly kind: 'enrollee'
  readonly user: User
  readonly claims: Claims
}

/** A token that opens no enrollment, and whose it would be. */
interface RefusedEnrollee extends RefusedToken {
  readonly kind: 'refused'
  readonly userId: string | null
}

/** Finds who begins an enrollment by the token of a login that asked for one. @throws MfaError `unauthenticated`, with its event */
export async function enrolleeByEnrollment(core: Core, token: string, call: CallOptions): Promise<Enrollee> {
  const found = await enrolleeOf(core, await core.tokens.openEnrollment(token))
  if (found.kind === 'refused') return refuseEnrollee(core, found, { ...call, type: 'begin' })
  return found
}

/** Finds who confirms by an activation token: an enrollee, or `signed_in` for a user who was when it was begun and must be again. */
export async function enrolleeByActivation(
  core: Core,
  token: unknown,
): Promise<Enrollee<ActivationClaims> | RefusedEnrollee | { readonly kind: 'signed_in' }> {
  const opened = await core.tokens.openActivation(token)
  return 'error' in opened || opened.isEnrollee === true ? enrolleeOf(core, opened) : { kind: 'signed_in' }
}

/** Finds who confirms without being signed in. @throws MfaError `unauthenticated`, with its event */
export async function requireEnrollee(
  core: Core,
  token: unknown,
  call: CallOptions,
): Promise<Enrollee<ActivationClaims>> {
  const found = await enrolleeByActivation(core, token)
  if (found.kind === 'enrollee') return found
  if (found.kind === 'signed_in') throw new MfaError('unauthenticated')
  return refuseEnrollee(core, found, { ...call, type: 'confirm' })
}

/** @throws MfaError `unauthenticated`, with its event */
function refuseEnrollee(
  core: Core,
  { userId, reason }: RefusedEnrollee,
  { type, requestId }: CallOptions & { type: 'begin' | 'confirm' },
): never {
  const error = new MfaError('unauthenticated')
  fail(core, { type, userId, requestId }, { error, about: { reason } })
  throw error
}

async function enrolleeOf<T extends TokenClaims>(
  core: Core,
  opened: T | RefusedToken,
): Promise<Enrollee<T> | RefusedEnrollee> {
  const found = await findHolder(core, opened)
  return 'error' in found ? { kind: 'refused', ...found } : { kind: 'enrollee', ...found }
}

/**
 * The factor that a new account begins with: the one it asks for, otherwise the first there is. Call this before creating
 * the account, so that no account is created that cannot be enrolled.
 *
 * @throws MfaError `invalid_request` that names the field
 */
export function enrolleeMethod(core: Core, method: unknown, fields: Body): string {
  const known = enrolleeFactors(core)
  const chosen = known.find((type) => method === undefined || type === method)
  if (chosen === undefined) throw fieldError('method', `must be one of ${known.join(', ')}`)
  checkEnrollmentFields(enrollable(core, chosen), fields)
  return chosen
}
