import type { User } from '../../ports/user.ts'
import type { JsonObject } from '../../ports/values.ts'
import { type Decision, refuse } from '../../rules/decision.ts'
import { deadToken } from '../../rules/token-state.ts'
import type { ActivationClaims } from '../../tokens/claims.ts'
import { type RefusedToken, refusedToken } from '../../tokens/refused.ts'
import { type CallOptions, type Core, consult, fail } from '../decide.ts'

/** Opens an activation token of this user and factor. @throws MfaError `invalid_token`, with its event */
export async function openActivation(
  core: Core,
  type: string,
  call: CallOptions & { user: User; activationToken: unknown },
): Promise<ActivationClaims> {
  const claims = await core.tokens.openActivation(call.activationToken)
  const refused = 'error' in claims ? claims : foreign(claims, { type, user: call.user })
  if (refused === null) return claims as ActivationClaims
  const about = { factor: type, reason: refused.reason }
  fail(core, { type: 'confirm', userId: call.user.id, requestId: call.requestId }, { error: refused.error, about })
  throw refused.error
}

function foreign(claims: ActivationClaims, expected: { type: string; user: User }): RefusedToken | null {
  if (claims.userId !== expected.user.id) return refusedToken('wrong_user')
  if (claims.factor !== expected.type) return refusedToken('wrong_purpose')
  return claims.hasStampOf(expected.user) ? null : refusedToken('old_stamp')
}

/** What an enrollment's `begin` left in its token, for a token of this user that could still be confirmed. */
export async function pendingOf(
  core: Core,
  type: string,
  call: CallOptions & { user: User; activationToken: unknown },
): Promise<JsonObject> {
  const claims = await openActivation(core, type, call)
  return consult(
    core,
    { type: 'factor', userId: call.user.id, requestId: call.requestId },
    (record): Decision<JsonObject> => {
      const dead = deadToken(record, claims)
      if (dead !== null) return refuse(record, dead.error, { factor: type, reason: dead.reason })
      return { record, result: claims.pending, about: { factor: type } }
    },
  )
}
