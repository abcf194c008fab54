// Several authenticators: each proves, a code is spent for every one it fits, and none tells of another.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createWorld, enroll, refusal } from '../../world.ts'

const shared = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

test('each of five gets in, and the event and the proof say which', async () => {
  const world = createWorld()
  const first = await enroll(world)
  const enrolled = [first]
  for (let count = 1; count < 5; count += 1) enrolled.push(await enroll(world, world.alice, world.clock.now()))
  for (const { app, id } of enrolled) {
    const proof = await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
    expect(proof).toMatchObject({ authenticatorId: id, factor: 'totp' })
    expect(world.events.at(-1)).toMatchObject({ authenticatorId: id })
    world.clock.advance(30)
  }
  const used = await world.mfa.authenticators('alice')
  expect(used.map(({ name }) => name)).toEqual([1, 2, 3, 4, 5].map((number) => `Authenticator ${number}`))
  expect(new Set(used.map(({ lastUsedAt }) => lastUsedAt?.getTime())).size).toBe(5)
  await expect(refusal(world.mfa.begin('totp', world.alice, { provedAt: world.clock.now() }))).resolves.toMatchObject({
    code: 'authenticator_limit',
  })
})

test('a code used on one is not spent on another with another secret', async () => {
  const world = createWorld()
  const one = await enroll(world)
  const other = await enroll(world, world.alice, world.clock.now())
  await world.mfa.stepUp(world.alice, { code: one.app.nextCode(world.clock.now()) })
  await expect(world.mfa.stepUp(world.alice, { code: other.app.nextCode(world.clock.now()) })).resolves.toMatchObject({
    authenticatorId: other.id,
  })
})

describe('two entries of one secret', () => {
  /** A generator that repeats itself gives every enrollment the same secret. */
  async function twins() {
    let count = 0
    const world = createWorld({
      randomBytes(size) {
        count += 1
        return size === 20
          ? new Uint8Array(size).fill(7)
          : new Uint8Array(size).map((_, at) => (count * 31 + at * at) & 255)
      },
    })
    const first = await enroll(world)
    const second = await enroll(world, world.alice, world.clock.now())
    expect(second.app.secret).toBe(first.app.secret)
    return { world, app: first.app, ids: [first.id, second.id] }
  }

  test('a code is spent for both', async () => {
    const { world, app, ids } = await twins()
    const code = app.nextCode(world.clock.now())
    await expect(world.mfa.stepUp(world.alice, { code })).resolves.toMatchObject({ authenticatorId: ids[0] })
    await expect(refusal(world.mfa.stepUp(world.alice, { code }))).resolves.toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)?.reason).toBe('replayed')
    await world.mfa.removeAuthenticator('alice', String(ids[0]), { provedAt: world.clock.now() })
    await expect(refusal(world.mfa.stepUp(world.alice, { code }))).resolves.toMatchObject({ code: 'invalid_code' })
    await expect(world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })).resolves.toMatchObject({
      authenticatorId: ids[1],
    })
  })
})

test('of different lengths: a code is looked at by those it fits', async () => {
  const world = createWorld({ totp: { digits: 8 } })
  await world.mfa.import('alice', { totpSecret: shared, digits: 6 })
  await world.mfa.import('alice', { totpSecret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', digits: 7 })
  const six = virtualAuthenticator({ secret: shared })
  const seven = virtualAuthenticator({ secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ', digits: 7 })
  const nowMs = world.clock.now()
  await expect(world.mfa.stepUp(world.alice, { code: seven.code(nowMs) })).resolves.toMatchObject({ factor: 'totp' })
  await expect(world.mfa.stepUp(world.alice, { code: six.code(nowMs) })).resolves.toMatchObject({ factor: 'totp' })
  expect((await refusal(world.mfa.stepUp(world.alice, { code: '12345678' }))).attemptsRemaining).toBe(5)
  expect(world.events.at(-1)?.reason).toBe('not_a_code')
  expect((await refusal(world.mfa.stepUp(world.alice, { code: seven.wrongCode(nowMs) }))).attemptsRemaining).toBe(4)
})

test('their parameters stay when the options change', async () => {
  const world = createWorld({ totp: { algorithm: 'SHA256', digits: 8, period: 60 } })
  const { app } = await enroll(world)
  const { storage, clock, users } = world
  const later = createWorld({ storage, now: clock.now, findUser: (id) => users.get(id) ?? null })
  await expect(later.mfa.stepUp(world.alice, { code: app.nextCode(clock.now()) })).resolves.toMatchObject({
    factor: 'totp',
  })
})
