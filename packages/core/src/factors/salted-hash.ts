import { scrypt, timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../ports/values.ts'

/** RFC 7914; 16 MiB a hash. What is hashed is sealed with the record as well. */
const cost = { N: 16_384, r: 8, p: 1 }
const hashBytes = 32
const saltBytes = 16

/** A new salt, in base64url. */
export function newSalt(randomBytes: RandomBytes): string {
  return Buffer.from(randomBytes(saltBytes)).toString('base64url')
}

/** The scrypt hash of a text, in base64url. It is made beside the event loop, which goes on meanwhile. */
export function saltedHash(text: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(text, Buffer.from(salt, 'base64url'), hashBytes, cost, (error, hash) =>
      error ? reject(error) : resolve(hash.toString('base64url')),
    )
  })
}

/** Whether two hashes are one, in constant time. */
export function isSameHash(left: string, right: string): boolean {
  return timingSafeEqual(Buffer.from(left, 'base64url'), Buffer.from(right, 'base64url'))
}
