import type { Factor } from '../factors/factor.ts'
import type { ProofContent } from '../ports/proof.ts'
import type { User } from '../ports/user.ts'
import { requireText } from '../texts.ts'

/** The proof of the first factor alone: no second one is enrolled. */
export function passwordProof(user: User): ProofContent {
  return { userId: user.id, amr: ['pwd'], factor: null, authenticatorId: null, strength: null, provedAt: null }
}

/** The proof of a second factor. Knowledge adds nothing to the password but its name. */
export function secondFactorProof(passed: {
  userId: string
  factor: Pick<Factor, 'type' | 'amr' | 'strength'>
  authenticatorId: string
  /** Of this proof, if they are not the factor's usual ones. */
  amr: readonly string[] | undefined
  /** Set if it was both factors by itself. */
  isAlone?: boolean
  nowMs: number
}): ProofContent {
  const { userId, factor, authenticatorId, nowMs, amr = factor.amr, isAlone = false } = passed
  const isWeak = factor.strength === 'knowledge'
  return {
    userId,
    amr: [...(isAlone ? [] : ['pwd']), ...amr, ...(isWeak ? [] : ['mfa'])],
    factor: factor.type,
    authenticatorId,
    strength: factor.strength,
    provedAt: isWeak ? null : nowMs,
  }
}

/** Refuses a user that the host got wrong, before anything is decided about it. @throws TypeError */
export function checkUser(user: User): void {
  requireUserId(user?.id)
  if (typeof user.name !== 'string') throw new TypeError('user.name must be a string')
  if (user.stamp !== undefined && typeof user.stamp !== 'string') throw new TypeError('user.stamp must be a string')
}

/** @throws TypeError if it is not a string of 1 to 256 characters */
export function requireUserId(userId: unknown): void {
  requireText('user id', userId, 256)
}
