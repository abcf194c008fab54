import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { JsonObject, StoredRecord } from '@latchkey/core'
import { type CryptoKey, jwtVerify, SignJWT } from 'jose'
import { HOTP, Secret } from 'otpauth'
import { deriveKeys, type KeySet, type SealedThing } from '../../../packages/core/src/sealing/keys.ts'

// What no verify of such tokens and records can leave out, as somebody would write it who wrote just that: with the
// libraries, and without the core's functions.

/** What the parts are made with: the core's own keys, one of them imported for jose. */
export interface PartKeys extends Pick<KeySet, 'id' | 'record' | 'proof' | 'stamp'> {
  readonly token: CryptoKey
}

const issuer = 'Latchkey'
const typ = 'latchkey-ephemeral+jwt'
const lifeSeconds = 300

export async function partKeys(secret: string): Promise<PartKeys> {
  const [keys] = deriveKeys([secret])
  if (keys === undefined) throw new Error('there is no secret')
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = Uint8Array.from(keys.ephemeral)
  return { ...keys, token: await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']) }
}

/** Opens a token with all that jose is to check. */
export function openToken({ token: key }: PartKeys, token: string, nowMs: number) {
  return jwtVerify(token, key, {
    algorithms: ['HS256'],
    typ,
    issuer,
    requiredClaims: ['sub', 'jti', 'iat', 'exp', 'stamp', 'epoch'],
    currentDate: new Date(nowMs),
  })
}

export function signToken({ id: kid, token: key }: PartKeys, userId: string, said: { stamp: string; nowMs: number }) {
  const nowSeconds = Math.floor(said.nowMs / 1000)
  return new SignJWT({ epoch: 1, stamp: said.stamp })
    .setProtectedHeader({ alg: 'HS256', typ, kid })
    .setSubject(userId)
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuer(issuer)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + lifeSeconds)
    .sign(key)
}

/** The digest that ties a token to the user's stamp. */
export function stampOf({ stamp }: PartKeys, userId: string): string {
  const text = JSON.stringify([userId, null])
  return createHmac('sha256', stamp).update(text).digest().subarray(0, 16).toString('base64url')
}

/** A record as it lies in its text. */
export function unseal(keys: PartKeys, userId: string, sealed: string): JsonObject {
  const bytes = Buffer.from(sealed.slice(sealed.lastIndexOf('.') + 1), 'base64url')
  const options = { authTagLength: 16 }
  const decipher = createDecipheriv('aes-256-gcm', keyOf(keys, 'record', userId), bytes.subarray(0, 12), options)
  decipher.setAAD(boundTo(keys, userId))
  decipher.setAuthTag(bytes.subarray(-16))
  return JSON.parse(decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8')) as JsonObject
}

export function seal(keys: PartKeys, userId: string, record: JsonObject): Pick<StoredRecord, 'revision' | 'sealed'> {
  const sealed = encrypt(keys, 'record', { userId, content: record })
  return { revision: randomBytes(16).toString('base64url'), sealed }
}

/** As long as every id. */
const authenticatorId = 'authenticator-id'

/** What the host keeps of a sign-in by TOTP. */
export function sealProof(keys: PartKeys, userId: string, nowMs: number): string {
  const said = { amr: ['pwd', 'otp', 'mfa'], factor: 'totp', authenticatorId, strength: 'possession', provedAt: nowMs }
  const content = { ...said, stamp: stampOf(keys, userId) }
  return encrypt(keys, 'proof', { userId, content })
}

function encrypt(keys: PartKeys, thing: SealedThing, { userId, content }: { userId: string; content: object }): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(keys, thing, userId), nonce).setAAD(boundTo(keys, userId))
  const bytes = Buffer.concat([nonce, cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()])
  return `1.${keys.id}.${bytes.toString('base64url')}`
}

function keyOf(keys: PartKeys, thing: SealedThing, userId: string): Buffer {
  return createHmac('sha256', keys[thing]).update(`${thing}/${userId}\u0001`).digest()
}

function boundTo({ id }: PartKeys, userId: string): Buffer {
  return Buffer.from(`latchkey/1/${id}/${userId}`)
}

/** The steps, of the three around now, whose code it is. */
export function stepsOf(code: string, base32: string, nowMs: number): readonly number[] {
  const secret = Secret.fromBase32(base32)
  const wanted = Buffer.from(code)
  const now = Math.floor(nowMs / 30_000)
  return [now - 1, now, now + 1].filter((counter) =>
    timingSafeEqual(Buffer.from(HOTP.generate({ secret, counter })), wanted),
  )
}
