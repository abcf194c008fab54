// An erasure deletes what it has read and nothing else, goes on until nothing is left, and says so only then.

import { describe, expect, test } from 'vitest'
import { memoryStorage, type Storage } from '../../src/index.ts'
import { refusal } from '../world.ts'
import { bench, commitOn, raise } from './bench.ts'

const { rule } = raise()

test('one read and one delete; no delete if nothing is stored', async () => {
  const { commit, storage, rows } = bench()
  await commit.apply('alice', rule)
  storage.reset()
  await commit.delete('alice')
  expect(storage.calls).toMatchObject({ get: 1, put: 0, delete: 1 })
  expect(await rows.get('alice')).toBeNull()
  await commit.delete('alice')
  expect(storage.calls).toMatchObject({ get: 2, put: 0, delete: 1 })
})

test('a record that does not open is deleted like any other', async () => {
  const { commit, rows } = bench()
  await rows.put('alice', { revision: 'r', sealed: 'damaged', enabled: true, updatedAt: new Date(0) }, null)
  await commit.delete('alice')
  expect(await rows.get('alice')).toBeNull()
})

describe('another writer', () => {
  /** Lets another process write before each of the first deletes. */
  async function rival(times: number) {
    const rows = memoryStorage()
    const other = commitOn(rows)
    await other.apply('alice', rule)
    let calls = 0
    const storage: Storage = {
      ...rows,
      async delete(...removal) {
        calls += 1
        if (calls <= times) await other.apply('alice', rule)
        return rows.delete(...removal)
      },
    }
    return { commit: commitOn(storage), rows, calls: () => calls }
  }

  test.each([1, 2, 23])('was first %i times: what that one wrote is deleted too', async (times) => {
    const { commit, rows, calls } = await rival(times)
    await commit.delete('alice')
    expect(await rows.get('alice')).toBeNull()
    expect(calls()).toBe(times + 1)
  })

  test('is first each time: after 24 tries it is given up, and what that one wrote stays', async () => {
    const { commit, calls } = await rival(Number.POSITIVE_INFINITY)
    const error = await refusal(commit.delete('alice'))
    expect(error).toMatchObject({ code: 'storage_unavailable', status: 503 })
    expect((error.cause as Error).message).toContain('24 times')
    expect(calls()).toBe(24)
    expect((await commit.read('alice')).epoch).toBe(25)
  })

  test('deleted it first: there is nothing left to do', async () => {
    const rows = memoryStorage()
    const other = commitOn(rows)
    await other.apply('alice', rule)
    const storage: Storage = {
      ...rows,
      async delete(...removal) {
        await other.delete('alice')
        return rows.delete(...removal)
      },
    }
    await expect(commitOn(storage).delete('alice')).resolves.toBeUndefined()
  })
})

describe('a delete that throws', () => {
  test('before it took effect: unavailable, without another try, and the next one works', async () => {
    const { commit, storage, rows } = bench()
    await commit.apply('alice', rule)
    storage.reset()
    storage.inject('delete', 'throw_before')
    const error = await refusal(commit.delete('alice'))
    expect(error.code).toBe('storage_unavailable')
    expect(error.cause).toMatchObject({ message: expect.stringContaining('told to throw before') })
    expect(storage.calls).toMatchObject({ get: 2, delete: 1 })
    expect(await rows.get('alice')).not.toBeNull()
    await expect(commit.delete('alice')).resolves.toBeUndefined()
    expect(await rows.get('alice')).toBeNull()
  })

  test.each(['throw_after', 'hang_after'] as const)('after it took effect (%s): it is done', async (fault) => {
    const { commit, storage, rows } = bench()
    await commit.apply('alice', rule)
    storage.inject('delete', fault)
    await expect(commit.delete('alice')).resolves.toBeUndefined()
    expect(storage.calls.delete).toBe(1)
    expect(await rows.get('alice')).toBeNull()
  })

  test('and another writer came by meanwhile: what that one wrote is deleted too', async () => {
    const rows = memoryStorage()
    const other = commitOn(rows)
    await other.apply('alice', rule)
    let calls = 0
    const storage: Storage = {
      ...rows,
      async delete(...removal) {
        calls += 1
        if (calls > 1) return rows.delete(...removal)
        await other.apply('alice', rule)
        throw new Error('connection lost')
      },
    }
    await expect(commitOn(storage).delete('alice')).resolves.toBeUndefined()
    expect(await rows.get('alice')).toBeNull()
  })

  test('and nobody can tell: unavailable', async () => {
    const { commit, storage } = bench()
    await commit.apply('alice', rule)
    storage.inject('delete', 'throw_after')
    storage.inject('get', 'throw_before', 2)
    expect((await refusal(commit.delete('alice'))).code).toBe('storage_unavailable')
    await expect(commit.delete('alice')).resolves.toBeUndefined()
  })

  test('and arrives late: it takes nothing that was written since', async () => {
    const { commit, storage, rows } = bench()
    await commit.apply('alice', rule)
    storage.inject('delete', 'hang_before')
    expect((await refusal(commit.delete('alice'))).code).toBe('storage_unavailable')
    await commit.apply('alice', rule)
    const stored = await rows.get('alice')
    storage.release()
    await new Promise(setImmediate)
    expect(await rows.get('alice')).toEqual(stored)
    expect(stored).not.toBeNull()
  })
})

test.each([undefined, null, 1, 'OK', [true]])('a delete that resolves to %j is no yes', async (answer) => {
  const rows = memoryStorage()
  await commitOn(rows).apply('alice', rule)
  const storage: Storage = { ...rows, delete: async () => answer as unknown as boolean }
  expect((await refusal(commitOn(storage).delete('alice'))).code).toBe('storage_unavailable')
  expect(await rows.get('alice')).not.toBeNull()
})

test('a read that throws is unavailable, and nothing is deleted', async () => {
  const { commit, storage, rows } = bench()
  await commit.apply('alice', rule)
  storage.inject('get', 'throw_before')
  expect((await refusal(commit.delete('alice'))).code).toBe('storage_unavailable')
  expect(storage.calls.delete).toBe(0)
  expect(await rows.get('alice')).not.toBeNull()
})
