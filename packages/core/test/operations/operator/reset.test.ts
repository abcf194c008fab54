/** The promise guarded here: an operator gets any user back in, and no token of before comes back to life. */
import { expect, test } from 'vitest'
import { createMfa, memoryStorage } from '../../../src/index.ts'
import { createWorld, enroll, login, otherSecret, refusal, secret } from '../../world.ts'

test('a reset removes every factor and kills every token', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const token = await login(world)
  await world.mfa.reset('alice')
  expect(await world.mfa.status('alice')).toMatchObject({ mfaEnabled: false, recoveryCodesRemaining: 0 })
  expect((await refusal(world.mfa.verify(token, { code: app.nextCode(world.clock.now()) }))).code).toBe('invalid_token')
})

test('a record that does not open is given up for lost, and still no old token passes', async () => {
  const storage = memoryStorage()
  const before = createWorld({ storage })
  const { app } = await enroll(before)
  const token = await login(before)
  const user = before.alice
  const onEvent = () => undefined
  const shared = { issuer: 'Acme', storage, findUser: () => user, now: before.clock.now, onEvent }
  // The old secret opens no record here and yet signs tokens there, as in an app that lost its key halfway.
  const after = createMfa({ ...shared, secret: otherSecret })
  expect((await refusal(after.status('alice'))).code).toBe('storage_unavailable')
  await after.reset('alice')
  expect(await after.status('alice')).toMatchObject({ mfaEnabled: false })
  const both = createMfa({ ...shared, secret: [otherSecret, secret] })
  expect((await refusal(both.verify(token, { code: app.nextCode(before.clock.now()) }))).code).toBe('invalid_token')
})

test('a storage that fails is not reset', async () => {
  const world = createWorld()
  await enroll(world)
  world.storage.inject('get', 'throw_before', 'every')
  expect((await refusal(world.mfa.reset('alice'))).code).toBe('storage_unavailable')
  world.storage.reset()
  expect(await world.mfa.status('alice')).toMatchObject({ mfaEnabled: true })
})
