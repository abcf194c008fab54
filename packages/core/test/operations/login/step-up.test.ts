// Step-up: a signed-in user proves again; the code is spent for every other use.

import { expect, test } from 'vitest'
import { createWorld, enroll, login, refusal } from '../../world.ts'

test('with an authenticator or a recovery code it is a fresh proof', async () => {
  const world = createWorld()
  const { app, codes, id } = await enroll(world)
  const byApp = await world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
  expect(byApp).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], authenticatorId: id, provedAt: world.clock.now() })
  const byCode = await world.mfa.stepUp(world.alice, { code: codes[0] })
  expect(byCode).toMatchObject({ amr: ['pwd', 'recovery', 'mfa'], factor: 'recovery_code' })
  expect(byCode.authenticatorId).not.toBe(id)
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ lastUsedAt: new Date(world.clock.now()) })
})

test('its code is spent for a login and a deactivation, and theirs for it', async () => {
  const world = createWorld()
  const { app, codes } = await enroll(world)
  const token = await login(world)
  const code = app.code(world.clock.now())
  await world.mfa.stepUp(world.alice, { code })
  expect((await refusal(world.mfa.verify(token, { code }))).code).toBe('invalid_code')
  expect((await refusal(world.mfa.challenge(world.alice, { code }))).code).toBe('invalid_code')
  expect((await refusal(world.mfa.deactivate('totp', world.alice, { code }))).code).toBe('invalid_code')
  await world.mfa.verify(token, { code: codes[0] })
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).code).toBe('invalid_code')
})

test('it spends no challenge', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const token = await login(world)
  await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  await expect(world.mfa.verify(token, { code: app.nextCode(world.clock.now()) })).resolves.toBeDefined()
})

test('an answer without the field of any factor is refused and not charged', async () => {
  const world = createWorld()
  await enroll(world)
  for (const answer of [{}, { code: undefined }, { otp: '123456' }]) {
    expect(await refusal(world.mfa.stepUp(world.alice, answer))).toMatchObject({
      code: 'invalid_code',
      attemptsRemaining: 5,
    })
  }
})
