// The status tells a user where the own second factor stands, and nothing that could be used.

import { expect, test } from 'vitest'
import { createWorld, enroll, refusal, startMs } from '../../world.ts'

test('of nobody', async () => {
  const { mfa } = createWorld()
  await expect(mfa.status('alice')).resolves.toEqual({
    ...{ mfaEnabled: false, createdAt: null, lastUsedAt: null, methods: [], recoveryCodesRemaining: 0 },
  })
})

test('from the enrollment on', async () => {
  const world = createWorld()
  const { app, codes } = await enroll(world)
  const enrolled = {
    ...{ mfaEnabled: true, createdAt: new Date(startMs), lastUsedAt: null },
    ...{ methods: ['totp', 'recovery_code'], recoveryCodesRemaining: 10 },
  }
  await expect(world.mfa.status('alice')).resolves.toEqual(enrolled)
  await world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
  const lastUsedAt = new Date(world.clock.now())
  await expect(world.mfa.status('alice')).resolves.toEqual({ ...enrolled, lastUsedAt })
  world.clock.advance(60)
  await refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
  await expect(world.mfa.status('alice')).resolves.toEqual({ ...enrolled, lastUsedAt })
  await world.mfa.stepUp(world.alice, { code: codes[0] })
  await expect(world.mfa.status('alice')).resolves.toEqual({
    ...enrolled,
    ...{ recoveryCodesRemaining: 9, lastUsedAt: new Date(world.clock.now()) },
  })
})

test.each([
  ['JBSWY3DPEHPK3PXP', true],
  ['JBSWY3DPEHPK3PXPJBSWY3DP', true],
  ['JBSWY3DPEHPK3PXPJBSWY3DPEA', undefined],
])('an imported secret %s: weak %s', async (totpSecret, weakSecret) => {
  const { mfa } = createWorld()
  await mfa.import('alice', { totpSecret })
  expect((await mfa.status('alice')).weakSecret).toBe(weakSecret)
})

test('a factor that is not there any more is told of no more, and still protects the login', async () => {
  const { fixedPhrase } = await import('../../factors/fixed-phrase.ts')
  const world = createWorld({ factors: [fixedPhrase('correct horse')] })
  const { activationToken } = await world.mfa.begin('phrase', world.alice)
  await world.mfa.confirm('phrase', world.alice, { activationToken, phrase: 'correct horse' })
  const later = createWorld({ storage: world.storage })
  await expect(later.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: true, methods: ['recovery_code'] })
  await expect(later.mfa.challenge(world.alice)).resolves.toMatchObject({ methods: ['recovery_code'] })
})
