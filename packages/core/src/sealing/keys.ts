import { createHmac, hkdfSync } from 'node:crypto'

/** The keys that come from one of the app's secrets. */
export interface KeySet {
  /** Tells which secret sealed or signed something; not secret. */
  readonly id: string
  /** Pseudorandom keys from which each user's key is expanded. */
  readonly record: Buffer
  readonly proof: Buffer
  /** Of the tokens that answer a challenge. */
  readonly ephemeral: Uint8Array
  /** Of the tokens that open an enrollment to a user who must have one. */
  readonly enrollment: Uint8Array
  readonly activation: Uint8Array
  readonly refresh: Uint8Array
  readonly access: Uint8Array
  readonly stamp: Buffer
  /** Pseudorandom key from which the keys of factors are expanded. */
  readonly factor: Buffer
}

/** The keys of each secret: the first makes, all open. */
export type KeySets = readonly [KeySet, ...KeySet[]]

/** Derives the keys of each secret, the first one in front. @throws TypeError if there is none */
export function deriveKeys(secrets: readonly string[]): KeySets {
  const [first, ...rest] = secrets.map(deriveKeySet)
  if (first === undefined) throw new TypeError('there must be a secret')
  return [first, ...rest]
}

/** HKDF-SHA256 (RFC 5869). */
function deriveKeySet(secret: string): KeySet {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, 'latchkey', `latchkey/1/${purpose}`, 32))
  return Object.freeze<KeySet>({
    id: derive('key-id').subarray(0, 6).toString('base64url'),
    record: derive('sealing'),
    proof: derive('proof'),
    ephemeral: new Uint8Array(derive('ephemeral-token')),
    enrollment: new Uint8Array(derive('enrollment-token')),
    activation: new Uint8Array(derive('activation-token')),
    refresh: new Uint8Array(derive('refresh-token')),
    access: new Uint8Array(derive('access-token')),
    stamp: derive('stamp'),
    factor: derive('factor'),
  })
}

/** What is sealed under a key of its user's own. */
export type SealedThing = 'record' | 'proof'

/**
 * One user's key: HKDF-Expand of one block (RFC 5869 section 2.3).
 * A key a user keeps random nonces far from the limit of NIST SP 800-38D section 8.3.
 */
export function userKey(keys: KeySet, thing: SealedThing, userId: string): Buffer {
  return expand(keys[thing], `${thing}/${userId}`)
}

/** One factor's key of a label. A type holds no slash, so no two of them collide. */
export function factorKey(keys: KeySet, type: string, label: string): Buffer {
  return expand(keys.factor, `${type}/${label}`)
}

function expand(key: Buffer, info: string): Buffer {
  return createHmac('sha256', key).update(info).update('\u0001').digest()
}
