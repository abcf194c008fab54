import { type CryptoKey, EncryptJWT, errors, type JWTPayload, jwtDecrypt, jwtVerify, SignJWT } from 'jose'
import { MfaError } from '../errors.ts'
import type { MfaEventReason } from '../events.ts'
import type { JsonObject, RandomBytes } from '../ports.ts'
import type { KeySet } from '../sealing/keys.ts'
import { isCanonical } from './canonical.ts'
import type { ActivationClaims, TokenClaims, TokenSubject, WireClaims } from './claims.ts'
import { isSameDigest, stampDigest } from './stamp.ts'

const signed = { parts: 3, typ: 'latchkey-ephemeral+jwt', alg: 'HS256' } as const
const encrypted = { parts: 5, typ: 'latchkey-activation+jwt', alg: 'dir', enc: 'A256GCM' } as const
const tokenIdBytes = 16

/** A token that did not pass: the answer, and the true reason for the event. */
export interface RefusedToken {
  readonly error: MfaError
  readonly reason: MfaEventReason
}

/** Makes and opens the two kinds of token. Neither passes for the other: key, form and type differ. */
export interface Tokens {
  /** A signed token (RFC 7515, HS256): the client's handle on a challenge. */
  signEphemeral(subject: TokenSubject): Promise<string>
  openEphemeral(token: unknown): Promise<TokenClaims | RefusedToken>
  /** An encrypted token (RFC 7516, A256GCM), since it holds a secret: the handle on an enrolment. */
  sealActivation(subject: TokenSubject, enrolment: { factor: string; pending: JsonObject }): Promise<string>
  openActivation(token: unknown): Promise<ActivationClaims | RefusedToken>
}

/** What tokens are made with. */
export interface TokenSettings {
  readonly keySets: readonly KeySet[]
  readonly issuer: string
  readonly ephemeralTokenSeconds: number
  readonly activationTokenSeconds: number
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export function createTokens(settings: TokenSettings): Tokens {
  const [first] = settings.keySets as readonly [KeySet, ...KeySet[]]
  const signingKeys = importedSigningKeys(settings.keySets)
  const registered = <T extends SignJWT | EncryptJWT>(token: T, userId: string, ttlSeconds: number): T => {
    const seconds = Math.floor(settings.now() / 1000)
    const id = Buffer.from(settings.randomBytes(tokenIdBytes)).toString('base64url')
    return token
      .setSubject(userId)
      .setJti(id)
      .setIssuer(settings.issuer)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ttlSeconds) as T
  }
  const claimsOf = ({ user, epoch }: TokenSubject): WireClaims => ({ epoch, stamp: stampDigest(first, user) })
  const checks = (kind: { typ: string }) => ({
    typ: kind.typ,
    issuer: settings.issuer,
    requiredClaims: ['sub', 'jti', 'iat', 'exp', 'epoch', 'stamp'],
    currentDate: new Date(settings.now()),
  })
  return Object.freeze<Tokens>({
    async signEphemeral(subject) {
      const token = registered(new SignJWT({ ...claimsOf(subject) }), subject.user.id, settings.ephemeralTokenSeconds)
      return token
        .setProtectedHeader({ alg: signed.alg, typ: signed.typ, kid: first.id })
        .sign(await signingKeys(first.id))
    },
    openEphemeral: (token) =>
      opened(token, signed.parts, async (text) => {
        const { payload, protectedHeader } = await jwtVerify(text, ({ kid }) => signingKeys(kid), {
          ...checks(signed),
          algorithms: [signed.alg],
        })
        return tokenClaims(payload, keysOf(settings.keySets, protectedHeader.kid))
      }),
    async sealActivation(subject, enrolment) {
      const token = registered(
        new EncryptJWT({ ...claimsOf(subject), ...enrolment }),
        subject.user.id,
        settings.activationTokenSeconds,
      )
      const { alg, enc, typ } = encrypted
      return token.setProtectedHeader({ alg, enc, typ, kid: first.id }).encrypt(first.encryption)
    },
    openActivation: (token) =>
      opened(token, encrypted.parts, async (text) => {
        const { payload, protectedHeader } = await jwtDecrypt(
          text,
          ({ kid }) => keysOf(settings.keySets, kid).encryption,
          {
            ...checks(encrypted),
            keyManagementAlgorithms: [encrypted.alg],
            contentEncryptionAlgorithms: [encrypted.enc],
          },
        )
        const { factor, pending } = payload as JWTPayload & WireClaims
        if (factor === undefined || pending === undefined) throw new errors.JWTInvalid()
        return { ...tokenClaims(payload, keysOf(settings.keySets, protectedHeader.kid)), factor, pending }
      }),
  })
}

/** On Node 20 a key imported once verifies in about 60 % of the time that bytes take. */
function importedSigningKeys(keySets: readonly KeySet[]): (kid: string | undefined) => Promise<CryptoKey> {
  const imported = new Map<string, Promise<CryptoKey>>()
  return (kid) => {
    const keys = keysOf(keySets, kid)
    const known = imported.get(keys.id)
    if (known !== undefined) return known
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = crypto.subtle.importKey('raw', Uint8Array.from(keys.signing), algorithm, false, ['sign', 'verify'])
    imported.set(keys.id, key)
    return key
  }
}

/** The key set a header names. The name is only ever compared. */
function keysOf(keySets: readonly KeySet[], kid: string | undefined): KeySet {
  const keys = keySets.find(({ id }) => id === kid)
  if (keys === undefined) throw new errors.JWKSNoMatchingKey()
  return keys
}

function tokenClaims(payload: JWTPayload, keys: KeySet): TokenClaims {
  const { sub, jti, exp, epoch, stamp } = payload as Required<JWTPayload> & WireClaims
  if (!Number.isSafeInteger(epoch) || typeof stamp !== 'string') throw new errors.JWTInvalid()
  return {
    userId: sub,
    tokenId: jti,
    epoch,
    expiresAt: exp * 1000,
    hasStampOf: (user) => isSameDigest(stamp, stampDigest(keys, user)),
  }
}

async function opened<T>(token: unknown, parts: number, open: (text: string) => Promise<T>): Promise<T | RefusedToken> {
  if (typeof token !== 'string') return refusedToken('malformed_token')
  const other = parts === signed.parts ? encrypted.parts : signed.parts
  if (!isCanonical(token, parts)) return refusedToken(isCanonical(token, other) ? 'wrong_purpose' : 'malformed_token')
  try {
    return await open(token)
  } catch (error) {
    return refusedToken(error instanceof errors.JWTExpired ? 'expired_token' : 'forged_token')
  }
}

/** The one answer to every token that is no good; the reason goes to the event alone. */
export function refusedToken(reason: MfaEventReason): RefusedToken {
  return { error: new MfaError('invalid_token'), reason }
}
