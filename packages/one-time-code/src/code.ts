import { createHash, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '@latchkey/core'

const drawBytes = 4
const draws = 2 ** (8 * drawBytes)

/** Returns a code of so many digits, each code as likely as any other: a draw that would favor some is repeated. */
export function randomCode(digits: number, randomBytes: RandomBytes): string {
  const codes = 10 ** digits
  for (;;) {
    const drawn = Buffer.from(randomBytes(drawBytes)).readUInt32BE()
    if (drawn < draws - (draws % codes)) return String(drawn % codes).padStart(digits, '0')
  }
}

/** Whether the answer is this code, in a time that does not tell how much of it is right. */
export function isSameCode(answer: string, code: string): boolean {
  return timingSafeEqual(digest(answer), digest(code))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
