// A proof grows old: fresh acts take one of at most `stepUpSeconds`, and nothing that only looks like one.

import { describe, expect, test } from 'vitest'
import { isFresh } from '../../src/rules/fresh.ts'
import { createWorld, enroll, refusal, type World } from '../world.ts'

const nowMs = 1_767_225_600_000
const limit = { maxAgeSeconds: 300, nowMs }

test.each([
  ['now', nowMs, true],
  ['at the limit', nowMs - 300_000, true],
  ['a millisecond beyond', nowMs - 300_001, false],
  ['by a clock a minute ahead', nowMs + 60_000, true],
  ['from the future', nowMs + 60_001, false],
  ['in seconds', nowMs / 1000, false],
  ['never', null, false],
  ['unknown', undefined, false],
  ['not a number', Number.NaN, false],
  ['for ever', Number.POSITIVE_INFINITY, false],
  ['since ever', Number.NEGATIVE_INFINITY, false],
  ['as text', String(nowMs), false],
  ['as a date', new Date(nowMs), false],
  ['as an object', { valueOf: () => nowMs }, false],
  ['true', true, false],
])('proved %s', (_, provedAt, expected) => {
  expect(isFresh(provedAt, limit)).toBe(expected)
})

type FreshAct = (world: World, call: { provedAt: number | null }) => Promise<unknown>

const acts: readonly (readonly [string, FreshAct])[] = [
  ['begin a further authenticator', ({ mfa, alice }, call) => mfa.begin('totp', alice, call)],
  ['show the codes', ({ mfa }, call) => mfa.recoveryCodes('alice', call)],
  ['make new codes', ({ mfa }, call) => mfa.regenerateRecoveryCodes('alice', call)],
  [
    'remove an authenticator',
    async ({ mfa }, call) => mfa.removeAuthenticator('alice', (await mfa.authenticators('alice'))[0]?.id ?? '', call),
  ],
  ['remove those of a factor', ({ mfa }, call) => mfa.removeAuthenticators('totp', 'alice', call)],
]

describe.each(acts)('to %s', (_, act) => {
  test('takes a proof of the last 300 s', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const { provedAt } = await world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
    world.clock.advance(301)
    const row = await world.rows.get('alice')
    for (const old of [provedAt, null]) {
      expect(await refusal(act(world, { provedAt: old }))).toMatchObject({
        code: 'step_up_required',
        status: 401,
        maxAgeSeconds: 300,
      })
    }
    expect(await world.rows.get('alice')).toEqual(row)
    world.clock.advance(-1)
    await expect(act(world, { provedAt })).resolves.not.toThrow()
  })

  test('takes one of as many seconds as the options say', async () => {
    const world = createWorld({ stepUpSeconds: 10 })
    await enroll(world)
    const provedAt = world.clock.now()
    world.clock.advance(10.001)
    expect(await refusal(act(world, { provedAt }))).toMatchObject({ maxAgeSeconds: 10 })
    await expect(act(world, { provedAt: world.clock.now() })).resolves.not.toThrow()
  })

  test('takes none where the options say so', async () => {
    const world = createWorld({ stepUpSeconds: false })
    await enroll(world)
    await expect(act(world, { provedAt: null })).resolves.not.toThrow()
  })
})

test('somebody without a second factor has nothing to prove with', async () => {
  for (const world of [createWorld(), createWorld({ stepUpSeconds: false })]) {
    const call = { provedAt: world.clock.now() }
    await expect(world.mfa.begin('totp', world.alice)).resolves.toBeDefined()
    await expect(world.mfa.recoveryCodes('alice')).resolves.toEqual({ codes: [], remaining: 0 })
    expect((await refusal(world.mfa.regenerateRecoveryCodes('alice', call))).code).toBe('not_enabled')
    expect((await refusal(world.mfa.removeAuthenticator('alice', 'x', call))).code).toBe('not_enabled')
    expect((await refusal(world.mfa.removeAuthenticators('totp', 'alice', call))).code).toBe('not_enabled')
    expect((await refusal(world.mfa.stepUp(world.alice, { code: '123456' }))).code).toBe('not_enabled')
    expect((await refusal(world.mfa.deactivate('totp', world.alice, { code: '123456' }))).code).toBe('not_enabled')
  }
})
