import { randomBytes } from 'node:crypto'
import { CompactEncrypt, CompactSign, compactDecrypt, decodeJwt, decodeProtectedHeader, generateKeyPair } from 'jose'
import { deriveKeys, type KeySet } from '../../packages/core/src/sealing/keys.ts'
import { secret } from './accounts.ts'

/** A header, claims and key of a token; each forgery differs from a genuine one in a single thing. */
interface Made {
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
  readonly key: Uint8Array
}

/** A token nobody should take, by what is wrong with it. */
export type Forgeries = Readonly<Record<string, string>>

const keys = deriveKeys([secret])[0] as KeySet
const stranger = deriveKeys(['a secret of somebody else, quite long enough'])[0] as KeySet

/** What is wrong with a token's claims, though it was made with the app's own key. */
const badClaims: Readonly<Record<string, object>> = {
  'expired long ago': { exp: 1 },
  'no exp': { exp: undefined },
  'exp as text': { exp: '9999999999' },
  'exp null': { exp: null },
  'not yet valid': { nbf: 9_999_999_999 },
  'another issuer': { iss: 'Another' },
  'no issuer': { iss: undefined },
  'no subject': { sub: undefined },
  'no id': { jti: undefined },
  'no time of issue': { iat: undefined },
  'no epoch': { epoch: undefined },
  'epoch as text': { epoch: '1' },
  'no stamp': { stamp: undefined },
  'stamp null': { stamp: null },
  'another stamp': { stamp: 'AAAAAAAAAAAAAAAAAAAAAA' },
}

const badHeaders: Readonly<Record<string, object>> = {
  'no type': { typ: undefined },
  'type JWT': { typ: 'JWT' },
  'another kid': { kid: stranger.id },
  'no kid': { kid: undefined },
  'kid with a path': { kid: '../../../../dev/null' },
  'kid of a prototype': { kid: '__proto__' },
  'kid as a URL': { kid: 'https://evil.example/keys' },
  'crit unknown': { crit: ['later'], later: true },
}

/** A token made again of its own parts: what shows that a forgery fails for its one fault alone. */
export async function remadeEphemeral(token: string): Promise<string> {
  return signed(madeFrom(token))
}

/** Ephemeral tokens nobody should take, made from a genuine one. */
export async function forgedEphemeral(token: string): Promise<Forgeries> {
  const made = madeFrom(token)
  const [head = '', body = '', signature = ''] = token.split('.')
  const none = encode({ ...made.header, alg: 'none' })
  const variants = await variantsOf(made, signed)
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey as never)) }
  const own = new CompactSign(Buffer.from(JSON.stringify(made.claims)))
  return {
    ...variants,
    'type of the other kind': await signed({ ...made, header: { ...made.header, typ: 'latchkey-activation+jwt' } }),
    'alg none': `${none}.${body}.`,
    'alg none with a signature': `${none}.${body}.${signature}`,
    'alg HS512': await signed({ ...made, header: { ...made.header, alg: 'HS512' }, key: doubled(made.key) }),
    'alg HS512 with a short key': unsafeAlg(head, body, signature),
    'alg ES256 with a key in the header': await own
      .setProtectedHeader({ ...(made.header as { kid: string }), alg: 'ES256', jwk: jwk as never })
      .sign(privateKey),
    'signed with the key of activation tokens': await signed({ ...made, key: keys.activation }),
    'not signed': `${head}.${body}.`,
    'without its signature': `${head}.${body}`,
    'claims of another': `${head}.${encode({ ...made.claims, sub: 'mallory' })}.${signature}`,
    ...spellingsOf(token),
  }
}

/** Activation tokens nobody should take, made from a genuine one. */
export async function forgedActivation(token: string): Promise<Forgeries> {
  const { plaintext } = await compactDecrypt(token, keys.activation)
  const claims = JSON.parse(Buffer.from(plaintext).toString()) as Record<string, unknown>
  const made: Made = { header: { ...decodeProtectedHeader(token) }, claims, key: keys.activation }
  const parts = token.split('.')
  return {
    ...(await variantsOf(made, encrypted)),
    'type of the other kind': await encrypted({ ...made, header: { ...made.header, typ: 'latchkey-ephemeral+jwt' } }),
    'another algorithm': await encrypted({ ...made, header: { ...made.header, alg: 'A256GCMKW' } }),
    'another cipher': await encrypted({
      ...made,
      header: { ...made.header, enc: 'A256CBC-HS512' },
      key: doubled(made.key),
    }),
    'encrypted with the key of ephemeral tokens': await encrypted({ ...made, key: keys.ephemeral }),
    'another factor': await encrypted({ ...made, claims: { ...claims, factor: 'recovery_code' } }),
    'no factor': await encrypted({ ...made, claims: { ...claims, factor: undefined } }),
    'nothing pending': await encrypted({ ...made, claims: { ...claims, pending: undefined } }),
    'without its tag': [...parts.slice(0, 4), ''].join('.'),
    ...spellingsOf(token),
  }
}

function madeFrom(token: string): Made {
  return { header: { ...decodeProtectedHeader(token) }, claims: { ...decodeJwt(token) }, key: keys.ephemeral }
}

async function variantsOf(made: Made, make: (made: Made) => Promise<string>): Promise<Record<string, string>> {
  const made2 = [
    ...Object.entries(badClaims).map(
      ([name, claims]) => [name, { ...made, claims: { ...made.claims, ...claims } }] as const,
    ),
    ...Object.entries(badHeaders).map(
      ([name, header]) => [name, { ...made, header: { ...made.header, ...header } }] as const,
    ),
    [
      'the key of another secret',
      { ...made, key: made.key === keys.ephemeral ? stranger.ephemeral : stranger.activation },
    ] as const,
    ['a random key', { ...made, key: new Uint8Array(randomBytes(32)) }] as const,
  ]
  return Object.fromEntries(await Promise.all(made2.map(async ([name, one]) => [name, await make(one)] as const)))
}

/** The same token in letters that a decoder would forgive. */
function spellingsOf(token: string): Record<string, string> {
  const last = token.at(-1) as string
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const same = [...alphabet].find((letter) => {
    const other = token.slice(0, -1) + letter
    return letter !== last && bytesOf(other).equals(bytesOf(token))
  })
  return {
    'a space behind it': `${token} `,
    'a line end behind it': `${token}\n`,
    'a space in front': ` ${token}`,
    padding: `${token}=`,
    'a dot behind it': `${token}.`,
    'plain base64': token
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .replace(/\.(?=[^.]*$)/, '.+'),
    ...(same === undefined ? {} : { 'other unused bits': token.slice(0, -1) + same }),
  }
}

function bytesOf(token: string): Buffer {
  return Buffer.from(token.split('.').at(-1) as string, 'base64url')
}

function signed({ header, claims, key }: Made): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(defined(header) as { alg: string })
    .sign(key, { crit: { later: true } })
}

function encrypted({ header, claims, key }: Made): Promise<string> {
  return new CompactEncrypt(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader(defined(header) as { alg: string; enc: string })
    .encrypt(key, { crit: { later: true } })
}

function unsafeAlg(head: string, body: string, signature: string): string {
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as object
  return `${encode({ ...header, alg: 'HS512' })}.${body}.${signature}`
}

function defined(header: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(header).filter(([, value]) => value !== undefined))
}

function doubled(key: Uint8Array): Uint8Array {
  return Buffer.concat([key, key])
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
