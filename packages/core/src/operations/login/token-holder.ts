import type { MfaEventType } from '../../events.ts'
import type { User } from '../../ports/user.ts'
import type { BaseClaims } from '../../tokens/claims.ts'
import { type RefusedToken, refusedToken } from '../../tokens/refused.ts'
import { type CallOptions, type Core, fail } from '../decide.ts'

/** The user of an opened token, who may still sign in and has the same stamp. @throws MfaError `invalid_token`, with its event */
export async function holderOf<T extends BaseClaims>(
  core: Core,
  opened: T | RefusedToken,
  call: CallOptions & { type: MfaEventType },
): Promise<{ user: User; claims: T }> {
  const found = await findHolder(core, opened)
  if (!('error' in found)) return found
  const { error, reason, userId } = found
  fail(core, { type: call.type, userId, requestId: call.requestId }, { error, about: { reason } })
  throw error
}

/** The same, without an error or an event. */
export async function findHolder<T extends BaseClaims>(
  core: Core,
  opened: T | RefusedToken,
): Promise<{ user: User; claims: T } | (RefusedToken & { userId: string | null })> {
  if ('error' in opened) return { ...opened, userId: null }
  const { userId } = opened
  const user = (await core.findUser(userId)) ?? null
  if (user === null) return { ...refusedToken('user_gone'), userId }
  if (!opened.hasStampOf(user) || user.id !== userId) return { ...refusedToken('old_stamp'), userId }
  return { user, claims: opened }
}
