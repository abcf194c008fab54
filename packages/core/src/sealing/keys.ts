import { createHmac, hkdfSync } from 'node:crypto'

/** The keys that come from one of the app's secrets. */
export interface KeySet {
  /** Tells which secret sealed or signed something; not secret. */
  readonly id: string
  /** Pseudorandom key from which each user's sealing key is expanded. */
  readonly sealing: Buffer
  /** Of ephemeral tokens, which answer a challenge. */
  readonly signing: Uint8Array
  /** Of the tokens that open an enrollment to somebody who has to have one. */
  readonly enrollment: Uint8Array
  readonly refresh: Uint8Array
  readonly access: Uint8Array
  /** Of activation tokens. */
  readonly encryption: Uint8Array
  readonly stamp: Buffer
}

/** Derives the keys of each secret by HKDF-SHA256 (RFC 5869), the first one in front. */
export function deriveKeys(secrets: readonly string[]): readonly KeySet[] {
  return secrets.map((secret) => {
    const derive = (purpose: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, 'latchkey', `latchkey/1/${purpose}`, 32))
    return Object.freeze({
      id: derive('key-id').subarray(0, 6).toString('base64url'),
      sealing: derive('sealing'),
      signing: new Uint8Array(derive('ephemeral-token')),
      enrollment: new Uint8Array(derive('enrollment-token')),
      refresh: new Uint8Array(derive('refresh-token')),
      access: new Uint8Array(derive('access-token')),
      encryption: new Uint8Array(derive('activation-token')),
      stamp: derive('stamp'),
    })
  })
}

/**
 * One user's sealing key: HKDF-Expand of one block (RFC 5869 section 2.3).
 * A key a user keeps random nonces far from the limit of NIST SP 800-38D section 8.3.
 */
export function userKey(keys: KeySet, userId: string): Buffer {
  return createHmac('sha256', keys.sealing).update(`record/${userId}`).update('\u0001').digest()
}
