import type { TotpData } from './parameters.ts'

/** How many accepted codes in a row must be off in the same direction before the drift is applied. */
const showings = 3

/**
 * How many steps an authenticator's clock is ahead (behind, if negative): what its latest codes have in common. They
 * are looked for around it from then on, in as many steps as before, and never farther off than the window
 * (RFC 6238 section 6).
 */
export function learnedDrift({ offsets = [] }: Pick<TotpData, 'offsets'>, window: number): number {
  if (offsets.length < showings) return 0
  if (offsets.every((offset) => offset > 0)) return Math.min(window, ...offsets)
  return offsets.every((offset) => offset < 0) ? Math.max(-window, ...offsets) : 0
}

/** The offsets after one more accepted code. */
export function withOffset({ offsets = [] }: Pick<TotpData, 'offsets'>, offset: number): readonly number[] {
  return [...offsets, offset].slice(-showings)
}
