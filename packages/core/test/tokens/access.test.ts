/** The threat: an access token of somebody's own making, or of another kind, another app or another key. */
import { generateKeyPairSync } from 'node:crypto'
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { MfaOptions } from '../../src/index.ts'
import { bearerWorld, readToken } from '../bearer-world.ts'
import { createApp } from '../routes/app.ts'
import { otherSecret, proofOf, secret } from '../world.ts'
import { type Forgery, keysOf, remade } from './forge.ts'

const pem = { type: 'pkcs8', format: 'pem' } as const
const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem).toString(),
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(pem).toString(),
  ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey.export(pem).toString(),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString(),
  EdDSA: generateKeyPairSync('ed25519').privateKey.export(pem).toString(),
}

async function signedIn(options: Partial<MfaOptions> = {}) {
  const world = await bearerWorld(options)
  const { accessToken, proof } = await world.signIn()
  return { ...world, accessToken, proof }
}

async function publishedKeys(options: Partial<MfaOptions>): Promise<readonly JWK[]> {
  const app = createApp(options, () => ({ bearer: true }))
  const { status, json } = await app.send('GET', '/.well-known/jwks.json')
  expect(status).toBe(200)
  return json['keys'] as readonly JWK[]
}

test('what it says, in the words of RFC 9068 and OpenID Connect', async () => {
  const { accessToken, proof, clock, enrolled } = await signedIn({ bearer: { audience: 'https://api.example' } })
  const seconds = Math.floor(clock.now() / 1000)
  expect(decodeProtectedHeader(accessToken)).toEqual({ alg: 'HS256', typ: 'at+jwt', kid: keysOf().id })
  expect(decodeJwt(accessToken)).toEqual({
    iss: 'Acme',
    sub: 'alice',
    aud: 'https://api.example',
    iat: seconds,
    exp: seconds + 900,
    jti: expect.stringMatching(/^[\w-]{22}$/),
    sid: expect.stringMatching(/^[\w-]{16}$/),
    auth_time: Math.floor((proof.provedAt ?? 0) / 1000),
    amr: ['pwd', 'otp', 'mfa'],
    acr: 'urn:latchkey:acr:mfa',
    factor: 'totp',
    authenticator_id: enrolled.id,
    stamp: expect.stringMatching(/^[\w-]{22}$/),
  })
})

test('a password alone has its own acr, and the time of the sign-in', async () => {
  const { mfa, mallory, clock } = await signedIn()
  const proof = proofOf(await mfa.challenge(mallory))
  const { accessToken } = await mfa.tokens.issue(mallory, proof)
  const { auth_time: authTime, amr, acr, factor } = decodeJwt(accessToken)
  const seconds = Math.floor(clock.now() / 1000)
  expect({ authTime, amr, acr, factor }).toEqual({ authTime: seconds, amr: ['pwd'], acr: 'urn:latchkey:acr:pwd' })
})

describe.each(Object.entries(pairs))('a key pair of %s', (alg, key) => {
  test('signs, and others verify with the published key', async () => {
    const { accessToken, mfa, alice, clock } = await signedIn({ bearer: { keys: [key] } })
    expect(await readToken(mfa, accessToken)).toMatchObject({ user: alice, proof: { factor: 'totp' } })
    const keys = await publishedKeys({ bearer: { keys: [key] } })
    expect(keys).toEqual([expect.objectContaining({ alg, use: 'sig', kid: expect.stringMatching(/^[\w-]{43}$/) })])
    for (const secretPart of ['d', 'p', 'q', 'k']) expect(keys[0]).not.toHaveProperty(secretPart)
    const { payload, protectedHeader } = await jwtVerify(accessToken, createLocalJWKSet({ keys: [...keys] }), {
      ...{ issuer: 'Acme', audience: 'Acme', typ: 'at+jwt', algorithms: [alg] },
      currentDate: new Date(clock.now()),
    })
    expect(payload.sub).toBe('alice')
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: keys[0]?.kid })
  })
})

test('a key pair may be a JWK', async () => {
  const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as Record<string, unknown>
  const { accessToken, mfa } = await signedIn({ bearer: { keys: [jwk] } })
  expect(await mfa.tokens.read(accessToken)).not.toBeNull()
})

test('a new key pair signs, and the one before still opens until it is off the list', async () => {
  const old = await signedIn({ bearer: { keys: [pairs.RS256] } })
  const both = await signedIn({ bearer: { keys: [pairs.ES256, pairs.RS256] } })
  const { mfa } = both
  expect(await mfa.tokens.read(old.accessToken)).not.toBeNull()
  expect(decodeProtectedHeader(both.accessToken).alg).toBe('ES256')
  expect(await publishedKeys({ bearer: { keys: [pairs.ES256, pairs.RS256] } })).toHaveLength(2)
  const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pem).toString()
  for (const key of [pairs.ES256, another]) {
    const without = await signedIn({ bearer: { keys: [key] } })
    expect(await without.mfa.tokens.read(old.accessToken)).toBeNull()
  }
})

test('without a key pair nothing is published', async () => {
  expect(await publishedKeys({})).toEqual([])
})

test('a secret before the first opens what it has signed, and tells of stamps under a key pair too', async () => {
  for (const bearer of [{}, { keys: [pairs.EdDSA] }]) {
    const before = await signedIn({ bearer, secret: otherSecret })
    const after = await signedIn({ bearer, secret: [secret, otherSecret] })
    const never = await signedIn({ bearer, secret })
    expect(await after.mfa.tokens.read(before.accessToken)).not.toBeNull()
    after.users.set('alice', { ...after.alice, stamp: '2' })
    expect(await after.mfa.tokens.read(before.accessToken)).toBeNull()
    expect(await never.mfa.tokens.read(before.accessToken)).toBeNull()
  }
})

describe('forged', () => {
  const forgeries: readonly (readonly [string, Forgery])[] = [
    ['with the key of ephemeral tokens', { key: keysOf().ephemeral }],
    ['with the key of refresh tokens', { key: keysOf().refresh }],
    ['with another secret', { key: keysOf(otherSecret).access }],
    ['with HS512', { header: { alg: 'HS512' } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['of the type of refresh tokens', { header: { typ: 'latchkey-refresh+jwt' } }],
    ['with no kid', { header: { kid: undefined } }],
    ['with a kid with a path', { header: { kid: '../../dev/null' } }],
    ...['iss', 'sub', 'aud', 'exp', 'iat', 'jti', 'sid', 'auth_time', 'amr', 'acr', 'stamp'].map(
      (name): readonly [string, Forgery] => [`without ${name}`, { claims: { [name]: undefined } }],
    ),
    ['for another audience', { claims: { aud: 'another' } }],
    ['of another issuer', { claims: { iss: 'another' } }],
    ['of another user', { claims: { sub: 'mallory' } }],
    ['with auth_time as text', { claims: { auth_time: '1' } }],
    ['with amr as text', { claims: { amr: 'mfa' } }],
    ['with a family that is no text', { claims: { sid: 1 } }],
    ['with a stamp that is no text', { claims: { stamp: 1 } }],
    ['expired', { claims: { exp: 1 } }],
  ]
  const forge = (token: string, forgery: Forgery) => remade(token, keysOf().access, forgery)

  test('by nothing it is taken: so a refusal is of what was changed', async () => {
    const { mfa, accessToken } = await signedIn()
    expect(await mfa.tokens.read(await forge(accessToken, {}))).not.toBeNull()
  })

  test.each(forgeries)('%s', async (_, forgery) => {
    const { mfa, accessToken } = await signedIn()
    expect(await mfa.tokens.read(await forge(accessToken, forgery))).toBeNull()
  })

  test('with a public key as a secret', async () => {
    const { mfa, accessToken } = await signedIn({ bearer: { keys: [pairs.RS256] } })
    const [jwk] = await publishedKeys({ bearer: { keys: [pairs.RS256] } })
    const key = new TextEncoder().encode(JSON.stringify(jwk))
    for (const forged of [
      await forge(accessToken, { header: { alg: 'HS256' }, key }),
      await forge(accessToken, { header: { alg: 'HS256', kid: keysOf().id } }),
    ]) {
      expect(await mfa.tokens.read(forged)).toBeNull()
    }
  })
})
