// Forged tokens: what was not made and signed by us to the letter is no token, and says nothing of why.

import { expect, test } from 'vitest'
import { emptyRecord } from '../../src/record/record.ts'
import { createWorld, enroll, login, otherSecret, refusal, startMs, type World } from '../world.ts'
import { type Claims, forgeEncrypted, forgeSigned, goodClaims, keysOf } from './forge.ts'

const alice = { id: 'alice', stamp: '1' }
const seconds = startMs / 1000
const good = goodClaims(alice)

/** Alice, whose record has the epoch that the forged tokens name, at the time they were made. */
async function enrolled(): Promise<World> {
  const world = createWorld()
  await enroll(world)
  world.clock.set(startMs)
  return world
}

test('made by hand with the right key and claims, a token is ours: so the rest fails for what is said of it', async () => {
  const { mfa } = await enrolled()
  expect((await refusal(mfa.verify(forgeSigned(good), { code: 'x' }))).code).toBe('invalid_code')
})

const forgeries: readonly (readonly [string, string])[] = [
  ['alg none', forgeSigned(good, { header: { alg: 'none' } })],
  ['alg none without a signature', forgeSigned(good, { header: { alg: 'none' } }).replace(/[^.]*$/, '')],
  ['HS512', forgeSigned(good, { header: { alg: 'HS512' }, hash: 'sha512' })],
  ['HS384', forgeSigned(good, { header: { alg: 'HS384' }, hash: 'sha384' })],
  ['RS256', forgeSigned(good, { header: { alg: 'RS256' } })],
  ['no alg', forgeSigned(good, { header: { alg: undefined } })],
  ['another secret', forgeSigned(good, { keys: keysOf(otherSecret) })],
  [
    'another secret and its name',
    forgeSigned(good, { keys: keysOf(otherSecret), header: { kid: keysOf(otherSecret).id } }),
  ],
  ['the key of another purpose', forgeSigned(good, { keys: { ...keysOf(), ephemeral: keysOf().activation } })],
  ['no kid', forgeSigned(good, { header: { kid: undefined } })],
  ['a kid with a path', forgeSigned(good, { header: { kid: '../../../../dev/null' } })],
  ['a kid that all objects have', forgeSigned(good, { header: { kid: '__proto__' } })],
  ['a kid that is no text', forgeSigned(good, { header: { kid: [keysOf().id] } })],
  ['a key of its own', forgeSigned(good, { header: { jwk: { kty: 'oct', k: 'AAAA' } }, keys: keysOf(otherSecret) })],
  ['the type of the other kind', forgeSigned(good, { header: { typ: 'latchkey-activation+jwt' } })],
  ['the type of any token', forgeSigned(good, { header: { typ: 'JWT' } })],
  ['no type', forgeSigned(good, { header: { typ: undefined } })],
  ['an unknown crit', forgeSigned(good, { header: { crit: ['x'], x: 1 } })],
  ['an unencoded payload', forgeSigned(good, { header: { crit: ['b64'], b64: false } })],
  ['claims that are a list', forgeSigned([good] as unknown as Claims)],
  ['claims that are null', forgeSigned(null as unknown as Claims)],
  ...Object.keys(good).map((name) => [`no ${name}`, forgeSigned({ ...good, [name]: undefined })] as const),
  ['exp as text', forgeSigned({ ...good, exp: String(seconds + 300) })],
  ['nbf as text', forgeSigned({ ...good, nbf: 'now' })],
  ['not yet valid', forgeSigned({ ...good, nbf: seconds + 1 })],
  ['another issuer', forgeSigned({ ...good, iss: 'Evil' })],
  ['an epoch as text', forgeSigned({ ...good, epoch: '1' })],
  ['an epoch in between', forgeSigned({ ...good, epoch: 1.5 })],
  ['a stamp that is no text', forgeSigned({ ...good, stamp: 1 })],
  ['a stamp cut short', forgeSigned({ ...good, stamp: String(good['stamp']).slice(0, -1) })],
  ['the stamp of another user', forgeSigned(goodClaims({ id: 'mallory', stamp: '1' }, { sub: 'alice' }))],
  ['the stamp of an older password', forgeSigned(goodClaims({ ...alice, stamp: '0' }))],
  ['a subject that is gone', forgeSigned(goodClaims({ id: 'nobody' }))],
  ['a subject that is no text', forgeSigned({ ...good, sub: 7 })],
  ['an older epoch', forgeSigned({ ...good, epoch: 0 })],
  ['a newer epoch', forgeSigned({ ...good, epoch: 2 })],
]

test.each(forgeries)('%s', async (_, token) => {
  const { mfa, events, rows } = await enrolled()
  const before = await rows.get('alice')
  const error = await refusal(mfa.verify(token, { code: '000000' }))
  expect(error).toMatchObject({ code: 'invalid_token', message: 'The token is not valid' })
  expect(events.at(-1)).toMatchObject({ type: 'verify', result: 'failure' })
  expect(events.at(-1)?.reason).toMatch(/^(forged_token|malformed_token|wrong_purpose|old_stamp|old_epoch|user_gone)$/)
  expect(await rows.get('alice')).toEqual(before)
})

test('a token longer than any of ours is not even read', async () => {
  const { mfa, events } = await enrolled()
  const padded = (length: number) => forgeSigned({ ...good, padding: 'x'.repeat(length) })
  let length = 8000
  while (padded(length + 1).length <= 12_288) length += 1
  expect((await refusal(mfa.verify(padded(length), { code: 'x' }))).code).toBe('invalid_code')
  expect((await refusal(mfa.verify(padded(length + 1), { code: 'x' }))).code).toBe('invalid_token')
  expect(events.at(-1)?.reason).toBe('malformed_token')
})

test('an encrypted token lacks nothing: factor, pending and all claims', async () => {
  const { mfa, users, clock } = createWorld()
  const claims = goodClaims(alice, { epoch: emptyRecord.epoch })
  const enrollment = {
    factor: 'totp',
    pending: { secret: 'JBSWY3DPEHPK3PXP', digits: 6, period: 30, algorithm: 'SHA1' },
  }
  const user = users.get('alice') ?? { id: '', name: '' }
  const outcome = async (changes: Claims, forge = {}) => {
    const activationToken = await forgeEncrypted({ ...claims, ...enrollment, ...changes }, forge)
    const error = await refusal(mfa.confirm('totp', user, { activationToken, code: '000000' }))
    return error.code
  }
  clock.set(startMs)
  expect(await outcome({})).toBe('invalid_code')
  for (const name of ['factor', 'pending', 'sub', 'jti', 'iat', 'exp', 'epoch', 'stamp', 'iss']) {
    expect([name, await outcome({ [name]: undefined })]).toEqual([name, 'invalid_token'])
  }
  expect(await outcome({ exp: seconds - 1 })).toBe('invalid_token')
  expect(await outcome({ factor: 'recovery_code' })).toBe('invalid_token')
  expect(await outcome({}, { keys: keysOf(otherSecret) })).toBe('invalid_token')
  expect(await outcome({}, { keys: { ...keysOf(), activation: keysOf().ephemeral } })).toBe('invalid_token')
  expect(await outcome({}, { header: { typ: 'latchkey-ephemeral+jwt' } })).toBe('invalid_token')
  expect(await outcome({}, { header: { kid: 'other' } })).toBe('invalid_token')
})

test('no character of a token can change, go or be added', async () => {
  const world = createWorld()
  const { mfa, alice: user } = world
  await enroll(world)
  const ephemeral = await login(world)
  const { activationToken: activation } = await mfa.begin('totp', user, { provedAt: world.clock.now() })
  const places = [
    { token: ephemeral, open: (token: string) => mfa.verify(token, { code: 'x' }) },
    { token: activation, open: (token: string) => mfa.confirm('totp', user, { activationToken: token, code: 'x' }) },
  ]
  for (const { token, open } of places) {
    expect((await refusal(open(token))).code).toBe('invalid_code')
    for (const changed of changesOf(token))
      expect([changed, (await refusal(open(changed))).code]).toEqual([changed, 'invalid_token'])
  }
})

/** The token with one bit of one character flipped, for every character, and with something in front and behind. */
function changesOf(token: string): readonly string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const flipped = [...token].flatMap((character, at) => {
    const value = alphabet.indexOf(character)
    const bits = value === -1 ? [] : [1, 2, 4, 8, 16, 32]
    // Every bit of the last characters, where some are unused; one bit of each of the others.
    const some = /^[\w-]{0,2}(\.|$)/.test(token.slice(at)) ? bits : bits.slice(0, 1)
    return some.map((bit) => token.slice(0, at) + alphabet[value ^ bit] + token.slice(at + 1))
  })
  const added = [' ', '\n', '\t', '=', '==', '.', '\0', '\u00a0'].flatMap((text) => [token + text, text + token])
  return [...flipped, ...added, token.slice(0, -1), token.replaceAll('.', ' .'), token.replaceAll('_', '/')].filter(
    (other) => other !== token,
  )
}
