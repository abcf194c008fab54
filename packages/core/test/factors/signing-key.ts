// A key pair that signs challenges: what a factor needs that can neither be guessed nor passed on. It takes every part of
// the port that a passkey takes, and none of WebAuthn.

import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto'
import {
  asIs,
  defineFactor,
  type Factor,
  type FactorCall,
  type FactorKeys,
  fieldError,
  MfaError,
  optionalText,
  optionalTextOf,
  type Purpose,
} from '../../src/index.ts'

const lifeMs = 300_000

/** What a client sends: the challenge it was given, and its signature; at sign-in the handle of its user as well. */
interface Assertion {
  readonly key: string
  readonly challenge: string
  readonly signature: string
  readonly count: number
  readonly handle?: string
}

/** The public key in SPKI, and how often it has signed. */
type KeyData = { readonly spki: string; readonly count: number; readonly isCloned?: true }
type Pending = { readonly challenge: string }
type Registration = { readonly spki: string; readonly signature: string }

/** What a challenge is bound to. */
interface Binding {
  readonly purpose: Purpose
  readonly userId: string
  readonly tokenId: string | null
}

export function signingKey({ alone = false }: { alone?: boolean } = {}): Factor {
  return defineFactor<KeyData, Assertion, Pending, Registration>({
    type: 'signing_key',
    title: 'Signing key',
    path: 'signing-key',
    amr: ['pop'],
    strength: 'phishing_resistant',
    role: 'primary',
    unguessable: true,
    field: {
      name: 'signing_key',
      schema: { type: 'object' },
      check: (value) => (typeof value === 'object' && value !== null ? null : 'must be an object'),
    },
    parse: parseAssertion,
    check({ answer, authenticators, isSpent, keys, nowMs, ...asked }) {
      const [nonce = '', expiry = ''] = answer.challenge.split('.')
      const binding = { purpose: asked.purpose, userId: asked.userId, tokenId: asked.tokenId }
      if (!isOurs(answer.challenge, binding, keys)) return { ok: false, reason: 'forged_token' }
      if (Number(expiry) <= nowMs) return { ok: false, reason: 'expired_token' }
      if (isSpent(nonce)) return { ok: false, reason: 'replayed' }
      const own = authenticators.find(({ data }) => data.spki === answer.key)
      if (own === undefined || !isSigned(answer, own.data.spki)) return { ok: false, reason: 'wrong' }
      const { id, data } = own
      if (answer.count <= data.count) {
        return {
          ok: false,
          reason: 'x_counter',
          authenticatorId: id,
          changed: new Map([[id, { ...data, isCloned: true }]]),
        }
      }
      const changed = new Map([[id, { ...data, count: answer.count }]])
      return { ok: true, authenticatorId: id, changed, spend: { id: nonce, expiresAt: Number(expiry) } }
    },
    warnings: ({ isCloned }) => (isCloned === true ? ['clonedKey'] : []),
    challenge: {
      schema: { type: 'object', required: ['challenge', 'allowKeys'] },
      create: ({ userId, tokenId, expiresAt, keys, authenticators, randomBytes }) =>
        asIs({
          challenge: makeChallenge({ purpose: 'login', userId, tokenId }, { keys, expiresAt, randomBytes }),
          allowKeys: authenticators.map(({ data }) => data.spki),
        }),
    },
    ...(alone ? { identify } : {}),
    enrollment: {
      limit: 3,
      name: 'Key',
      paths: { begin: 'enroll', confirm: 'enroll' },
      shown: {
        challenge: { type: 'string' },
        handle: { type: 'string' },
        exclude: { type: 'array' },
        begun: { type: 'integer' },
      },
      begin: ({ user, randomBytes, keys, authenticators, state }) => {
        const challenge = Buffer.from(randomBytes(16)).toString('base64url')
        const exclude = authenticators.map(({ data }) => data.spki)
        const begun = Number(state['begun'] ?? 0)
        return { pending: { challenge }, answer: { challenge, handle: handleOf(user.id, keys), exclude, begun } }
      },
      parse: (answer) => (isObject(answer) && isRegistration(answer) ? answer : null),
      confirm({ answer: { spki, signature }, pending: { challenge }, authenticators, state, userId, keys }) {
        if (authenticators.some(({ data }) => data.spki === spki)) return { ok: false, reason: 'duplicate' }
        if (!isSigned({ challenge, signature, count: 0 }, spki)) return { ok: false, reason: 'wrong' }
        const begun = Number(state['begun'] ?? 0) + 1
        return { ok: true, data: { spki, count: 0 }, state: { begun, handle: handleOf(userId, keys) } }
      },
    },
    routes: [
      {
        name: 'signing_key.challenge',
        method: 'POST',
        path: '/mfa/signing-key/challenge',
        access: 'anyone',
        fields: { purpose: optionalText },
        answer: { type: 'object', required: ['challenge'], properties: { challenge: { type: 'string' } } },
        handle: challengeFor,
      },
    ],
  })
}

async function challengeFor(call: FactorCall): Promise<{ challenge: string }> {
  const purpose = optionalTextOf(call.body, 'purpose') ?? 'step_up'
  const make = (binding: Binding) => ({
    challenge: makeChallenge(binding, { ...call, expiresAt: call.nowMs + lifeMs }),
  })
  if (purpose === 'sign_in') return make({ purpose, userId: '', tokenId: null })
  if (purpose !== 'step_up' && purpose !== 'deactivate') throw fieldError('purpose', 'is none of them')
  const signedIn = await call.currentUser()
  if (signedIn === null) throw new MfaError('unauthenticated')
  return make({ purpose, userId: signedIn.user.id, tokenId: null })
}

function parseAssertion(answer: unknown): Assertion | null {
  return isObject(answer) && isAssertion(answer) ? answer : null
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function isAssertion(value: { readonly [Key in keyof Assertion]?: unknown }): value is Assertion {
  const isText = [value.key, value.challenge, value.signature].every((text) => typeof text === 'string')
  return isText && typeof value.count === 'number'
}

function isRegistration(value: { readonly [Key in keyof Registration]?: unknown }): value is Registration {
  return typeof value.spki === 'string' && typeof value.signature === 'string'
}

interface Making {
  readonly keys: FactorKeys
  readonly expiresAt: number
  readonly randomBytes: (size: number) => Uint8Array
}

/** `<nonce>.<expiry>.<tag>`: nothing is stored for it. */
function makeChallenge(binding: Binding, { keys, expiresAt, randomBytes }: Making): string {
  const [key = new Uint8Array()] = keys('challenge')
  const text = `${Buffer.from(randomBytes(16)).toString('base64url')}.${expiresAt}`
  return `${text}.${tagOf(text, binding, key)}`
}

function isOurs(challenge: string, binding: Binding, keys: FactorKeys): boolean {
  const [nonce = '', expiry = '', tag = ''] = challenge.split('.')
  // Whoever signs in alone is not known when the challenge is made.
  const bound = binding.purpose === 'sign_in' ? { ...binding, userId: '' } : binding
  return keys('challenge').some((key) => isSame(tag, tagOf(`${nonce}.${expiry}`, bound, key)))
}

function tagOf(text: string, { purpose, userId, tokenId }: Binding, key: Uint8Array): string {
  return hmac(JSON.stringify([text, purpose, userId, tokenId]), key)
}

function hmac(text: string, key: Uint8Array): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))
}

/** The text that a client signs. */
export function signedText({ challenge, count }: Pick<Assertion, 'challenge' | 'count'>): Buffer {
  return Buffer.from(`${challenge} ${count}`)
}

function isSigned(given: Pick<Assertion, 'challenge' | 'signature' | 'count'>, spki: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' })
    return verify(null, signedText(given), key, Buffer.from(given.signature, 'base64url'))
  } catch {
    return false
  }
}

function handleOf(userId: string, keys: FactorKeys): string {
  const [key = new Uint8Array()] = keys('handle')
  return `${userId}.${hmac(userId, key)}`
}

function identify(answer: unknown, { keys }: { keys: FactorKeys }): string | null {
  const { handle = '' } = parseAssertion(answer) ?? {}
  const at = handle.lastIndexOf('.')
  const [userId, tag] = [handle.slice(0, Math.max(at, 0)), handle.slice(at + 1)]
  return keys('handle').some((key) => isSame(tag, hmac(userId, key))) ? userId : null
}
