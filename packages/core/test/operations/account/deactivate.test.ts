// Switching it off: against a code of any factor, and the password where the host asks for it, each counted.

import { describe, expect, test } from 'vitest'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, enroll, login, refusal } from '../../world.ts'

test.each(['an authenticator', 'a recovery code'])('with %s: every factor is gone, and every token', async (by) => {
  const world = createWorld()
  const { app, codes, proof } = await enroll(world)
  await enroll(world, world.alice, proof.provedAt)
  const token = await login(world)
  const code = by === 'a recovery code' ? codes[0] : app.nextCode(world.clock.now())
  await expect(world.mfa.deactivate('totp', world.alice, { code })).resolves.toBeUndefined()
  await expect(world.mfa.status('alice')).resolves.toEqual({
    ...{ mfaEnabled: false, createdAt: null, lastUsedAt: null, methods: [], recoveryCodesRemaining: 0 },
  })
  await expect(world.mfa.challenge(world.alice)).resolves.toHaveProperty('proof')
  expect((await refusal(world.mfa.verify(token, { code: codes[1] }))).code).toBe('invalid_token')
  expect(await world.rows.get('alice')).toMatchObject({ enabled: false })
})

test('with a wrong code nothing is gone, and it is charged', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const code = app.wrongCode(world.clock.now())
  const errors = [1, 2, 3, 4, 5, 6].map(() => refusal(world.mfa.deactivate('totp', world.alice, { code })))
  const outcomes = (await Promise.all(errors)).map((error) => error.attemptsRemaining ?? error.code)
  expect(outcomes).toEqual([4, 3, 2, 1, 0, 'too_many_attempts'])
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: true })
})

test('of one factor of two leaves the other and the recovery codes', async () => {
  const world = createWorld({ factors: [fixedPhrase('correct horse')] })
  const { codes, proof } = await enroll(world)
  const { activationToken } = await world.mfa.begin('phrase', world.alice, { provedAt: proof.provedAt })
  await world.mfa.confirm('phrase', world.alice, { activationToken, phrase: 'correct horse' })
  await world.mfa.deactivate('totp', world.alice, { phrase: 'correct horse' })
  await expect(world.mfa.status('alice')).resolves.toMatchObject({
    ...{ mfaEnabled: true, methods: ['phrase', 'recovery_code'], recoveryCodesRemaining: 10 },
  })
  expect((await refusal(world.mfa.deactivate('totp', world.alice, { code: codes[0] }))).code).toBe('not_enabled')
  await world.mfa.deactivate('phrase', world.alice, { code: codes[0] })
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false, recoveryCodesRemaining: 0 })
})

describe('the password', () => {
  test('wrong: the code is not looked at, and the password has a count of its own', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const code = app.code(world.clock.now())
    const deactivate = (passwordCorrect: boolean) =>
      world.mfa.deactivate('totp', world.alice, { code, passwordCorrect })
    for (let count = 0; count < 5; count += 1) {
      expect(await refusal(deactivate(false))).toMatchObject({ code: 'invalid_credentials', status: 401 })
    }
    for (const passwordCorrect of [true, false]) {
      expect(await refusal(deactivate(passwordCorrect))).toMatchObject({
        code: 'too_many_attempts',
        retryAfterSeconds: 30,
      })
      expect(world.events.at(-1)).toMatchObject({ reason: 'locked', factor: null })
    }
    // The code was spent by none of them, and no other count rose.
    await expect(world.mfa.stepUp(world.alice, { code })).resolves.toBeDefined()
    world.clock.advance(30)
    await world.mfa.deactivate('totp', world.alice, { code: app.nextCode(world.clock.now()), passwordCorrect: true })
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false })
  })

  test('right: its count starts again, even where the code is wrong', async () => {
    const world = createWorld({ attempts: { waitAfter: 2 } })
    const { app } = await enroll(world)
    const deactivate = (passwordCorrect: boolean, code: string) =>
      refusal(world.mfa.deactivate('totp', world.alice, { code, passwordCorrect }))
    await deactivate(false, app.code(world.clock.now()))
    expect((await deactivate(true, app.wrongCode(world.clock.now()))).code).toBe('invalid_code')
    expect((await deactivate(false, app.code(world.clock.now()))).code).toBe('invalid_credentials')
    expect((await deactivate(true, app.wrongCode(world.clock.now()))).code).toBe('invalid_code')
  })

  test('suspends like a factor', async () => {
    const world = createWorld({ attempts: { waitAfter: 1, suspendAfter: 1 } })
    const { app } = await enroll(world)
    const code = app.code(world.clock.now())
    await refusal(world.mfa.deactivate('totp', world.alice, { code, passwordCorrect: false }))
    const error = await refusal(world.mfa.deactivate('totp', world.alice, { code, passwordCorrect: true }))
    expect(error.code).toBe('too_many_attempts')
    expect(error).not.toHaveProperty('retryAfterSeconds')
    expect(world.events.at(-1)?.reason).toBe('suspended')
  })
})
