// A guard on a route of the app: signed in, with a fresh proof of the right factor, without a look at the storage.

import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { GuardOptions, ProofContent } from '../../src/index.ts'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer } from '../../src/sealing/seal.ts'
import { otherSecret, refusal, sealedProof, secret, type World } from '../world.ts'
import { createApp, enrolledApp, requestOf } from './app.ts'

const request = requestOf('GET', '/of/the/app')

test('lets in who proved, and says who and how', async () => {
  const { handler, session, world } = createApp()
  const { alice: user } = world
  const { userId, ...rest } = { userId: user.id, amr: ['pwd', 'otp', 'mfa'], authenticatorId: 'a' }
  const proof = { userId, ...rest, factor: 'totp', strength: 'possession', provedAt: world.clock.now() }
  await expect(handler.guard()(request, session())).resolves.toEqual({ user, proof })
  expect(world.storage.calls).toEqual({ get: 0, put: 0, delete: 0, userIds: 0 })
})

// The threat: what a session holds may have been written by anybody: a body that was merged into it, another user's session.
describe('believes no proof', () => {
  test.each<[string, (world: World) => unknown]>([
    ['that is no string', ({ clock }) => ({ provedAt: clock.now() })],
    ['that is a time', ({ clock }) => clock.now()],
    ['that is empty', () => ''],
    ['of another user', ({ mallory, clock }) => sealedProof(mallory, { provedAt: clock.now() })],
    ['of an earlier stamp', ({ alice, clock }) => sealedProof({ ...alice, stamp: '0' }, { provedAt: clock.now() })],
    ['of another secret', ({ alice, clock }) => sealedProof(alice, { provedAt: clock.now() }, [otherSecret])],
    ['with a letter changed', ({ alice, clock }) => otherLetter(sealedProof(alice, { provedAt: clock.now() }))],
    [
      'that is absurdly long',
      ({ alice, clock }) => sealedProof(alice, { provedAt: clock.now(), factor: 'x'.repeat(4000) }),
    ],
    [
      'that is a record',
      ({ alice }) => createSealer('record', deriveKeys([secret]), (size) => randomBytes(size)).seal(alice.id, '{}'),
    ],
  ])('%s', async (_, made) => {
    const { handler, sessions, world } = createApp()
    sessions.set('s', { user: world.alice, proof: made(world) as string, session: 's' })
    expect((await refusal(handler.guard()(request, 's'))).code).toBe('step_up_required')
  })

  test('but one of an earlier secret that is still listed', async () => {
    const { handler, sessions, world } = createApp({ secret: [secret, otherSecret] })
    const { alice: user, clock } = world
    sessions.set('s', { user, proof: sealedProof(user, { provedAt: clock.now() }, [otherSecret]), session: 's' })
    await expect(handler.guard()(request, 's')).resolves.toBeDefined()
  })
})

function otherLetter(sealed: string): string {
  const at = sealed.length - 20
  return `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
}

test('refuses who is not signed in', async () => {
  for (const nobody of [null, undefined]) {
    const { handler } = createApp({}, () => ({ currentUser: () => nobody as null }))
    expect((await refusal(handler.guard()(request, 's'))).code).toBe('unauthenticated')
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
  await expect(handler.guard(options)(request, fresh)).resolves.toBeDefined()
  world.clock.advance(0.001)
  for (const old of [fresh, none]) {
    expect(await refusal(handler.guard(options)(request, old))).toMatchObject({
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
    expect(await refusal(handler.guard()(request, proved))).toMatchObject({ maxAgeSeconds: seconds })
  }
})

describe('that names factors', () => {
  const proved = (changes: Partial<ProofContent>) => {
    const app = createApp()
    const { alice: user, clock } = app.world
    app.sessions.set('s', { user, proof: sealedProof(user, { provedAt: clock.now(), ...changes }), session: 's' })
    return app
  }

  test('lets in their proofs alone', async () => {
    const factors = ['totp']
    await expect(proved({ factor: 'totp' }).handler.guard({ factors })(request, 's')).resolves.toBeDefined()
    for (const factor of ['recovery_code', null, '']) {
      const { handler } = proved({ factor })
      expect((await refusal(handler.guard({ factors })(request, 's'))).code).toBe('step_up_required')
    }
  })

  test('and an old proof of them is still old', async () => {
    const { handler, world } = proved({ factor: 'totp' })
    world.clock.advance(301)
    expect((await refusal(handler.guard({ factors: ['totp'] })(request, 's'))).code).toBe('step_up_required')
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
  { maxAgeSecond: 60 },
])('%j is a mistake, at once', (options) => {
  const { handler } = createApp()
  expect(() => handler.guard(options as GuardOptions)).toThrow(TypeError)
})

test('its refusals have an answer; what is not ours is thrown on', async () => {
  const { handler } = await enrolledApp()
  const error = await refusal(handler.guard()(request, 'nobody'))
  expect(handler.problem(error)).toMatchObject({ status: 401, headers: { 'Content-Type': 'application/problem+json' } })
  const fault = new Error('of the app')
  expect(() => handler.problem(fault)).toThrow(fault)
})
