import type { RandomBytes } from '../../ports/values.ts'
import { normalizeCode } from '../codes.ts'

/** Crockford's base32: no I, L, O and U. A byte holds each of the 32 equally often. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `length` random characters of the alphabet. */
export function randomCharacters(length: number, randomBytes: RandomBytes): string {
  return Array.from(randomBytes(length), (byte) => alphabet[byte & 31]).join('')
}

/** The character that stands for a number below 32. */
export function characterOf(value: number): string {
  return alphabet.charAt(value)
}

/** The number a character stands for, -1 if it is none of the alphabet. */
export function numberOf(character: string): number {
  return alphabet.indexOf(character)
}

/**
 * A recovery code in its one form: no spaces and dashes, upper case, `O` as `0`, `I` and `L` as `1`.
 * Null if it holds anything but ASCII letters and digits.
 */
export function normalizeRecoveryCode(code: unknown): string | null {
  const bare = normalizeCode(code)
  if (bare === null || !/^[0-9A-Z]+$/.test(bare)) return null
  return bare.replaceAll('O', '0').replace(/[IL]/g, '1')
}

/** Whether all characters are of the alphabet. */
export function isOfAlphabet(normalized: string): boolean {
  return !normalized.includes('U')
}

/** A code as it is handed out: groups of four in lower case, `xxxx-xxxx`. */
export function formatRecoveryCode(normalized: string): string {
  return normalized.toLowerCase().replace(/.{4}(?=.)/g, '$&-')
}
