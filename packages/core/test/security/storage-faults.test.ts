// Every storage call of every operation throws or hangs, before or after it took effect: then all of it was done, once,
// or none of it; what cannot be told is 503 and never a yes; and the next try works (I1 to I5, I9).

import type { Fault } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { isMfaError } from '../../src/index.ts'
import { openScene, operations, type Scene } from './operations.ts'

const faults: readonly Fault[] = ['throw_before', 'throw_after', 'hang_before', 'hang_after']

async function outcome(run: (scene: Scene) => Promise<unknown>, scene: Scene): Promise<string> {
  try {
    await run(scene)
    return 'ok'
  } catch (error) {
    if (!isMfaError(error)) throw error
    return [error.code, error.attemptsRemaining].filter((part) => part !== undefined).join(' ')
  }
}

/** What is stored, by revision. */
async function stored({ rows }: Scene): Promise<string> {
  const revisions = await Promise.all(['alice', 'mallory'].map(async (id) => (await rows.get(id))?.revision))
  return revisions.join(' ')
}

describe.each(operations)('$name', ({ run, first, again }) => {
  test('without a fault, and again', async () => {
    const scene = await openScene()
    expect(await outcome(run, scene)).toBe(first)
    expect(await outcome(run, scene)).toBe(again)
  })

  test.each(faults.flatMap((fault) => (['get', 'put'] as const).map((method) => [method, fault] as const)))(
    'the %s: %s',
    async (method, fault) => {
      const scene = await openScene()
      const before = await stored(scene)
      scene.storage.inject(method, fault)
      const got = await outcome(run, scene)
      const isReached = scene.storage.calls[method] > 0
      const tookEffect = (await stored(scene)) !== before
      if (!isReached) return expect(got).toBe(first)
      // A put that took effect is found by reading again; a get never decides anything.
      const isDone = method === 'put' && fault.endsWith('after')
      expect(got).toBe(isDone ? first : 'storage_unavailable')
      expect(tookEffect).toBe(isDone)
      expect(scene.events.at(-1)?.reason === 'storage_unavailable').toBe(!isDone)
      // What hangs is still hanging, and the next try does not mind.
      expect(await outcome(run, scene)).toBe(isDone ? again : first)
      const after = await stored(scene)
      scene.storage.release()
      await new Promise(setImmediate)
      expect(await stored(scene)).toBe(after)
    },
  )

  test('the put took effect, throws, and nobody can tell: 503, and it counts once', async () => {
    const scene = await openScene()
    scene.storage.inject('put', 'throw_after')
    scene.storage.inject('get', 'throw_before', 2)
    const got = await outcome(run, scene)
    if (scene.storage.calls.put === 0) return expect(got).toBe(first)
    expect(got).toBe('storage_unavailable')
    expect(await outcome(run, scene)).toBe(again)
  })

  test('a storage that is down for long, then back', async () => {
    const scene = await openScene()
    const before = await stored(scene)
    scene.storage.inject('get', 'throw_before', 'every')
    for (let count = 0; count < 10; count += 1) expect(await outcome(run, scene)).toBe('storage_unavailable')
    scene.storage.reset()
    expect(await stored(scene)).toBe(before)
    expect(await outcome(run, scene)).toBe(first)
  })
})

test('a put that arrives late is stored or not, but never counts for two', async () => {
  const scene = await openScene()
  const { mfa, alice, right, storage } = scene
  storage.inject('put', 'hang_before')
  expect(await outcome(() => mfa.stepUp(alice, { code: right }), scene)).toBe('storage_unavailable')
  storage.release()
  await new Promise(setImmediate)
  // It was stored after the answer: the code is spent, and nobody got in by it.
  expect(await outcome(() => mfa.stepUp(alice, { code: right }), scene)).toBe('invalid_code 4')
})

describe('an erasure', () => {
  test.each(faults)('%s: 503, and again it works', async (fault) => {
    const scene = await openScene()
    scene.storage.inject('delete', fault)
    expect(await outcome(({ mfa }) => mfa.erase('alice'), scene)).toBe('storage_unavailable')
    expect(await outcome(({ mfa }) => mfa.erase('alice'), scene)).toBe('ok')
    expect(await scene.rows.get('alice')).toBeNull()
  })
})
