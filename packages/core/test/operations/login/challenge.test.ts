// A login of an enrolled user is a challenge; only without a second factor does the password alone make a proof.

import { describe, expect, test } from 'vitest'
import type { MfaError } from '../../../src/index.ts'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, enroll, proofOf, refusal } from '../../world.ts'

test('without a second factor: a proof that says no more than the password', async () => {
  const { mfa, alice, rows } = createWorld()
  const proof = proofOf(await mfa.challenge(alice))
  expect(proof).toEqual({
    userId: 'alice',
    amr: ['pwd'],
    factor: null,
    authenticatorId: null,
    strength: null,
    provedAt: null,
    sealed: expect.any(String),
  })
  expect(Object.isFrozen(proof) && Object.isFrozen(proof.amr)).toBe(true)
  expect(await rows.get('alice')).toBeNull()
})

test('with one: a token, how long it lives, and what could be answered with', async () => {
  const world = createWorld()
  await enroll(world)
  const challenge = await world.mfa.challenge(world.alice)
  expect(challenge).toEqual({
    kind: 'challenge',
    ephemeralToken: expect.any(String),
    expiresIn: 300,
    methods: ['totp', 'recovery_code'],
    challenges: {},
  })
})

test('an enrollment that was begun and not confirmed changes nothing', async () => {
  const { mfa, alice } = createWorld()
  await mfa.begin('totp', alice)
  await expect(mfa.challenge(alice)).resolves.toHaveProperty('proof')
})

describe('answered in the same call', () => {
  test('with the right code it is a proof', async () => {
    const world = createWorld()
    const { app, id } = await enroll(world)
    const proof = proofOf(await world.mfa.challenge(world.alice, { code: app.code(world.clock.now()) }))
    expect(proof).toEqual({
      ...{ userId: 'alice', amr: ['pwd', 'otp', 'mfa'], factor: 'totp', authenticatorId: id },
      ...{ strength: 'possession', provedAt: world.clock.now(), sealed: expect.any(String) },
    })
  })

  test('with a wrong one it is charged like any other', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const code = app.wrongCode(world.clock.now())
    const errors: MfaError[] = []
    for (let count = 0; count < 6; count += 1) errors.push(await refusal(world.mfa.challenge(world.alice, { code })))
    expect(errors.map((error) => error.attemptsRemaining ?? error.code)).toEqual([4, 3, 2, 1, 0, 'too_many_attempts'])
  })

  test('without a second factor the code is not looked at', async () => {
    const { mfa, alice } = createWorld()
    await expect(mfa.challenge(alice, { code: '123456' })).resolves.toMatchObject({ proof: { amr: ['pwd'] } })
  })

  test('an empty code is an answer, and a wrong one', async () => {
    const world = createWorld()
    await enroll(world)
    expect((await refusal(world.mfa.challenge(world.alice, { code: '' }))).code).toBe('invalid_code')
  })

  test.each([[undefined], [{}], [{ code: undefined }], [{ requestId: 'r' }], [{ password: 'x' }]])(
    '%j is no answer, so it is a challenge',
    async (answer) => {
      const world = createWorld()
      await enroll(world)
      await expect(world.mfa.challenge(world.alice, answer)).resolves.toHaveProperty('ephemeralToken')
    },
  )

  test("another factor's field is an answer as well", async () => {
    const world = createWorld({ factors: [fixedPhrase('correct horse')] })
    const { proof: provedBy } = await enroll(world)
    const { activationToken } = await world.mfa.begin('phrase', world.alice, { provedAt: provedBy.provedAt })
    await world.mfa.confirm('phrase', world.alice, { activationToken, phrase: 'correct horse' })
    const proof = proofOf(await world.mfa.challenge(world.alice, { phrase: 'correct horse' }))
    expect(proof).toMatchObject({ factor: 'phrase', amr: ['pwd', 'kba', 'mfa'] })
  })
})
