// Tokens as a forger makes them: by hand, with keys and claims of one's choice.

import { createHmac } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, EncryptJWT, type JWTPayload, SignJWT } from 'jose'
import { deriveKeys, type KeySet } from '../../src/sealing/keys.ts'
import { stampDigest } from '../../src/tokens/stamp.ts'
import { secret, startMs } from '../world.ts'

export type Claims = Readonly<Record<string, unknown>>

export function keysOf(text: string = secret): KeySet {
  const [keys] = deriveKeys([text])
  if (keys === undefined) throw new Error('one secret, one key set')
  return keys
}

/** What a good token of a user says, five minutes long. */
export function goodClaims(user: { id: string; stamp?: string | undefined }, changes: Claims = {}): Claims {
  const seconds = startMs / 1000
  const claims = { sub: user.id, jti: 'bm9ib2R5LXNwZW50LW1l', iss: 'Acme', iat: seconds, exp: seconds + 300, epoch: 1 }
  return Object.fromEntries(
    Object.entries({ ...claims, stamp: stampDigest(keysOf(), user), ...changes }).filter(
      ([, value]) => value !== undefined,
    ),
  )
}

/** A signed token of any header, signed with HMAC of any hash, whatever the header says. */
export function forgeSigned(claims: Claims, forge: { header?: Claims; keys?: KeySet; hash?: string } = {}): string {
  const keys = forge.keys ?? keysOf()
  const header = { alg: 'HS256', typ: 'latchkey-ephemeral+jwt', kid: keysOf().id, ...forge.header }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = createHmac(forge.hash ?? 'sha256', keys.ephemeral)
    .update(signed)
    .digest('base64url')
  return `${signed}.${signature}`
}

/** An encrypted token of any header. */
export function forgeEncrypted(claims: Claims, forge: { header?: Claims; keys?: KeySet } = {}): Promise<string> {
  const keys = forge.keys ?? keysOf()
  const header = { alg: 'dir', enc: 'A256GCM', typ: 'latchkey-activation+jwt', kid: keysOf().id, ...forge.header }
  return new EncryptJWT(claims).setProtectedHeader(header).encrypt(keys.activation)
}

/** What is changed of a good token; undefined takes a member away. */
export interface Forgery {
  readonly claims?: Claims
  readonly header?: Claims
  readonly key?: Uint8Array
}

/** A good token made anew with a change, and signed with a key of the forger's choice. */
export function remade(token: string, key: Uint8Array, { claims, header, key: other = key }: Forgery): Promise<string> {
  const payload = JSON.parse(JSON.stringify({ ...decodeJwt(token), ...claims })) as JWTPayload
  // HS384 and HS512 want longer keys.
  const long = header?.['alg'] === undefined ? other : new Uint8Array([...other, ...other])
  return new SignJWT(payload).setProtectedHeader({ ...decodeProtectedHeader(token), ...header } as never).sign(long)
}
