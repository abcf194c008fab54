import type { RandomBytes } from '../../ports/values.ts'
import { isSameHash, newSalt, saltedHash } from '../salted-hash.ts'
import { characterOf, formatRecoveryCode, numberOf, randomCharacters } from './alphabet.ts'
import type { RecoveryCodeSettings } from './settings.ts'

interface HashedCode {
  readonly salt: string
  readonly hash: string
  readonly used: boolean
  readonly [key: string]: string | boolean
}

/**
 * A set of which only scrypt hashes are kept; a code has 55 bits by default. In a slotted set the first character of a
 * code is its place, so that a try costs one hash; an imported set has one salt for all, which comes to the same.
 */
export interface HashedSet {
  readonly kind: 'hashed'
  readonly slotted: boolean
  /** Lengths its codes have. */
  readonly lengths: readonly number[]
  readonly codes: readonly HashedCode[]
  readonly [key: string]: string | boolean | readonly number[] | readonly HashedCode[]
}

/** A new slotted set, and its codes as they are handed out this once. */
export async function createHashedSet(
  settings: RecoveryCodeSettings,
  randomBytes: RandomBytes,
): Promise<{ set: HashedSet; shown: readonly string[] }> {
  const length = settings.groups * 4
  const codes = Array.from({ length: settings.count }, (_, slot) => ({
    code: characterOf(slot) + randomCharacters(length - 1, randomBytes),
    salt: newSalt(randomBytes),
  }))
  const hashed = await Promise.all(codes.map(hashedCode))
  return {
    set: { kind: 'hashed', slotted: true, lengths: [length], codes: hashed },
    shown: codes.map(({ code }) => formatRecoveryCode(code)),
  }
}

/** A set of given codes, which know nothing of slots. */
export async function hashedSet(codes: readonly string[], randomBytes: RandomBytes): Promise<HashedSet> {
  const salt = newSalt(randomBytes)
  const hashed = await Promise.all(codes.map((code) => hashedCode({ code, salt })))
  return { kind: 'hashed', slotted: false, lengths: [...new Set(codes.map(({ length }) => length))], codes: hashed }
}

/** The index of the code in the set, -1 if it is not there. Costs one hash. */
export async function findHashed(set: HashedSet, code: string): Promise<number> {
  const salt = set.codes[set.slotted ? numberOf(code.charAt(0)) : 0]?.salt
  if (salt === undefined) return -1
  const hash = await saltedHash(code, salt)
  return set.codes.reduce((found, candidate, index) => (isSameHash(hash, candidate.hash) ? index : found), -1)
}

async function hashedCode({ code, salt }: { code: string; salt: string }): Promise<HashedCode> {
  return { salt, hash: await saltedHash(code, salt), used: false }
}
