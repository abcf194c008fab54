import { createHash } from 'node:crypto'
import { HOTP, Secret } from 'otpauth'

/** The password of everybody; each contestant compares it in the same way, since a hash would hide all else. */
export const password = 'the password of everybody'

/** The number of a user as an id: as long as many apps' are. */
export function userIdOf(user: number): string {
  return `user-${String(user).padStart(12, '0')}`
}

/** All users once, in an order that has nothing to do with the one they were enrolled in; then all again. */
export function userAt(number: number, users: number): number {
  const prime = 611_953
  return (number * prime) % users
}

/** A user's TOTP secret: told by the number, so that nobody has to hand it over. */
export function secretBytes(user: number): Buffer {
  return createHash('sha1').update(`user ${user}`).digest()
}

/** The same in base32. */
export function secretOf(user: number): string {
  return secretIn(user).base32
}

/** A user's code at a time. */
export function codeOf(user: number, nowMs: number): string {
  return HOTP.generate({ secret: secretIn(user), counter: Math.floor(nowMs / 30_000) })
}

function secretIn(user: number): Secret {
  return new Secret({ buffer: Uint8Array.from(secretBytes(user)).buffer })
}
