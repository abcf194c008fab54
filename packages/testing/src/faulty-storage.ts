import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '@latchkey/core'
import { createFaultPlan, type Fault, type StorageMethod } from './fault-plan.ts'
import { createGate } from './gate.ts'

/** A storage that fails when a test tells it to, and counts. */
export interface FaultyStorage extends Storage {
  /** How often each method was called since the beginning or the last `reset()`. Failed calls count. */
  readonly calls: Readonly<Record<StorageMethod, number>>
  /**
   * Plans a fault for one call of a method. Several faults may meet in one call.
   *
   * @param nth - Which call, counted from now: 1 is the next. `'every'` stays until `reset()`. @defaultValue 1
   * @throws RangeError if `nth` is not a whole number from 1 on
   */
  readonly inject: (method: StorageMethod, fault: Fault, nth?: number | 'every') => void
  /** Resolves as soon as so many calls hang. @defaultValue 1 */
  readonly hanging: (count?: number) => Promise<void>
  /** Lets the calls that hang now go on. */
  readonly release: () => void
  /** Sets the counts to 0, forgets what was planned and releases what hangs. */
  readonly reset: () => void
}

/** Wraps a storage. As long as nothing is planned it behaves like the one it wraps. */
export function faultyStorage(storage: Storage): FaultyStorage {
  const gate = createGate()
  const plan = createFaultPlan()
  const enter = (method: StorageMethod): Passage => createPassage(method, plan.enter(method), gate.wait)
  return Object.freeze<FaultyStorage>({
    get: (userId) => pass(enter('get'), () => storage.get(userId)),
    put: (userId, next, expected) => pass(enter('put'), () => storage.put(userId, next, expected)),
    delete: (userId, expected) => pass(enter('delete'), () => storage.delete(userId, expected)),
    userIds: () => walk(enter('userIds'), () => storage.userIds()),
    calls: plan.calls,
    inject: plan.inject,
    hanging: (count = 1) => gate.waiting(count),
    release: gate.open,
    reset() {
      plan.reset()
      gate.open()
    },
  })
}

/** What one call goes through. */
interface Passage {
  before(): Promise<void>
  after(): Promise<void>
  between(): Promise<void>
}

function createPassage(method: StorageMethod, faults: ReadonlySet<Fault>, hang: () => Promise<void>): Passage {
  const between = async () => {
    if (faults.has('yield')) await nextTurn()
  }
  const side = (when: 'before' | 'after') => async () => {
    await between()
    if (faults.has(`hang_${when}`)) await hang()
    if (faults.has(`throw_${when}`))
      throw new Error(`faultyStorage: ${method} was told to throw ${when} it took effect`)
  }
  return { before: side('before'), after: side('after'), between }
}

async function pass<T>(passage: Passage, call: () => Promise<T>): Promise<T> {
  await passage.before()
  const result = await call()
  await passage.after()
  return result
}

/** "Before" is ahead of the first id, "after" behind the last. */
async function* walk(passage: Passage, call: () => AsyncIterable<string>): AsyncGenerator<string> {
  await passage.before()
  for await (const userId of call()) {
    yield userId
    await passage.between()
  }
  await passage.after()
}
