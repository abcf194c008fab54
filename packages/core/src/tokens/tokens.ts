import type { JWTPayload } from 'jose'
import { JWTInvalid } from 'jose/errors'
import { jwtDecrypt } from 'jose/jwt/decrypt'
import { EncryptJWT } from 'jose/jwt/encrypt'
import type { KeySet } from '../sealing/keys.ts'
import type {
  ActivationClaims,
  ActivationContent,
  BaseClaims,
  Holder,
  RefreshClaims,
  TokenClaims,
  TokenSubject,
} from './claims.ts'
import { isOfKind, openToken, typeName } from './opening.ts'
import type { RefusedToken } from './refused.ts'
import {
  baseClaims,
  checks,
  createSigned,
  keysOf,
  newTokenId,
  type SignedKind,
  type SigningKey,
  type SigningSettings,
  setClaims,
} from './signed.ts'
import { stampDigest } from './stamp.ts'

const activation = { typ: typeName('activation'), parts: 5, alg: 'dir', enc: 'A256GCM' } as const
const ephemeral = signedKind('ephemeral', 'ephemeral', ['epoch'])
const enrollment = signedKind('enrollment', 'enrollment', ['epoch'])
const refresh = signedKind('refresh', 'refresh', ['family', 'generation'])

/** Makes and opens the tokens that only we read. None passes for another: key and type differ, and the form of one. */
export interface Tokens {
  /** The client's handle on a challenge. */
  signEphemeral(subject: TokenSubject): Promise<SignedEphemeral>
  openEphemeral(token: unknown): Promise<TokenClaims | RefusedToken>
  /** The handle of somebody who must enroll before being signed in. It answers no challenge. */
  signEnrollment(subject: TokenSubject): Promise<string>
  openEnrollment(token: unknown): Promise<TokenClaims | RefusedToken>
  /** An encrypted token (RFC 7516, A256GCM), since it holds a secret: the handle on an enrollment. */
  sealActivation(subject: TokenSubject, enrollment: ActivationContent): Promise<string>
  openActivation(token: unknown): Promise<ActivationClaims | RefusedToken>
  /** One of a family of tokens, each of which buys the next. `expiresAt` in milliseconds since 1970. */
  signRefresh(holder: Holder, claims: Pick<RefreshClaims, 'familyId' | 'generation' | 'expiresAt'>): Promise<string>
  openRefresh(token: unknown): Promise<RefreshClaims | RefusedToken>
}

/** An ephemeral token, and what is known of it without opening it. */
export interface SignedEphemeral extends Pick<BaseClaims, 'tokenId' | 'expiresAt'> {
  readonly token: string
}

export interface TokenSettings extends SigningSettings {
  readonly ephemeralTokenSeconds: number
  readonly activationTokenSeconds: number
}

/** Whether a token claims to open an enrollment. */
export function isEnrollmentToken(token: string): boolean {
  return isOfKind(token, enrollment)
}

export function createTokens(settings: TokenSettings): Tokens {
  const { keySets, now, ephemeralTokenSeconds, activationTokenSeconds } = settings
  const [first] = keySets
  const signed = createSigned(settings)
  /** In whole seconds, as tokens have it. */
  const after = (seconds: number): number => (Math.floor(now() / 1000) + seconds) * 1000
  return Object.freeze<Tokens>({
    async signEphemeral({ user, epoch }) {
      const [tokenId, expiresAt] = [newTokenId(settings), after(ephemeralTokenSeconds)]
      return {
        token: await signed.sign(ephemeral, user, { claims: { epoch }, tokenId, expiresAt }),
        tokenId,
        expiresAt,
      }
    },
    openEphemeral: (token) => signed.open(ephemeral, token, tokenClaims),
    signEnrollment: ({ user, epoch }) =>
      signed.sign(enrollment, user, { claims: { epoch }, expiresAt: after(ephemeralTokenSeconds) }),
    openEnrollment: (token) => signed.open(enrollment, token, tokenClaims),
    async sealActivation({ user, epoch }, enrollment) {
      const { alg, enc, typ } = activation
      const token = new EncryptJWT({ epoch, stamp: stampDigest(first, user), ...enrollment })
      return setClaims(token, settings, {
        userId: user.id,
        tokenId: newTokenId(settings),
        expiresAt: after(activationTokenSeconds),
      })
        .setProtectedHeader({ alg, enc, typ, kid: first.id })
        .encrypt(first.activation)
    },
    openActivation: (token) =>
      openToken(token, activation, async (text) => {
        const { payload, protectedHeader } = await jwtDecrypt(text, ({ kid }) => keysOf(keySets, kid).activation, {
          ...checks(activation.typ, settings, ['epoch', 'factor', 'pending']),
          keyManagementAlgorithms: [activation.alg],
          contentEncryptionAlgorithms: [activation.enc],
        })
        const { factor, pending, isEnrollee, backups } = payload as JWTPayload & ActivationContent
        return { ...tokenClaims(payload, keysOf(keySets, protectedHeader.kid)), factor, pending, isEnrollee, backups }
      }),
    signRefresh: (holder, { familyId: family, generation, expiresAt }) =>
      signed.sign(refresh, holder, { claims: { family, generation }, expiresAt }),
    openRefresh: (token) => signed.open(refresh, token, refreshClaims),
  })
}

function signedKind(name: string, key: SigningKey, claims: readonly string[]): SignedKind {
  return { typ: typeName(name), parts: 3, key, claims }
}

function tokenClaims(payload: JWTPayload, keys: KeySet): TokenClaims {
  const { epoch } = payload
  if (!isWhole(epoch)) throw new JWTInvalid()
  return { ...baseClaims(payload, keys), epoch }
}

function refreshClaims(payload: JWTPayload, keys: KeySet): RefreshClaims {
  const { family, generation } = payload
  if (typeof family !== 'string' || !isWhole(generation)) throw new JWTInvalid()
  return { ...baseClaims(payload, keys), familyId: family, generation }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}
