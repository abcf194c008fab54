import type { Factor } from '../factors/factor.ts'
import type { Proof, User } from '../ports.ts'
import { requireText } from '../texts.ts'

/** The proof of the first factor alone: no second one is enrolled. */
export function passwordProof(user: User): Proof {
  return toProof({ userId: user.id, amr: ['pwd'], factor: null, authenticatorId: null, provedAt: null })
}

/** The proof of both factors. One that is weak adds nothing to the first but its name. */
export function secondFactorProof(passed: {
  userId: string
  factor: Pick<Factor, 'type' | 'amr' | 'weak'>
  authenticatorId: string
  /** Of this proof, where they are not the factor's usual ones. */
  amr: readonly string[] | undefined
  nowMs: number
}): Proof {
  const { userId, factor, authenticatorId, nowMs, amr = factor.amr } = passed
  return toProof({
    userId,
    amr: ['pwd', ...amr, ...(factor.weak === true ? [] : ['mfa'])],
    factor: factor.type,
    authenticatorId,
    provedAt: factor.weak === true ? null : nowMs,
  })
}

function toProof(fields: { [Key in Exclude<keyof Proof, symbol>]: Proof[Key] }): Proof {
  return Object.freeze({ ...fields, amr: Object.freeze([...fields.amr]) }) as Proof
}

/** Refuses a user that the host got wrong, before anything is decided about it. @throws TypeError */
export function checkUser(user: User): void {
  requireUserId(user?.id)
  if (typeof user.name !== 'string') throw new TypeError('user.name must be a string')
  if (user.stamp !== undefined && typeof user.stamp !== 'string') throw new TypeError('user.stamp must be a string')
}

/** @throws TypeError where it is not a string of 1 to 256 characters */
export function requireUserId(userId: unknown): void {
  requireText('user id', userId, 256)
}
