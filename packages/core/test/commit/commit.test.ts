// One record, one write: a rule runs on the record of now, and nothing it found leaves before its write is durable.

import { describe, expect, test } from 'vitest'
import { type MfaError, memoryStorage, type Storage } from '../../src/index.ts'
import { emptyRecord } from '../../src/record/record.ts'
import { refusal, startMs } from '../world.ts'
import { bench, commitOn, raise } from './bench.ts'

test('a rule gets the record and the time, and its result comes back', async () => {
  const { commit, rows } = bench()
  const outcome = await commit.apply('alice', (record, nowMs) => {
    expect(record).toEqual(emptyRecord)
    return { record: { ...record, enabledAt: nowMs }, result: 7 }
  })
  expect(outcome).toMatchObject({ result: 7, record: { enabledAt: startMs } })
  expect(await rows.get('alice')).toMatchObject({ enabled: true, updatedAt: new Date(startMs) })
  expect(await commit.read('alice')).toEqual({ ...emptyRecord, enabledAt: startMs })
})

test('one read and one put; none where nothing changed', async () => {
  const { commit, storage } = bench()
  await commit.apply('alice', raise().rule)
  expect(storage.calls).toMatchObject({ get: 1, put: 1 })
  await commit.apply('alice', (record) => ({ record }))
  expect(storage.calls).toMatchObject({ get: 2, put: 1 })
})

test('every write has a revision of its own', async () => {
  const { commit, rows } = bench()
  const revisions: unknown[] = []
  for (let count = 0; count < 20; count += 1) {
    await commit.apply('alice', raise().rule)
    revisions.push((await rows.get('alice'))?.revision)
  }
  expect(new Set(revisions).size).toBe(20)
})

test('what a rule throws comes out, and nothing is written', async () => {
  const { commit, storage } = bench()
  const fault = new RangeError('a rule of a factor failed')
  await expect(commit.apply('alice', () => Promise.reject(fault))).rejects.toBe(fault)
  expect(storage.calls.put).toBe(0)
  await expect(commit.apply('alice', raise().rule)).resolves.toMatchObject({ result: 'raised' })
})

describe('another writer', () => {
  /** Lets another process write before each of the first puts. */
  function rival(times: number) {
    const rows = memoryStorage()
    const other = commitOn(rows)
    let left = times
    const storage: Storage = {
      ...rows,
      async put(...args) {
        if (left > 0) {
          left -= 1
          await other.apply('alice', (record) => ({ record: { ...record, epoch: record.epoch + 100 } }))
        }
        return rows.put(...args)
      },
    }
    return { commit: commitOn(storage), rows }
  }

  test.each([1, 2, 23])('was first %i times: the rule runs again on what the other left', async (times) => {
    const { commit } = rival(times)
    const { seen, rule } = raise()
    await expect(commit.apply('alice', rule)).resolves.toMatchObject({ result: 'raised' })
    expect(seen).toEqual(Array.from({ length: times + 1 }, (_, count) => count * 100))
    expect((await commit.read('alice')).epoch).toBe(times * 100 + 1)
  })

  test('is first each time: after 24 tries it is given up, and nothing of ours is stored', async () => {
    const { commit } = rival(Number.POSITIVE_INFINITY)
    const { seen, rule } = raise()
    const error = await refusal(commit.apply('alice', rule))
    expect(error).toMatchObject({ code: 'storage_unavailable', status: 503 })
    expect((error.cause as Error).message).toContain('24 times')
    expect(seen).toHaveLength(24)
    expect((await commit.read('alice')).epoch % 100).toBe(0)
  })

  test('erased the row: the old revision matches no more', async () => {
    const rows = memoryStorage()
    await commitOn(rows).apply('alice', raise().rule)
    let erased = false
    const storage: Storage = {
      ...rows,
      async put(...args) {
        if (!erased) await commitOn(rows).delete('alice')
        erased = true
        return rows.put(...args)
      },
    }
    const { seen, rule } = raise()
    await commitOn(storage).apply('alice', rule)
    expect(seen).toEqual([1, 0])
  })
})

describe('a put that throws', () => {
  const caught = (operation: Promise<unknown>): Promise<MfaError> => refusal(operation)

  test('before it took effect: unavailable, without another try', async () => {
    const { commit, storage, rows } = bench()
    storage.inject('put', 'throw_before')
    const { seen, rule } = raise()
    const error = await caught(commit.apply('alice', rule))
    expect(error.code).toBe('storage_unavailable')
    expect(error.cause).toMatchObject({ message: expect.stringContaining('told to throw before') })
    expect(seen).toEqual([0])
    expect(storage.calls).toMatchObject({ get: 2, put: 1 })
    expect(await rows.get('alice')).toBeNull()
  })

  test('after it took effect: reading tells, and it is done', async () => {
    const { commit, storage } = bench()
    storage.inject('put', 'throw_after')
    await expect(commit.apply('alice', raise().rule)).resolves.toMatchObject({ result: 'raised' })
    expect((await commit.read('alice')).epoch).toBe(1)
  })

  test('and another writer came by meanwhile: unavailable, even if ours was stored before', async () => {
    const rows = memoryStorage()
    const other = commitOn(rows)
    const storage: Storage = {
      ...rows,
      async put(...args) {
        await rows.put(...args)
        await other.apply('alice', raise().rule)
        throw new Error('connection lost')
      },
    }
    const { seen, rule } = raise()
    expect((await caught(commitOn(storage).apply('alice', rule))).code).toBe('storage_unavailable')
    expect(seen).toEqual([0])
  })

  test('and nobody can tell: unavailable', async () => {
    const { commit, storage } = bench()
    storage.inject('put', 'throw_after')
    storage.inject('get', 'throw_before', 2)
    expect((await caught(commit.apply('alice', raise().rule))).code).toBe('storage_unavailable')
    expect((await commit.read('alice')).epoch).toBe(1)
  })
})

test.each([undefined, null, 1, 'OK', [true]])('a put that resolves to %j is no yes', async (answer) => {
  const storage: Storage = { ...memoryStorage(), put: async () => answer as unknown as boolean }
  expect((await refusal(commitOn(storage).apply('alice', raise().rule))).code).toBe('storage_unavailable')
})

describe('a get that throws', () => {
  test('is unavailable, before the rule has run', async () => {
    const { commit, storage } = bench()
    storage.inject('get', 'throw_before', 'every')
    const { seen, rule } = raise()
    expect((await refusal(commit.apply('alice', rule))).code).toBe('storage_unavailable')
    expect((await refusal(commit.read('alice'))).code).toBe('storage_unavailable')
    expect(seen).toEqual([])
  })

  test('even where it throws at once', async () => {
    const storage = {
      ...memoryStorage(),
      get(): never {
        throw new Error('pool is closed')
      },
    }
    expect((await refusal(commitOn(storage).read('alice'))).cause).toMatchObject({ message: 'pool is closed' })
  })
})
