import type { JWK, JWTPayload } from 'jose'
import { JWKSNoMatchingKey, JWTInvalid } from 'jose/errors'
import { SignJWT } from 'jose/jwt/sign'
import { jwtVerify } from 'jose/jwt/verify'
import type { KeySets } from '../sealing/keys.ts'
import type { AccessKey } from './access-keys.ts'
import type { AccessClaims, Authentication, Holder } from './claims.ts'
import { openToken } from './opening.ts'
import type { RefusedToken } from './refused.ts'
import { baseClaims, checks, importedKeys, newTokenId, type SigningSettings, setClaims } from './signed.ts'
import { stampDigest } from './stamp.ts'

/** RFC 9068 section 2.1. */
const kind = { typ: 'at+jwt', parts: 3 } as const
const required = ['aud', 'sid', 'auth_time', 'amr', 'acr']

/** How access tokens are made. */
export interface AccessSettings {
  readonly accessTokenSeconds: number
  readonly audience: string
  /** The first signs, all open; none: HS256 with the app's secret. */
  readonly keys: readonly AccessKey[]
}

/** Makes and opens access tokens (RFC 9068), which others may read: nothing in them is secret. */
export interface AccessTokens {
  sign(holder: Holder, familyId: string, authentication: Authentication): Promise<string>
  open(token: unknown): Promise<AccessClaims | RefusedToken>
  /** The public keys (RFC 7517), none if the app's secret signs. */
  jwks(): Promise<{ readonly keys: readonly JWK[] }>
}

export function createAccessTokens(settings: SigningSettings, access: AccessSettings): AccessTokens {
  const { keySets } = settings
  const [first] = keySets
  const signer = access.keys.length === 0 ? secretSigner(keySets) : keyPairSigner(access.keys)
  return Object.freeze<AccessTokens>({
    async sign(holder, familyId, authentication) {
      const { alg, kid, key } = await signer.current()
      const claims = { ...wireClaims(authentication), sid: familyId, stamp: stampDigest(first, holder) }
      const token = new SignJWT(claims).setAudience(access.audience)
      const expiresAt = settings.now() + access.accessTokenSeconds * 1000
      return setClaims(token, settings, { userId: holder.id, tokenId: newTokenId(settings), expiresAt })
        .setProtectedHeader({ alg, typ: kind.typ, kid })
        .sign(key)
    },
    open: (token) =>
      openToken(token, kind, async (text) => {
        const { payload } = await jwtVerify(text, ({ kid, alg }) => signer.named(kid, alg), {
          ...checks(kind.typ, settings, required),
          audience: access.audience,
          algorithms: [...signer.algorithms],
        })
        return accessClaims(payload, keySets)
      }),
    jwks: async () => ({ keys: await Promise.all(access.keys.map((key) => key.publicJwk())) }),
  })
}

type Key = Parameters<SignJWT['sign']>[0]

/** The keys that sign and open. */
interface Signer {
  readonly algorithms: readonly string[]
  current(): Promise<{ alg: string; kid: string; key: Key }>
  /** @throws if no key has the name, or the one that has it signs otherwise */
  named(kid: string | undefined, alg: string | undefined): Promise<Key>
}

function secretSigner(keySets: KeySets): Signer {
  const keyOf = importedKeys(keySets)
  const [{ id }] = keySets
  return {
    algorithms: ['HS256'],
    current: async () => ({ alg: 'HS256', kid: id, key: await keyOf('access', id) }),
    named: async (kid) => keyOf('access', kid),
  }
}

function keyPairSigner(keys: readonly AccessKey[]): Signer {
  const loadKeys = (): Promise<readonly (AccessKey & { kid: string })[]> =>
    Promise.all(keys.map(async (key) => ({ ...key, kid: (await key.publicJwk()).kid })))
  return {
    algorithms: [...new Set(keys.map(({ alg }) => alg))],
    async current() {
      const [{ alg, kid, privateKey }] = (await loadKeys()) as [AccessKey & { kid: string }]
      return { alg, kid, key: privateKey }
    },
    async named(kid, alg) {
      const found = (await loadKeys()).find((key) => key.kid === kid && key.alg === alg)
      if (found === undefined) throw new JWKSNoMatchingKey()
      return found.publicKey
    },
  }
}

const passed = 'urn:latchkey:acr:mfa'
const passwordOnly = 'urn:latchkey:acr:pwd'

/** OpenID Connect Core section 2: `auth_time`, `acr`, `amr`; the others are ours. */
function wireClaims({ amr, factor, authenticatorId, provedAt, signedInAt }: Authentication): JWTPayload {
  return {
    auth_time: Math.floor((provedAt ?? signedInAt) / 1000),
    amr,
    acr: provedAt === null ? passwordOnly : passed,
    ...(factor === null ? {} : { factor }),
    ...(authenticatorId === null ? {} : { authenticator_id: authenticatorId }),
  }
}

function accessClaims(payload: JWTPayload, keySets: KeySets): AccessClaims {
  const { sid, auth_time: authTime, amr, acr, factor, authenticator_id: authenticatorId } = payload
  if (typeof sid !== 'string' || typeof authTime !== 'number' || !isTexts(amr)) throw new JWTInvalid()
  return {
    ...baseClaims(payload, keySets[0]),
    // A key pair's name does not tell under which of the app's secrets the digest was made.
    hasStampOf: (user) => keySets.some((keys) => baseClaims(payload, keys).hasStampOf(user)),
    familyId: sid,
    factor: textOrNull(factor),
    authenticatorId: textOrNull(authenticatorId),
    amr,
    provedAt: acr === passed ? authTime * 1000 : null,
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

/** The token of an `Authorization` header, null if it holds none (RFC 6750 section 2.1). */
export function bearerToken(header: string | undefined): string | null {
  return header === undefined ? null : (/^bearer +([\w.~+/=-]+)$/i.exec(header)?.[1] ?? null)
}
