import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeySet } from '../sealing/keys.ts'

const digestBytes = 16

/** The keyed digest of a user's stamp: all that a token carries of it. */
export function stampDigest(keys: KeySet, user: { id: string; stamp?: string | undefined }): string {
  const text = JSON.stringify([user.id, user.stamp ?? null])
  return createHmac('sha256', keys.stamp).update(text).digest().subarray(0, digestBytes).toString('base64url')
}

/** Compares in constant time. */
export function isSameDigest(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
