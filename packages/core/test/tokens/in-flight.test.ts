// The threat: hundreds of guesses on one token at one instant, each of which costs a look at its signature and an errand
// to another thread, while everybody else waits.

import { afterEach, expect, test, vi } from 'vitest'
import { createWorld, enroll, login, refusal } from '../world.ts'

const verify = vi.spyOn(crypto.subtle, 'verify')

afterEach(() => void verify.mockClear())

const guesses = 500

test('the signature of one token is looked at once for all who ask at one instant', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const ephemeralToken = await login(world)
  const code = app.wrongCode(world.clock.now())
  const refusals = await Promise.all(
    Array.from({ length: guesses }, () => refusal(world.mfa.verify(ephemeralToken, { code }))),
  )
  expect(verify).toHaveBeenCalledTimes(1)
  const codes = refusals.map((error) => error.code)
  expect(codes.filter((one) => one === 'invalid_code')).toHaveLength(5)
  expect(codes.filter((one) => one === 'too_many_attempts')).toHaveLength(guesses - 5)
})

test('nothing is remembered: who asks later has it looked at again, and a token that has expired is refused', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const ephemeralToken = await login(world)
  const code = app.wrongCode(world.clock.now())
  expect(await refusal(world.mfa.verify(ephemeralToken, { code }))).toMatchObject({ code: 'invalid_code' })
  world.clock.advance(300_000)
  expect(await refusal(world.mfa.verify(ephemeralToken, { code }))).toMatchObject({ code: 'invalid_token' })
  expect(verify).toHaveBeenCalledTimes(2)
})

test('of a token that is no good, everybody is told, and each refusal has its event', async () => {
  const world = createWorld()
  await enroll(world)
  const forged = `${(await login(world)).slice(0, -3)}AAA`
  world.events.splice(0)
  const refusals = await Promise.all(
    Array.from({ length: 3 }, () => refusal(world.mfa.verify(forged, { code: '123456' }))),
  )
  expect(refusals.map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'invalid_token'))
  expect(world.events.map(({ reason }) => reason)).toEqual(Array.from({ length: 3 }, () => 'forged_token'))
  expect(verify).toHaveBeenCalledTimes(1)
})

test('a token of another kind is another question, though the text is the same', async () => {
  const world = createWorld()
  await enroll(world)
  const ephemeralToken = await login(world)
  const both = await Promise.all([
    refusal(world.mfa.verify(ephemeralToken, { code: 'x' })),
    refusal(world.mfa.tokens.refresh(ephemeralToken)),
  ])
  expect(both.map(({ code }) => code)).toEqual(['invalid_code', 'invalid_token'])
})
