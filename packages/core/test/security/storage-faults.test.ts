// Every storage call of every operation throws or hangs, before or after it took effect: then all of it was done, once,
// or none of it; what cannot be told is 503 and never a yes; and the next try works (I1 to I5, I9).

import { describe, expect, test } from 'vitest'
import { expectAllOrNothing, faults, outcome, plannedFaults, stored } from './faults.ts'
import { type Operation, openScene as open, operations, type Scene } from './operations.ts'

/** Over a storage that is not waited for long. */
const openScene = () => open({ storageTimeoutSeconds: 0.02 })

const outcomeIn = (run: Operation['run'], { mfa, given }: Scene) => outcome(run, mfa, given)

describe.each(operations)('$name', ({ name, run, first, again }) => {
  test('without a fault, and again', async () => {
    const scene = await openScene()
    expect(await outcomeIn(run, scene)).toBe(first)
    expect(await outcomeIn(run, scene)).toBe(again)
  })

  test.each(plannedFaults)('the $method: $fault', async (planned) => {
    await expectAllOrNothing(await openScene(), { name, run, first, again }, planned)
  })

  test('the put took effect, throws, and nobody can tell: 503, and it counts once', async () => {
    const scene = await openScene()
    scene.storage.inject('put', 'throw_after')
    scene.storage.inject('get', 'throw_before', 2)
    const got = await outcomeIn(run, scene)
    if (scene.storage.calls.put === 0) return expect(got).toBe(first)
    expect(got).toBe('storage_unavailable')
    expect(await outcomeIn(run, scene)).toBe(again)
  })

  test('a storage that is down for long, then back', async () => {
    const scene = await openScene()
    const before = await stored(scene.rows, scene.given)
    scene.storage.inject('get', 'throw_before', 'every')
    for (let count = 0; count < 10; count += 1) expect(await outcomeIn(run, scene)).toBe('storage_unavailable')
    scene.storage.reset()
    expect(await stored(scene.rows, scene.given)).toBe(before)
    expect(await outcomeIn(run, scene)).toBe(first)
  })
})

test('a put that arrives late is stored or not, but never counts for two', async () => {
  const scene = await openScene()
  const { storage } = scene
  const stepUp: Operation['run'] = (mfa, { alice, right }) => mfa.stepUp(alice, { code: right })
  storage.inject('put', 'hang_before')
  expect(await outcomeIn(stepUp, scene)).toBe('storage_unavailable')
  storage.release()
  await new Promise(setImmediate)
  // It was stored after the answer: the code is spent, and nobody got in by it.
  expect(await outcomeIn(stepUp, scene)).toBe('invalid_code 4')
})

describe('an erasure', () => {
  test.each(faults)('%s: 503 unless it took effect, and again it works', async (fault) => {
    const scene = await openScene()
    scene.storage.inject('delete', fault)
    const tookEffect = fault.endsWith('after')
    expect(await outcomeIn((mfa) => mfa.erase('alice'), scene)).toBe(tookEffect ? 'ok' : 'storage_unavailable')
    expect(await outcomeIn((mfa) => mfa.erase('alice'), scene)).toBe('ok')
    expect(await scene.rows.get('alice')).toBeNull()
  })
})
