import { fieldError, MfaError } from '../errors.ts'
import type { User } from '../ports.ts'
import type { ActivationClaims, TokenClaims } from '../tokens/claims.ts'
import type { RefusedToken } from '../tokens/opening.ts'
import { type Begun, begin, checkEnrollmentFields } from './begin.ts'
import { type CallOptions, type Core, fail } from './core.ts'
import { enrollable, entryFactors } from './enrollable.ts'
import { findHolder } from './holder.ts'

/** Somebody who enrolls without being signed in, by a token. */
export interface Entrant<Claims extends TokenClaims = TokenClaims> {
  readonly user: User
  readonly claims: Claims
}

/** Who begins an enrollment by the token of a login that asked for one. @throws MfaError `unauthenticated`, with its event */
export async function entrantByEnrollment(core: Core, token: string, call: CallOptions): Promise<Entrant> {
  return entrantOf(core, await core.tokens.openEnrollment(token), { ...call, type: 'begin' })
}

/**
 * Who confirms an enrollment that was begun without being signed in. Null for one that was begun by somebody signed in, who
 * has to be so again; and for a token that is no good, where there is somebody signed in to tell.
 *
 * @throws MfaError `unauthenticated`, with its event
 */
export async function entrantByActivation(
  core: Core,
  token: unknown,
  call: CallOptions & { isSignedIn: boolean },
): Promise<Entrant<ActivationClaims> | null> {
  const opened = await core.tokens.openActivation(token)
  if ('error' in opened && call.isSignedIn) return null
  const isEntrants = 'error' in opened || opened.entering === true
  return isEntrants ? entrantOf(core, opened, { type: 'confirm', requestId: call.requestId }) : null
}

async function entrantOf<T extends TokenClaims>(
  core: Core,
  opened: T | RefusedToken,
  { type, requestId }: CallOptions & { type: 'begin' | 'confirm' },
): Promise<Entrant<T>> {
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
 * The factor that a new account begins with: the one it asks for, else the first there is. To be asked before the account
 * is made, so that nothing is made which could not be gone on with.
 *
 * @throws MfaError `invalid_request` that names the field
 */
export function entryMethod(core: Core, method: unknown, fields: Readonly<Record<string, unknown>>): string {
  const known = entryFactors(core)
  const chosen = known.find((type) => method === undefined || type === method)
  if (chosen === undefined) throw fieldError('method', `must be one of ${known.join(', ')}`)
  checkEnrollmentFields(enrollable(core, chosen), fields)
  return chosen
}
