// How long a token lives, what ends it early, and what outlives a change of the secret.

import { describe, expect, test } from 'vitest'
import { createMfa } from '../../src/index.ts'
import { createWorld, enroll, login, otherSecret, refusal, secret, startMs, type World } from '../world.ts'

/** What opening the token comes to: the code itself is never right. */
async function outcome(world: World, token: string): Promise<string> {
  return (await refusal(world.mfa.verify(token, { code: 'x' }))).code
}

test('an ephemeral token dies after 300 s, to the second', async () => {
  const world = createWorld()
  await enroll(world)
  const token = await login(world)
  world.clock.advance(299.999)
  expect(await outcome(world, token)).toBe('invalid_code')
  world.clock.advance(0.001)
  expect(await outcome(world, token)).toBe('invalid_token')
  expect(world.events.at(-1)).toMatchObject({ reason: 'expired_token', userId: null })
})

test('an activation token dies after 600 s', async () => {
  const { mfa, clock, alice, events } = createWorld()
  const { activationToken, expiresIn } = await mfa.begin('totp', alice)
  expect(expiresIn).toBe(600)
  const confirm = () => refusal(mfa.confirm('totp', alice, { activationToken, code: 'x' }))
  clock.advance(599.999)
  expect((await confirm()).code).toBe('invalid_code')
  clock.advance(0.001)
  expect((await confirm()).code).toBe('invalid_token')
  expect(events.at(-1)).toMatchObject({ type: 'confirm', userId: 'alice', factor: 'totp', reason: 'expired_token' })
})

test('the options set both', async () => {
  const world = createWorld({ ephemeralTokenSeconds: 30, activationTokenSeconds: 60 })
  await enroll(world)
  expect(await world.mfa.challenge(world.alice)).toMatchObject({ expiresIn: 30 })
  const token = await login(world)
  world.clock.advance(30)
  expect(await outcome(world, token)).toBe('invalid_token')
  expect(await world.mfa.begin('totp', world.mallory)).toMatchObject({ expiresIn: 60 })
})

describe('a challenge ends with', () => {
  const ends: readonly (readonly [string, string, (world: World, token: string) => Promise<unknown>])[] = [
    ['a revocation', 'old_epoch', ({ mfa }) => mfa.revokeTokens('alice')],
    ['a reset', 'old_epoch', ({ mfa }) => mfa.reset('alice')],
    ['an erasure', 'old_epoch', ({ mfa }) => mfa.erase('alice')],
    ['the account', 'user_gone', async ({ users }) => users.delete('alice')],
    ['the password', 'old_stamp', async ({ users, alice }) => users.set('alice', { ...alice, stamp: '2' })],
    ['the stamp', 'old_stamp', async ({ users }) => users.set('alice', { id: 'alice', name: 'a' })],
    ['another user in its place', 'old_stamp', async ({ users, mallory }) => users.set('alice', mallory)],
  ]
  test.each(ends)('%s', async (_, reason, end) => {
    const world = createWorld()
    await enroll(world)
    const token = await login(world)
    await end(world, token)
    expect(await outcome(world, token)).toBe('invalid_token')
    expect(world.events.at(-1)).toMatchObject({ type: 'verify', result: 'failure', userId: 'alice', reason })
  })

  test('its success, even for another code', async () => {
    const world = createWorld()
    const { app, codes } = await enroll(world)
    const token = await login(world)
    await world.mfa.verify(token, { code: app.code(world.clock.now()) })
    await expect(world.mfa.verify(token, { code: codes[0] })).rejects.toMatchObject({ code: 'invalid_token' })
    expect(world.events.at(-1)?.reason).toBe('spent_token')
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 10 })
  })

  test('an added and a removed authenticator', async () => {
    const world = createWorld()
    const { proof } = await enroll(world)
    const before = await login(world)
    const { id } = await enroll(world, world.alice, proof.provedAt)
    expect(await outcome(world, before)).toBe('invalid_token')
    const between = await login(world)
    await world.mfa.removeAuthenticator('alice', id, { provedAt: proof.provedAt })
    expect(await outcome(world, between)).toBe('invalid_token')
  })
})

test.each([
  ['the password', 'old_stamp', async ({ mfa, alice }: World) => ({ mfa, user: { ...alice, stamp: '2' } })],
  [
    'a revocation',
    'old_epoch',
    async ({ mfa, alice }: World) => mfa.revokeTokens('alice').then(() => ({ mfa, user: alice })),
  ],
])('an enrollment ends with %s', async (_, reason, end) => {
  const world = createWorld()
  const { activationToken } = await world.mfa.begin('totp', world.alice)
  const { mfa, user } = await end(world)
  expect((await refusal(mfa.confirm('totp', user, { activationToken, code: '000000' }))).code).toBe('invalid_token')
  expect(world.events.at(-1)).toMatchObject({ type: 'confirm', userId: 'alice', factor: 'totp', reason })
})

test('what has ended stays ended, whatever follows: an epoch never comes back', async () => {
  const world = createWorld({ stepUpSeconds: false })
  const { mfa, alice } = world
  await enroll(world)
  const { id } = await enroll(world)
  const tokens = [await login(world)]
  const steps = [
    () => mfa.revokeTokens('alice'),
    () => enroll(world),
    () => mfa.removeAuthenticator('alice', id),
    () => enroll(world),
    () => mfa.revokeTokens('alice'),
    () => mfa.import('alice', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }),
    () => mfa.reset('alice'),
    () => enroll(world, alice),
  ]
  for (const step of steps) {
    await step()
    world.clock.set(startMs)
    for (const token of tokens) expect(await outcome(world, token)).toBe('invalid_token')
    if ((await mfa.status('alice')).mfaEnabled) tokens.push(await login(world))
  }
})

test('a challenge outlives a wrong code, a rename, new recovery codes and a login elsewhere', async () => {
  const world = createWorld()
  const { app, id, proof } = await enroll(world)
  const token = await login(world)
  await refusal(world.mfa.verify(token, { code: app.wrongCode(world.clock.now()) }))
  await world.mfa.renameAuthenticator('alice', id, { name: 'Phone' })
  await world.mfa.regenerateRecoveryCodes('alice', { provedAt: proof.provedAt })
  await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  await expect(world.mfa.verify(token, { code: app.nextCode(world.clock.now()) })).resolves.toMatchObject({
    user: world.alice,
  })
})

test('spent tokens are forgotten only when they have expired', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const token = await login(world)
  await world.mfa.verify(token, { code: app.nextCode(world.clock.now()) })
  world.clock.advance(299.999)
  await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  expect(await outcome(world, token)).toBe('invalid_token')
  expect(world.events.at(-1)?.reason).toBe('spent_token')
})

describe('a change of the secret', () => {
  async function twoSecrets(): Promise<{ world: World; token: string; activationToken: string }> {
    const world = createWorld()
    await enroll(world)
    const token = await login(world)
    const { activationToken } = await world.mfa.begin('totp', world.mallory)
    return { world, token, activationToken }
  }

  test.each([
    ['leaves tokens of a listed one alive', [otherSecret, secret], 'invalid_code'],
    ['ends those of one that is listed no more', [otherSecret], 'invalid_token'],
  ])('%s', async (_, secrets, expected) => {
    const { world, token, activationToken } = await twoSecrets()
    const { storage, clock, users } = world
    const findUser = (id: string) => users.get(id) ?? null
    const mfa = createMfa({ secret: secrets, issuer: 'Acme', storage, findUser, now: clock.now })
    expect((await refusal(mfa.verify(token, { code: 'x' }))).code).toBe(expected)
    const confirmed = mfa.confirm('totp', world.mallory, { activationToken, code: 'x' })
    expect((await refusal(confirmed)).code).toBe(expected)
  })
})

test('a token names the user and nothing of the stamp, and an activation token shows nothing at all', async () => {
  const stamp = 'password-hash-of-alice'
  const world = createWorld()
  world.users.set('alice', { ...world.alice, stamp })
  const alice = { ...world.alice, stamp }
  await enroll(world, alice)
  const token = await login(world, alice)
  const [header, payload] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  expect(`${header}${payload}`).toContain('"sub":"alice"')
  expect(`${header}${payload}`).not.toContain(stamp)
  const begun = await world.mfa.begin('totp', world.mallory)
  const readable = begun.activationToken
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('latin1'))
    .join()
  for (const hidden of ['mallory', begun.secret, 'otpauth']) expect(readable).not.toContain(hidden)
})

test('no two tokens are alike', async () => {
  const world = createWorld()
  await enroll(world)
  const tokens = await Promise.all(Array.from({ length: 50 }, () => login(world)))
  expect(new Set(tokens).size).toBe(50)
})
