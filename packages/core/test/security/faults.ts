// What a fault at one call of the storage may come to, whatever the storage is.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Fault } from '@latchkey/testing'
import { expect } from 'vitest'
import { isMfaError, type Mfa, type Storage } from '../../src/index.ts'
import type { Given, Operation, Scene } from './operations.ts'

/** Every fault of a call: it throws or hangs, before or after it took effect. */
export const faults: readonly Fault[] = ['throw_before', 'throw_after', 'hang_before', 'hang_after']

/** A call, and what becomes of it. */
export interface PlannedFault {
  readonly method: 'get' | 'put'
  readonly fault: Fault
}

export const plannedFaults: readonly PlannedFault[] = faults.flatMap((fault) => [
  { method: 'get', fault },
  { method: 'put', fault },
])

/** What an operation came to: `ok`, or the code of its refusal. */
export async function outcome(run: Operation['run'], mfa: Mfa, given: Given): Promise<string> {
  try {
    await run(mfa, given)
    return 'ok'
  } catch (error) {
    if (!isMfaError(error)) throw error
    return [error.code, error.attemptsRemaining].filter((part) => part !== undefined).join(' ')
  }
}

/** What is stored of both users, by revision. */
export async function stored(rows: Storage, { alice, mallory }: Given): Promise<string> {
  const revisions = await Promise.all([alice, mallory].map(async ({ id }) => (await rows.get(id))?.revision))
  return revisions.join(' ')
}

/** Asserts that all of the operation was done, once, or none of it; and that the next try works. */
export async function expectAllOrNothing(
  scene: Scene,
  { run, first, again }: Operation,
  {
    method,
    fault,
    idle = nextTurn,
  }: PlannedFault & {
    /** Resolves when no call is under way in the storage below. */ readonly idle?: () => Promise<unknown>
  },
): Promise<void> {
  const { mfa, given, storage, rows } = scene
  const before = await stored(rows, given)
  storage.inject(method, fault)
  const got = await outcome(run, mfa, given)
  const isReached = storage.calls[method] > 0
  const tookEffect = (await stored(rows, given)) !== before
  if (!isReached) return expect(got).toBe(first)
  // A put that took effect is found by reading again; a get never decides anything.
  const isDone = method === 'put' && fault.endsWith('after')
  expect(got).toBe(isDone ? first : 'storage_unavailable')
  expect(tookEffect).toBe(isDone)
  expect(scene.events.at(-1)?.reason === 'storage_unavailable').toBe(!isDone)
  // What hangs is still hanging, and the next try does not mind.
  expect(await outcome(run, mfa, given)).toBe(isDone ? again : first)
  const after = await stored(rows, given)
  storage.release()
  await idle()
  expect(await stored(rows, given)).toBe(after)
}
