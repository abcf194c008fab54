// A guard on a route of the app: signed in, with a fresh proof of the right factor, without a look at the storage.

import { describe, expect, test } from 'vitest'
import type { GuardOptions, SignedIn } from '../../src/index.ts'
import { refusal } from '../world.ts'
import { createApp, enrolledApp } from './app.ts'

test('lets in who proved, and says who and how', async () => {
  const { handler, sessions, world } = createApp()
  const proof = { provedAt: world.clock.now(), factor: 'totp', amr: ['pwd', 'otp', 'mfa'] }
  sessions.set('s', { user: world.alice, ...proof })
  await expect(handler.guard()('s')).resolves.toEqual({ user: world.alice, proof })
  expect(world.storage.calls).toEqual({ get: 0, put: 0, delete: 0, userIds: 0 })
})

test('a host that keeps no more than the time is let in as well', async () => {
  const { handler, session, world } = createApp()
  const context = await handler.guard()(session())
  expect(context).toEqual({ user: world.alice, proof: { provedAt: world.clock.now(), factor: null, amr: [] } })
})

test('refuses who is not signed in', async () => {
  for (const nobody of [null, undefined]) {
    const { handler } = createApp({}, () => ({ currentUser: () => nobody as null }))
    expect((await refusal(handler.guard()('s'))).code).toBe('unauthenticated')
  }
})

test.each([
  [undefined, 300],
  [{ maxAgeSeconds: 60 }, 60],
  [{ maxAgeSeconds: 1 }, 1],
])('%j: a proof of the last %i s', async (options, seconds) => {
  const { handler, session, world } = createApp()
  const [fresh, none] = [session(), session('alice', null)]
  world.clock.advance(seconds)
  await expect(handler.guard(options)(fresh)).resolves.toBeDefined()
  world.clock.advance(0.001)
  for (const old of [fresh, none]) {
    expect(await refusal(handler.guard(options)(old))).toMatchObject({
      code: 'step_up_required',
      maxAgeSeconds: seconds,
    })
  }
})

test('the default is the step-up time of the options, or 300 s where there is none', async () => {
  for (const [stepUpSeconds, seconds] of [
    [30, 30],
    [false, 300],
  ] as const) {
    const { handler, session, world } = createApp({ stepUpSeconds })
    const proved = session()
    world.clock.advance(seconds + 1)
    expect(await refusal(handler.guard()(proved))).toMatchObject({ maxAgeSeconds: seconds })
  }
})

describe('that names factors', () => {
  const proved = (changes: Partial<SignedIn>) => {
    const app = createApp()
    app.sessions.set('s', { user: app.world.alice, provedAt: app.world.clock.now(), ...changes })
    return app
  }

  test('lets in their proofs alone', async () => {
    const factors = ['totp']
    await expect(proved({ factor: 'totp' }).handler.guard({ factors })('s')).resolves.toBeDefined()
    for (const factor of ['recovery_code', null, undefined, '']) {
      const { handler } = proved({ factor })
      expect((await refusal(handler.guard({ factors })('s'))).code).toBe('step_up_required')
    }
  })

  test('and an old proof of them is still old', async () => {
    const { handler, world } = proved({ factor: 'totp' })
    world.clock.advance(301)
    expect((await refusal(handler.guard({ factors: ['totp'] })('s'))).code).toBe('step_up_required')
  })
})

test.each<GuardOptions | object>([
  { maxAgeSeconds: 0 },
  { maxAgeSeconds: -1 },
  { maxAgeSeconds: 1.5 },
  { maxAgeSeconds: '300' },
  { maxAgeSeconds: Number.NaN },
  { maxAgeSeconds: Number.POSITIVE_INFINITY },
  { factors: [] },
  { factors: 'totp' },
  { factors: ['sms'] },
  { factors: ['totp', 'TOTP'] },
  { factors: null },
])('%j is a mistake, at once', (options) => {
  const { handler } = createApp()
  expect(() => handler.guard(options as GuardOptions)).toThrow(TypeError)
})

test('its refusals have an answer; what is not ours is thrown on', async () => {
  const { handler } = await enrolledApp()
  const error = await refusal(handler.guard()('nobody'))
  expect(handler.problem(error)).toMatchObject({ status: 401, headers: { 'Content-Type': 'application/problem+json' } })
  const fault = new Error('of the app')
  expect(() => handler.problem(fault)).toThrow(fault)
})
