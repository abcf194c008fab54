import type { CryptoKey, JWTPayload, JWTVerifyResult } from 'jose'
import { JWKSNoMatchingKey, JWTInvalid } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { RandomBytes } from '../ports/values.ts'
import type { KeySet, KeySets } from '../sealing/keys.ts'
import type { BaseClaims, Holder } from './claims.ts'
import { sharedInFlight } from './in-flight.ts'
import { openToken, type TokenKind } from './opening.ts'
import type { RefusedToken } from './refused.ts'
import { isSameDigest, stampDigest } from './stamp.ts'

/** The keys of tokens that are signed, one a kind. */
export type SigningKey = 'ephemeral' | 'enrollment' | 'refresh' | 'access'

/** What tokens are made with. */
export interface SigningSettings {
  readonly keySets: KeySets
  readonly issuer: string
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

/** A kind of signed token (RFC 7515, HS256): it has its own key and type. */
export interface SignedKind extends TokenKind {
  readonly parts: 3
  readonly key: SigningKey
  /** Claims that must be there beside those that every token has. */
  readonly claims: readonly string[]
}

/** What a signed token says beside whose it is; `expiresAt` in milliseconds since 1970. */
export interface Said {
  readonly claims: JWTPayload
  readonly expiresAt: number
  /** @defaultValue a new one */
  readonly tokenId?: string
}

/** Signs and opens the tokens that only we read. */
export interface Signed {
  sign(kind: SignedKind, holder: Holder, said: Said): Promise<string>
  /** `read` makes claims of the payload, and throws if they are no good. */
  open<T>(kind: SignedKind, token: unknown, read: (payload: JWTPayload, keys: KeySet) => T): Promise<T | RefusedToken>
}

export function createSigned(settings: SigningSettings): Signed {
  const keyOf = importedKeys(settings.keySets)
  const verified = sharedInFlight<JWTVerifyResult>()
  const [first] = settings.keySets
  return {
    async sign({ typ, key }, holder, { claims, expiresAt, tokenId = newTokenId(settings) }) {
      return setClaims(new SignJWT({ ...claims, stamp: stampDigest(first, holder) }), settings, {
        userId: holder.id,
        tokenId,
        expiresAt,
      })
        .setProtectedHeader({ alg: 'HS256', typ, kid: first.id })
        .sign(await keyOf(key, first.id))
    },
    open: (kind, token, read) =>
      openToken(token, kind, async (text) => {
        const { payload, protectedHeader } = await verified(`${kind.typ} ${text}`, () =>
          jwtVerify(text, ({ kid }) => keyOf(kind.key, kid), {
            ...checks(kind.typ, settings, kind.claims),
            algorithms: ['HS256'],
          }),
        )
        return read(payload, keysOf(settings.keySets, protectedHeader.kid))
      }),
  }
}

/** What every token must say, for jose to check. */
export function checks(typ: string, settings: Pick<SigningSettings, 'issuer' | 'now'>, claims: readonly string[]) {
  return {
    typ,
    issuer: settings.issuer,
    requiredClaims: ['sub', 'jti', 'iat', 'exp', 'stamp', ...claims],
    currentDate: new Date(settings.now()),
  }
}

const tokenIdBytes = 16

/** An id for a new token. */
export function newTokenId({ randomBytes }: Pick<SigningSettings, 'randomBytes'>): string {
  return Buffer.from(randomBytes(tokenIdBytes)).toString('base64url')
}

/** Sets the registered claims of RFC 7519; `expiresAt` in milliseconds since 1970. */
export function setClaims<T extends Registrable>(
  token: T,
  { issuer, now }: Pick<SigningSettings, 'issuer' | 'now'>,
  { userId, tokenId, expiresAt }: { userId: string; tokenId: string; expiresAt: number },
): T {
  return token
    .setSubject(userId)
    .setJti(tokenId)
    .setIssuer(issuer)
    .setIssuedAt(Math.floor(now() / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
}

/** The part of jose's two makers of tokens that they share. */
interface Registrable {
  setSubject(subject: string): this
  setJti(id: string): this
  setIssuer(issuer: string): this
  setIssuedAt(seconds: number): this
  setExpirationTime(seconds: number): this
}

/** The claims that every token has. */
export function baseClaims(payload: JWTPayload, keys: KeySet): BaseClaims {
  const { sub, jti, exp, stamp } = payload as Required<JWTPayload>
  if (typeof stamp !== 'string') throw new JWTInvalid()
  return {
    userId: sub,
    tokenId: jti,
    expiresAt: exp * 1000,
    hasStampOf: (user) => isSameDigest(stamp, stampDigest(keys, user)),
  }
}

/** The key set a header names. The name is only ever compared. */
export function keysOf(keySets: readonly KeySet[], kid: string | undefined): KeySet {
  const keys = keySets.find(({ id }) => id === kid)
  if (keys === undefined) throw new JWKSNoMatchingKey()
  return keys
}

/** On Node 20 a key imported once verifies in about 60 % of the time that bytes take. */
export function importedKeys(
  keySets: readonly KeySet[],
): (key: SigningKey, kid: string | undefined) => Promise<CryptoKey> {
  const imported = new Map<string, Promise<CryptoKey>>()
  return (name, kid) => {
    const keys = keysOf(keySets, kid)
    const place = `${name} ${keys.id}`
    const known = imported.get(place)
    if (known !== undefined) return known
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = crypto.subtle.importKey('raw', Uint8Array.from(keys[name]), algorithm, false, ['sign', 'verify'])
    imported.set(place, key)
    return key
  }
}
