// The operator's ways: reset keeps old tokens dead, erase forgets everything, revoke ends what is in flight.

import { describe, expect, test } from 'vitest'
import { createWorld, enroll, login, refusal } from '../../world.ts'

describe('reset', () => {
  test('removes every factor, count and code, and the user can enroll anew', async () => {
    const world = createWorld({ attempts: { waitAfter: 1, suspendAfter: 1 } })
    const { app, codes } = await enroll(world)
    await refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
    await expect(world.mfa.reset('alice')).resolves.toBeUndefined()
    await expect(world.mfa.challenge(world.alice)).resolves.toMatchObject({ proof: { amr: ['pwd'] } })
    const again = await enroll(world)
    expect(again.codes).not.toEqual(codes)
    await expect(world.mfa.stepUp(world.alice, { code: again.app.code(world.clock.now()) })).resolves.toBeDefined()
  })

  test('leaves a record of a higher epoch, so that no token comes back to life', async () => {
    const world = createWorld()
    await enroll(world)
    const token = await login(world)
    const begun = await world.mfa.begin('totp', world.alice, { provedAt: world.clock.now() })
    await world.mfa.reset('alice')
    expect(await world.rows.get('alice')).toMatchObject({ enabled: false })
    const { codes } = await enroll(world)
    expect((await refusal(world.mfa.verify(token, { code: codes[0] }))).code).toBe('invalid_token')
    expect((await refusal(world.mfa.confirm('totp', world.alice, { ...begun, code: '000000' }))).code).toBe(
      'invalid_token',
    )
  })

  test('of somebody who has nothing ends what was begun', async () => {
    const { mfa, alice } = createWorld()
    const begun = await mfa.begin('totp', alice)
    await mfa.reset('alice')
    expect((await refusal(mfa.confirm('totp', alice, { ...begun, code: '000000' }))).code).toBe('invalid_token')
  })
})

describe('revoking tokens', () => {
  test('ends challenges and enrollments, and leaves the factors', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const token = await login(world)
    const begun = await world.mfa.begin('totp', world.alice, { provedAt: world.clock.now() })
    await expect(world.mfa.revokeTokens('alice')).resolves.toBeUndefined()
    expect((await refusal(world.mfa.verify(token, { code: app.code(world.clock.now()) }))).code).toBe('invalid_token')
    expect((await refusal(world.mfa.confirm('totp', world.alice, { ...begun, code: '000000' }))).code).toBe(
      'invalid_token',
    )
    await expect(world.mfa.verify(await login(world), { code: app.code(world.clock.now()) })).resolves.toBeDefined()
  })

  test('of one user leaves those of another', async () => {
    const world = createWorld()
    await enroll(world)
    const { app } = await enroll(world, world.mallory)
    const token = await login(world, world.mallory)
    await world.mfa.revokeTokens('alice')
    await expect(world.mfa.verify(token, { code: app.nextCode(world.clock.now()) })).resolves.toBeDefined()
  })
})

test('erase deletes the row, whether there is one or not', async () => {
  const world = createWorld()
  await enroll(world)
  await expect(world.mfa.erase('alice')).resolves.toBeUndefined()
  expect(await world.rows.get('alice')).toBeNull()
  await expect(world.mfa.erase('alice')).resolves.toBeUndefined()
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false })
})

const ids: readonly unknown[] = ['', 'x'.repeat(257), '\ud800', undefined, null, 7, {}, ['alice']]

describe.each(ids)('a user id %j is a mistake of the host', (id) => {
  const userId = id as string
  const user = { id: userId, name: 'a' }

  test('for every operation, before it has touched the storage', async () => {
    const { mfa, storage, events } = createWorld()
    const calls = [
      ...[mfa.challenge(user), mfa.challenge(user, { code: '1' }), mfa.begin('totp', user)],
      ...[mfa.confirm('totp', user, { activationToken: 'x', code: '1' }), mfa.stepUp(user, { code: '1' })],
      ...[mfa.deactivate('totp', user, { code: '1' }), mfa.status(userId), mfa.recoveryCodes(userId)],
      ...[mfa.regenerateRecoveryCodes(userId), mfa.authenticators(userId)],
      ...[mfa.renameAuthenticator(userId, 'x', { name: 'a' }), mfa.removeAuthenticator(userId, 'x')],
      mfa.removeAuthenticators('totp', userId),
      ...[mfa.reset(userId), mfa.erase(userId), mfa.revokeTokens(userId)],
      mfa.import(userId, { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }),
    ]
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ reason: new TypeError('user id must be a string of 1 to 256 characters') })
    }
    expect(storage.calls).toMatchObject({ get: 0, put: 0, delete: 0 })
    expect(events).toEqual([])
  })
})

test.each([
  [{ id: 'alice' }, 'user.name must be a string'],
  [{ id: 'alice', name: 7 }, 'user.name must be a string'],
  [{ id: 'alice', name: 'a', stamp: 7 }, 'user.stamp must be a string'],
  [{ id: 'alice', name: 'a', stamp: null }, 'user.stamp must be a string'],
  [null, 'user id must be'],
])('a user %j is one too', async (given, message) => {
  const { mfa } = createWorld()
  const user = given as never
  for (const call of [mfa.challenge(user), mfa.begin('totp', user), mfa.stepUp(user, { code: '1' })]) {
    await expect(call).rejects.toThrow(TypeError)
    await expect(call).rejects.toThrow(message)
  }
})

test.each([
  ['actor', { actor: '' }],
  ['actor', { actor: 7 as unknown as string }],
  ['note', { note: 'x'.repeat(1001) }],
])('a bad %s of an operator is a mistake, before anything is done', async (name, options) => {
  const { mfa, storage } = createWorld()
  for (const act of ['reset', 'erase', 'revokeTokens'] as const) {
    await expect(mfa[act]('alice', options)).rejects.toThrow(new RegExp(`^${name} must be`))
  }
  await expect(mfa.reseal(options)).rejects.toThrow(TypeError)
  expect(storage.calls).toEqual({ get: 0, put: 0, delete: 0, userIds: 0 })
})
