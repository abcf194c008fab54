import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import type { JWK } from 'jose'
import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'

/** A private key for access tokens: PEM, or a JWK (RFC 7517). */
export type PrivateKeyInput = string | Readonly<Record<string, unknown>>

/** A key pair that signs access tokens. */
export interface AccessKey {
  readonly alg: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** As others fetch it, with its thumbprint (RFC 7638) as its id. */
  publicJwk(): Promise<JWK & { readonly kid: string }>
}

const leastRsaBits = 2048
/** Signing with each kind of key (RFC 7518 section 3.1, RFC 8037). */
const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' }

/** Reads a private key. @throws TypeError that says what would be right */
export function readAccessKey(input: unknown): AccessKey {
  const privateKey = parse(input)
  const alg = algorithmOf(privateKey)
  if (alg === null) throw new TypeError('RSA of at least 2048 bits, EC on P-256, P-384 or P-521, or Ed25519')
  const publicKey = createPublicKey(privateKey)
  let jwk: Promise<JWK & { kid: string }> | undefined
  return Object.freeze<AccessKey>({
    alg,
    privateKey,
    publicKey,
    publicJwk() {
      jwk ??= withThumbprint(publicKey.export({ format: 'jwk' }) as JWK, alg)
      return jwk
    },
  })
}

function parse(input: unknown): KeyObject {
  try {
    if (typeof input === 'string') return createPrivateKey(input)
    return createPrivateKey({ key: input as JsonWebKey, format: 'jwk' })
  } catch {
    // The parser's own message may repeat what it was given.
    throw new TypeError('a private key as PEM or JWK')
  }
}

function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails = {} }: KeyObject): string | null {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails
  if (asymmetricKeyType === 'ed25519') return 'EdDSA'
  if (asymmetricKeyType === 'rsa') return modulusLength >= leastRsaBits ? 'RS256' : null
  return asymmetricKeyType === 'ec' ? (curves[namedCurve] ?? null) : null
}

async function withThumbprint(jwk: JWK, alg: string): Promise<JWK & { kid: string }> {
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' }
}
