// Answering a challenge: the token's user and no other, a code that counts once, and counts that no token resets.

import { describe, expect, test } from 'vitest'
import { createWorld, enroll, login, refusal } from '../../world.ts'

test('gives the user as the host tells it now, and the proof', async () => {
  const world = createWorld()
  const { app, id } = await enroll(world)
  const token = await login(world)
  world.users.set('alice', { ...world.alice, name: 'Alice B.' })
  const { user, proof } = await world.mfa.verify(token, { code: app.code(world.clock.now()) })
  expect(user).toEqual({ ...world.alice, name: 'Alice B.' })
  expect(proof).toMatchObject({ userId: 'alice', factor: 'totp', authenticatorId: id, provedAt: world.clock.now() })
  expect(Object.isFrozen(proof) && Object.isFrozen(proof.amr)).toBe(true)
})

test.each([[null], [undefined]])('a user the host tells as %j is gone, and the code is unspent', async (gone) => {
  const world = createWorld()
  const { app } = await enroll(world)
  const token = await login(world)
  const code = app.code(world.clock.now())
  world.users.set('alice', gone as never)
  expect((await refusal(world.mfa.verify(token, { code }))).code).toBe('invalid_token')
  world.users.set('alice', world.alice)
  await expect(world.mfa.verify(token, { code })).resolves.toMatchObject({ user: world.alice })
})

test('a host that cannot find users throws its own error, and the code is unspent', async () => {
  let fails = true
  const world = createWorld({
    findUser(id) {
      if (fails) throw new Error('users are down')
      return id === 'alice' ? world.alice : null
    },
  })
  const { app } = await enroll(world)
  const token = await login(world)
  const code = app.code(world.clock.now())
  await expect(world.mfa.verify(token, { code })).rejects.toThrow('users are down')
  fails = false
  await expect(world.mfa.verify(token, { code })).resolves.toBeDefined()
})

describe('guessing', () => {
  test('five wrong codes on one token, then the right one', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const token = await login(world)
    const left: unknown[] = []
    for (let count = 0; count < 5; count += 1) {
      left.push((await refusal(world.mfa.verify(token, { code: app.wrongCode(world.clock.now()) }))).attemptsRemaining)
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    const right = await refusal(world.mfa.verify(token, { code: app.code(world.clock.now()) }))
    const wrong = await refusal(world.mfa.verify(token, { code: app.wrongCode(world.clock.now()) }))
    expect({ ...right }).toEqual({ ...wrong })
    expect(right).toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 })
    world.clock.advance(30)
    await expect(world.mfa.verify(token, { code: app.code(world.clock.now()) })).resolves.toBeDefined()
  })

  test('a new token, a new login and a success of another user clear nothing', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const mallory = await enroll(world, world.mallory)
    for (let count = 0; count < 4; count += 1) {
      await refusal(world.mfa.verify(await login(world), { code: app.wrongCode(world.clock.now()) }))
    }
    await world.mfa.stepUp(world.mallory, { code: mallory.app.nextCode(world.clock.now()) })
    const error = await refusal(world.mfa.verify(await login(world), { code: app.wrongCode(world.clock.now()) }))
    expect(error.attemptsRemaining).toBe(0)
  })

  test('a success clears the count of its own factor and of no other', async () => {
    const world = createWorld()
    const { app, codes } = await enroll(world)
    const wrong = async (code: string) => (await refusal(world.mfa.stepUp(world.alice, { code }))).attemptsRemaining
    expect(await wrong(app.wrongCode(world.clock.now()))).toBe(4)
    expect(await wrong('zzzz-zzzz')).toBe(4)
    await world.mfa.stepUp(world.alice, { code: codes[0] })
    expect(await wrong(app.wrongCode(world.clock.now()))).toBe(3)
    expect(await wrong('zzzz-zzzz')).toBe(4)
    await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
    expect(await wrong(app.wrongCode(world.clock.now()))).toBe(4)
    expect(await wrong('zzzz-zzzz')).toBe(3)
  })

  test('the wait doubles to an hour and the hundredth failure suspends', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const fail = () => refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
    const waits: unknown[] = []
    for (let count = 1; count <= 100; count += 1) {
      expect((await fail()).code).toBe('invalid_code')
      if (count < 5) continue
      const { code, retryAfterSeconds } = await fail()
      expect(code).toBe('too_many_attempts')
      waits.push(retryAfterSeconds)
      world.clock.advance(retryAfterSeconds ?? 0)
    }
    expect(waits.slice(0, 9)).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600])
    expect(waits.at(-1)).toBeUndefined()
    expect(world.events.at(-1)).toMatchObject({ reason: 'suspended' })
    world.clock.advance(10 ** 9)
    expect((await refusal(world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) }))).code).toBe(
      'too_many_attempts',
    )
  })
})

test('an eight-digit code is looked at as both, and a failure counts for both', async () => {
  const world = createWorld({ totp: { digits: 8 } })
  const { app, codes } = await enroll(world)
  const wrong = app.wrongCode(world.clock.now())
  expect((await refusal(world.mfa.stepUp(world.alice, { code: wrong }))).attemptsRemaining).toBe(4)
  expect((await refusal(world.mfa.stepUp(world.alice, { code: 'zzzz-zzzz' }))).attemptsRemaining).toBe(3)
  for (let count = 0; count < 3; count += 1) await refusal(world.mfa.stepUp(world.alice, { code: 'zzzz-zzzz' }))
  // Recovery codes wait now: an eight-digit code is still looked at as TOTP.
  const lettered = codes.find((code) => /[a-z]/.test(code))
  expect((await refusal(world.mfa.stepUp(world.alice, { code: lettered }))).code).toBe('too_many_attempts')
  expect((await refusal(world.mfa.stepUp(world.alice, { code: wrong }))).attemptsRemaining).toBe(3)
  await expect(world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })).resolves.toBeDefined()
})

test('while every factor waits, what is no code waits too', async () => {
  const world = createWorld({ attempts: { waitAfter: 1 } })
  const { app } = await enroll(world)
  await refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
  expect((await refusal(world.mfa.stepUp(world.alice, { code: 'x' }))).code).toBe('invalid_code')
  world.clock.advance(10)
  await refusal(world.mfa.stepUp(world.alice, { code: 'zzzz-zzzz' }))
  expect(await refusal(world.mfa.stepUp(world.alice, { code: 'x' }))).toMatchObject({
    ...{ code: 'too_many_attempts', retryAfterSeconds: 20 },
  })
})

test('several at one instant: one gets in', async () => {
  const world = createWorld()
  const { app, codes } = await enroll(world)
  const tokens = await Promise.all(Array.from({ length: 8 }, () => login(world)))
  const code = app.code(world.clock.now())
  const outcomes = await Promise.allSettled(tokens.map((token) => world.mfa.verify(token, { code })))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const [one, two] = [await login(world), await login(world)]
  world.clock.advance(60)
  await Promise.all([world.mfa.verify(one, { code: codes[0] }), world.mfa.verify(two, { code: codes[1] })])
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 8 })
})
