/**
 * The threat: a refresh token that was copied. Each is good once; one that comes again ends all that came of its sign-in,
 * for nobody can tell the thief from the user. And no token outlives its user, the password, a revocation or a reset.
 */

import { describe, expect, test } from 'vitest'
import type { TokenSet } from '../../../src/index.ts'
import { type BearerWorld, bearerWorld, readToken } from '../../bearer-world.ts'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, proofOf, refusal } from '../../world.ts'

async function refused(world: BearerWorld, refreshToken: string): Promise<unknown> {
  const error = await refusal(world.mfa.tokens.refresh(refreshToken))
  expect(error).toMatchObject({ code: 'invalid_token', status: 400, message: 'The token is not valid' })
  expect(world.events.at(-1)).toMatchObject({ type: 'refresh', result: 'failure' })
  return world.events.at(-1)?.reason
}

test('signing in gives an access token for fifteen minutes and a refresh token for thirty days', async () => {
  const world = await bearerWorld()
  const { mfa, clock, events, alice } = world
  const { accessToken, refreshToken, tokenType, expiresIn, proof } = await world.signIn()
  expect({ tokenType, expiresIn }).toEqual({ tokenType: 'bearer', expiresIn: 900 })
  expect(events.at(-1)).toMatchObject({ type: 'issue', result: 'success', userId: 'alice' })
  const provedAt = Math.floor((proof.provedAt ?? 0) / 1000) * 1000
  expect(await readToken(mfa, accessToken)).toEqual({
    user: alice,
    session: expect.stringMatching(/^[\w-]{16}$/),
    proof: {
      ...{ userId: 'alice', factor: 'totp', authenticatorId: world.enrolled.id, strength: 'possession' },
      ...{ amr: ['pwd', 'otp', 'mfa'], provedAt },
    },
  })
  clock.advance(899.999)
  expect(await mfa.tokens.read(accessToken)).not.toBeNull()
  clock.advance(0.001)
  expect(await mfa.tokens.read(accessToken)).toBeNull()
  clock.advance(2_592_000 - 900.001)
  const next = await mfa.tokens.refresh(refreshToken)
  clock.advance(0.001)
  expect(await refused(world, next.refreshToken)).toBe('expired_token')
})

test('a password alone signs in without a fresh proof', async () => {
  const { mfa, mallory } = createWorld()
  const proof = proofOf(await mfa.challenge(mallory))
  const { accessToken } = await mfa.tokens.issue(mallory, proof)
  expect(await readToken(mfa, accessToken)).toMatchObject({
    user: mallory,
    proof: { provedAt: null, factor: null, authenticatorId: null, strength: null, amr: ['pwd'] },
  })
})

test('each refresh token buys the next, which tells of the same sign-in', async () => {
  const world = await bearerWorld()
  const { mfa, clock } = world
  const first = await world.signIn()
  const signedIn = await readToken(mfa, first.accessToken)
  let { refreshToken } = first
  for (let round = 0; round < 5; round += 1) {
    clock.advance(900)
    const next = await mfa.tokens.refresh(refreshToken, { requestId: 'r1' })
    expect(world.events.at(-1)).toMatchObject({ type: 'refresh', result: 'success', userId: 'alice', requestId: 'r1' })
    expect(next.refreshToken).not.toBe(refreshToken)
    expect(await readToken(mfa, next.accessToken)).toEqual(signedIn)
    ;({ refreshToken } = next)
  }
})

test('a refresh token used twice ends its whole family, and no other', async () => {
  const world = await bearerWorld()
  const { mfa } = world
  const [stolen, other] = [await world.signIn(), await world.signIn()]
  const second = await mfa.tokens.refresh(stolen.refreshToken)
  const third = await mfa.tokens.refresh(second.refreshToken)
  expect(await refused(world, stolen.refreshToken)).toBe('reused_token')
  expect(world.events.at(-1)).toMatchObject({ userId: 'alice' })
  for (const { refreshToken } of [stolen, second, third])
    expect(await refused(world, refreshToken)).toBe('ended_family')
  await expect(mfa.tokens.refresh(other.refreshToken)).resolves.toMatchObject({ tokenType: 'bearer' })
})

test('eight at one instant: one gets tokens, and they are worth nothing', async () => {
  const world = await bearerWorld()
  const { refreshToken } = await world.signIn()
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => world.mfa.tokens.refresh(refreshToken)))
  const [won, ...more] = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  expect(more).toEqual([])
  expect(await refused(world, won?.refreshToken ?? '')).toBe('ended_family')
})

test('of eleven sign-ins the one longest without use ends', async () => {
  const world = await bearerWorld()
  const signIns: TokenSet[] = []
  for (let round = 0; round < 10; round += 1) signIns.push(await world.signIn())
  const [oldest, idle, ...rest] = signIns
  if (oldest === undefined || idle === undefined) throw new Error('ten of them')
  world.clock.advance(60)
  const used = await world.mfa.tokens.refresh(oldest.refreshToken)
  const newest = await world.signIn()
  expect(await refused(world, idle.refreshToken)).toBe('ended_family')
  for (const { refreshToken } of [used, ...rest, newest]) await world.mfa.tokens.refresh(refreshToken)
})

test('sign-ins that have expired are forgotten', async () => {
  const world = await bearerWorld({ bearer: { refreshTokenSeconds: 3600, families: 2 } })
  const first = (await world.rows.get('alice'))?.sealed.length ?? 0
  for (let round = 0; round < 5; round += 1) {
    await world.signIn()
    world.clock.advance(3600)
  }
  await world.prove()
  const now = (await world.rows.get('alice'))?.sealed.length ?? 0
  expect(now).toBeLessThan(first + 100)
})

describe('a family ends with', () => {
  const ends: readonly (readonly [string, string, (world: BearerWorld) => unknown])[] = [
    ['a revocation', 'ended_family', ({ mfa }) => mfa.revokeTokens('alice')],
    ['a reset', 'ended_family', ({ mfa }) => mfa.reset('alice')],
    ['an erasure', 'ended_family', ({ mfa }) => mfa.erase('alice')],
    ['the account', 'user_gone', ({ users }) => users.delete('alice')],
    ['the password', 'old_stamp', ({ users, alice }) => users.set('alice', { ...alice, stamp: '2' })],
    ['another user in its place', 'old_stamp', ({ users, mallory }) => users.set('alice', mallory)],
  ]
  test.each(ends)('%s', async (_, reason, end) => {
    const world = await bearerWorld()
    const { refreshToken } = await world.signIn()
    await end(world)
    expect(await refused(world, refreshToken)).toBe(reason)
  })

  test('its own refresh token, an earlier one as well; a token that is no good is no error', async () => {
    const world = await bearerWorld()
    const { mfa, events } = world
    const [one, other] = [await world.signIn(), await world.signIn()]
    await mfa.tokens.revoke(one.refreshToken)
    expect(events.at(-1)).toMatchObject({ type: 'revoke', result: 'success', userId: 'alice' })
    expect(await refused(world, one.refreshToken)).toBe('ended_family')
    const next = await mfa.tokens.refresh(other.refreshToken)
    await mfa.tokens.revoke(other.refreshToken)
    expect(await refused(world, next.refreshToken)).toBe('ended_family')
    const before = await world.rows.get('alice')
    for (const token of [one.refreshToken, one.accessToken, 'a.b.c', '', 42]) await mfa.tokens.revoke(token as string)
    expect(events.at(-1)).toMatchObject({ type: 'revoke', result: 'failure', reason: 'malformed_token', userId: null })
    expect(await world.rows.get('alice')).toEqual(before)
  })
})

describe('an access token ends at once with', () => {
  test.each<[string, (world: BearerWorld) => unknown]>([
    ['the account', ({ users }) => users.delete('alice')],
    ['the password', ({ users, alice }) => users.set('alice', { ...alice, stamp: '2' })],
    ['another user in its place', ({ users, mallory }) => users.set('alice', mallory)],
    ['another user of the same stamp', ({ users, alice }) => users.set('alice', { ...alice, id: 'bob' })],
  ])('%s', async (_, end) => {
    const world = await bearerWorld()
    const { accessToken } = await world.signIn()
    await end(world)
    expect(await world.mfa.tokens.read(accessToken)).toBeNull()
  })
})

test('another authenticator, and the loss of all, end no sign-in', async () => {
  const world = await bearerWorld()
  const { mfa, alice, enrolled } = world
  const { refreshToken, proof } = await world.signIn()
  await mfa.removeAuthenticator('alice', enrolled.id, { provedAt: proof.provedAt })
  expect(await mfa.challenge(alice)).toHaveProperty('proof')
  await expect(mfa.tokens.refresh(refreshToken)).resolves.toHaveProperty('accessToken')
})

describe('a fresh proof', () => {
  test('gives a new access token that tells of it, and so do those that are refreshed', async () => {
    const world = await bearerWorld()
    const { mfa, clock } = world
    const { accessToken, refreshToken } = await world.signIn()
    clock.advance(600)
    const proof = await world.prove()
    const renewed = await mfa.tokens.renew(accessToken, proof, { requestId: 'r1' })
    expect(renewed).toEqual({ accessToken: expect.any(String), tokenType: 'bearer', expiresIn: 900 })
    expect(world.events.at(-1)).toMatchObject({ type: 'issue', result: 'success', userId: 'alice', requestId: 'r1' })
    expect(await readToken(mfa, renewed.accessToken)).toMatchObject({ proof: { provedAt: proof.provedAt } })
    const refreshed = await mfa.tokens.refresh(refreshToken)
    expect(await readToken(mfa, refreshed.accessToken)).toMatchObject({ proof: { provedAt: proof.provedAt } })
  })

  test('of another user, or on a family that has ended, gives none', async () => {
    const world = await bearerWorld()
    const { mfa, mallory } = world
    const { accessToken, refreshToken } = await world.signIn()
    const proof = await world.prove()
    const foreign = proofOf(await mfa.challenge(mallory))
    if (foreign === undefined) throw new Error('mallory has no second factor')
    await expect(mfa.tokens.renew(accessToken, foreign)).rejects.toThrow('the proof is of another user')
    await expect(mfa.tokens.issue(world.alice, foreign)).rejects.toThrow('the proof is of another user')
    await mfa.tokens.revoke(refreshToken)
    expect((await refusal(mfa.tokens.renew(accessToken, proof))).code).toBe('unauthenticated')
    expect(world.events.at(-1)).toMatchObject({ type: 'issue', reason: 'ended_family', userId: 'alice' })
    for (const token of [refreshToken, 'a.b.c']) {
      expect((await refusal(mfa.tokens.renew(token, proof))).code).toBe('invalid_token')
    }
  })
})

test('a storage that fails gives no token, and takes none', async () => {
  const world = await bearerWorld()
  const { mfa, storage, alice } = world
  const { refreshToken, proof } = await world.signIn()
  for (const call of [() => mfa.tokens.issue(alice, proof), () => mfa.tokens.refresh(refreshToken)]) {
    storage.inject('put', 'throw_before')
    expect((await refusal(call())).code).toBe('storage_unavailable')
  }
  await expect(mfa.tokens.refresh(refreshToken)).resolves.toHaveProperty('refreshToken')
})

test("a factor that is no longer configured counts as the user's possession", async () => {
  const before = await bearerWorld({ factors: [fixedPhrase('correct horse')] })
  const { activationToken } = await before.mfa.begin('phrase', before.alice, { provedAt: before.clock.now() })
  const { proof } = await before.mfa.confirm('phrase', before.alice, { activationToken, phrase: 'correct horse' })
  const { accessToken } = await before.mfa.tokens.issue(before.alice, proof)
  const after = createWorld({ storage: before.rows })
  expect(await readToken(after.mfa, accessToken)).toMatchObject({ proof: { factor: 'phrase', strength: 'possession' } })
})
