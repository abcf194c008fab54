/** The rule guarded here: a fault strikes the call it was planned for, on the side it was planned for, and no other. */
import { memoryStorage } from '@latchkey/core'
import { describe, expect, test } from 'vitest'
import { type FaultyStorage, faultyStorage, storageContract } from '../src/index.ts'
import { titled } from './titled.ts'

const record = (revision: string) => ({ revision, sealed: 's', enabled: false, updatedAt: new Date(0) })

async function list(storage: FaultyStorage): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const id of storage.userIds()) ids.push(id)
  return ids
}

describe('without faults it is the storage it wraps', () => {
  const cases = storageContract({ create: () => ({ storage: faultyStorage(memoryStorage()) }) })
  test.each(titled(cases))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

test('counts the calls of each method, failed ones too', async () => {
  const storage = faultyStorage(memoryStorage())
  storage.inject('delete', 'throw_before')
  await storage.get('a')
  await storage.put('a', record('1'), null)
  await storage.put('a', record('2'), null)
  await expect(storage.delete('a', '1')).rejects.toThrow('was told to throw')
  await list(storage)
  expect(storage.calls).toEqual({ get: 1, put: 2, delete: 1, userIds: 1 })
  storage.reset()
  expect(storage.calls).toEqual({ get: 0, put: 0, delete: 0, userIds: 0 })
})

test('throws before the call took effect, or after', async () => {
  const inner = memoryStorage()
  const storage = faultyStorage(inner)
  storage.inject('put', 'throw_before')
  await expect(storage.put('a', record('1'), null)).rejects.toThrow('put was told to throw before')
  expect(await inner.get('a')).toBeNull()
  storage.inject('put', 'throw_after')
  await expect(storage.put('a', record('1'), null)).rejects.toThrow('put was told to throw after')
  expect(await inner.get('a')).toMatchObject({ revision: '1' })
})

test('strikes the n-th call from now on, once', async () => {
  const storage = faultyStorage(memoryStorage())
  await storage.get('a')
  storage.inject('get', 'throw_before', 2)
  await storage.get('a')
  await expect(storage.get('a')).rejects.toThrow('was told to throw')
  await storage.get('a')
  await storage.put('a', record('1'), null)
})

test('strikes every call until it is reset', async () => {
  const storage = faultyStorage(memoryStorage())
  storage.inject('get', 'throw_after', 'every')
  await expect(storage.get('a')).rejects.toThrow('was told to throw')
  await expect(storage.get('a')).rejects.toThrow('was told to throw')
  storage.reset()
  await storage.get('a')
})

test.each([0, -1, 1.5, Number.NaN])('refuses to plan for call number %d', (nth) => {
  expect(() => faultyStorage(memoryStorage()).inject('get', 'yield', nth)).toThrow(RangeError)
})

test('hangs before the call took effect, or after, until it is released', async () => {
  const inner = memoryStorage()
  const storage = faultyStorage(inner)
  storage.inject('put', 'hang_before')
  const before = storage.put('a', record('1'), null)
  await storage.hanging()
  expect(await inner.get('a')).toBeNull()
  storage.release()
  expect(await before).toBe(true)

  storage.inject('put', 'hang_after')
  const after = storage.put('a', record('2'), '1')
  await storage.hanging()
  expect(await inner.get('a')).toMatchObject({ revision: '2' })
  storage.release()
  expect(await after).toBe(true)
})

test('tells when several calls hang, and releases all of them', async () => {
  const storage = faultyStorage(memoryStorage())
  storage.inject('get', 'hang_before', 'every')
  const all = storage.hanging(3)
  const calls = [storage.get('a'), storage.get('b'), storage.get('c')]
  await all
  await storage.hanging(2)
  storage.reset()
  expect(await Promise.all(calls)).toEqual([null, null, null])
})

test('a call that yields lets the one behind it go first', async () => {
  const storage = faultyStorage(memoryStorage())
  storage.inject('put', 'yield')
  const yielding = storage.put('a', record('1'), null)
  const prompt = storage.put('a', record('2'), null)
  expect(await Promise.all([yielding, prompt])).toEqual([false, true])
})

test('faults of userIds strike ahead of the first id and behind the last', async () => {
  const storage = faultyStorage(memoryStorage())
  await storage.put('a', record('1'), null)
  storage.inject('userIds', 'throw_before')
  await expect(list(storage)).rejects.toThrow('was told to throw')
  storage.inject('userIds', 'throw_after')
  const seen: string[] = []
  const walk = async () => {
    for await (const id of storage.userIds()) seen.push(id)
  }
  await expect(walk()).rejects.toThrow('was told to throw')
  expect(seen).toEqual(['a'])
})
