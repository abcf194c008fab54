// A storage that hangs: an error in time, no result before its write, and what comes late changes nothing it should not.

import { faultyStorage } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { timedStorage } from '../../src/commit/timed-storage.ts'
import { memoryStorage } from '../../src/index.ts'
import { createWorld, enroll, refusal } from '../world.ts'

const row = { revision: 'r', sealed: 's', enabled: true, updatedAt: new Date(0) }
const storageTimeoutSeconds = 0.02

describe('a storage with a time limit', () => {
  test('answers as the storage does', async () => {
    const storage = timedStorage(memoryStorage(), 1000)
    await expect(storage.put('alice', row, null)).resolves.toBe(true)
    await expect(storage.put('alice', row, null)).resolves.toBe(false)
    await expect(storage.get('alice')).resolves.toEqual(row)
    await expect(storage.delete('alice', 'another')).resolves.toBe(false)
    await expect(storage.delete('alice', 'r')).resolves.toBe(true)
    await expect(storage.get('alice')).resolves.toBeNull()
  })

  test('says how long it waited', async () => {
    const storage = faultyStorage(memoryStorage())
    storage.inject('get', 'hang_before')
    storage.inject('put', 'hang_before')
    storage.inject('delete', 'hang_before')
    const timed = timedStorage(storage, 5)
    const calls = [timed.get('alice'), timed.put('alice', row, null), timed.delete('alice', 'r')]
    for (const call of calls) await expect(call).rejects.toThrow('the storage did not answer within 5 ms')
  })

  test('drops an answer that comes late', async () => {
    const storage = faultyStorage(memoryStorage())
    storage.inject('get', 'hang_before')
    const answered = timedStorage(storage, 5).get('alice')
    await expect(answered).rejects.toThrow('did not answer')
    storage.release()
    await expect(answered).rejects.toThrow('did not answer')
  })

  test('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const timed = timedStorage(memoryStorage(), 60_000)
    const before = timers()
    await timed.get('alice')
    await timed.delete('alice', 'r')
    expect(timers()).toBe(before)
  })
})

describe('a put that hangs', () => {
  test('until it is released: no result leaves before', async () => {
    const world = createWorld()
    const { app } = await enroll(world)
    const heard: unknown[] = []
    world.storage.inject('put', 'hang_after')
    const before = world.events.length
    const answer = world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
    const settled = answer.then((proof) => heard.push(proof))
    await world.storage.hanging()
    expect(heard).toEqual([])
    expect(world.events).toHaveLength(before)
    world.storage.release()
    await settled
    expect(heard).toHaveLength(1)
  })

  test('for ever before it took effect: unavailable, the code unspent', async () => {
    const world = createWorld({ storageTimeoutSeconds })
    const { app } = await enroll(world)
    const code = app.code(world.clock.now())
    world.storage.inject('put', 'hang_before')
    expect((await refusal(world.mfa.stepUp(world.alice, { code }))).code).toBe('storage_unavailable')
    await expect(world.mfa.stepUp(world.alice, { code })).resolves.toMatchObject({ factor: 'totp' })
    // The late write finds another revision.
    world.storage.release()
    expect((await refusal(world.mfa.stepUp(world.alice, { code }))).code).toBe('invalid_code')
  })

  test('for ever after it took effect: it is done', async () => {
    const world = createWorld({ storageTimeoutSeconds })
    const { app } = await enroll(world)
    const code = app.code(world.clock.now())
    world.storage.inject('put', 'hang_after')
    await expect(world.mfa.stepUp(world.alice, { code })).resolves.toMatchObject({ factor: 'totp' })
    expect((await refusal(world.mfa.stepUp(world.alice, { code }))).code).toBe('invalid_code')
    world.storage.release()
  })
})

test("one user's storage hangs, the others go on", async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  const mallory = await enroll(world, world.mallory)
  world.storage.inject('get', 'hang_before')
  const waiting = world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  await world.storage.hanging()
  const behind = world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  await expect(
    world.mfa.stepUp(world.mallory, { code: mallory.app.nextCode(world.clock.now()) }),
  ).resolves.toMatchObject({ userId: 'mallory' })
  expect(world.storage.calls.get).toBeGreaterThan(0)
  world.storage.release()
  await expect(waiting).resolves.toMatchObject({ userId: 'alice' })
  await expect(behind).resolves.toMatchObject({ userId: 'alice' })
})
