import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { RandomBytes } from '../ports/values.ts'
import { type KeySets, type SealedThing, userKey } from './keys.ts'

const nonceBytes = 12
const tagBytes = 16

/** Seals and opens what belongs to a user with AES-256-GCM; the user's id is associated data. */
export interface Sealer {
  /** Seals with the first secret: `1.<key id>.<base64url of nonce, ciphertext and tag>`. */
  seal(userId: string, text: string): string
  /** @throws Error if the secret is unknown, the user another, or a bit changed */
  open(userId: string, sealed: string): string
  /** Whether the first secret sealed it. */
  isCurrent(sealed: string): boolean
}

/** A sealer of one kind of thing over the given keys: the first seals, all open. */
export function createSealer(thing: SealedThing, keySets: KeySets, randomBytes: RandomBytes): Sealer {
  const [first] = keySets
  const prefix = `1.${first.id}.`
  return Object.freeze<Sealer>({
    seal(userId, text) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', userKey(first, thing, userId), nonce)
      cipher.setAAD(associatedData(first.id, userId))
      const sealed = Buffer.concat([nonce, cipher.update(Buffer.from(text)), cipher.final(), cipher.getAuthTag()])
      return prefix + sealed.toString('base64url')
    },
    open(userId, sealed) {
      const [version, keyId, body, ...rest] = sealed.split('.')
      const keys = keySets.find((candidate) => candidate.id === keyId)
      if (version !== '1' || body === undefined || rest.length > 0)
        throw new Error(`the sealed ${thing} has no known form`)
      if (keys === undefined) throw new Error(`the ${thing} is sealed with a secret that is not listed`)
      const bytes = Buffer.from(body, 'base64url')
      if (bytes.length < nonceBytes + tagBytes) throw new Error(`the sealed ${thing} is cut short`)
      return decrypt(userKey(keys, thing, userId), associatedData(keys.id, userId), bytes)
    },
    isCurrent: (sealed) => sealed.startsWith(prefix),
  })
}

function decrypt(key: Buffer, associated: Buffer, bytes: Buffer): string {
  const nonce = bytes.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(associated)
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  const text = decipher.update(bytes.subarray(nonceBytes, -tagBytes))
  // Throws if the tag does not fit; nothing may be read before.
  decipher.final()
  return text.toString()
}

function associatedData(keyId: string, userId: string): Buffer {
  return Buffer.from(`latchkey/1/${keyId}/${userId}`)
}
