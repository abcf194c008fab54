/** The rules guarded here: a user is one key, whatever is in the id and in the prefix; a report can read it, and what is no record is an error. */
import { randomUUID } from 'node:crypto'
import { listUserIds, someRecord } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { sharedService } from '../../../test/services/shared.ts'
import { redisStorage } from '../src/index.ts'
import { isMissing, newest, type Open, openShared, titled } from './clients.ts'

const oddIds: readonly string[] = [
  ...['{', '}', '{}', '{a}b', 'b{a}', '*', '?', '[a]', '[^a]', 'a-z', '^', '\\', '\\*', 'a\\', '"', "'", ' ', '\r\n'],
  ...['a\0', '\0', 'a', '\ufffd', '__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '1', '01'],
  ...['x'.repeat(256), '💡'.repeat(128)],
]
const oddPrefixes = ['*', 'a?', '[a-z]', '[^a]', '\\', 'a\\*:', '{tag}:', '{b', 'a{}b', '-', '^', '名前:', '\0', '%s']

describe.skipIf(isMissing('redis'))(`${titled('keys', 'redis')}`, () => {
  let url: string
  let open: Open
  beforeAll(async () => {
    url = (await sharedService('redis')).urls[0]
    open = await openShared(newest[0])
  })
  afterAll(() => open.close())

  test('a record is a hash that a report can read', async () => {
    const prefix = `${randomUUID()}:`
    const record = someRecord({ enabled: false, updatedAt: new Date(1_700_000_000_123) })
    await redisStorage(open.client, { prefix }).put('a', record, null)
    const fields = ['revision', 'sealed', 'enabled', 'updated_at']
    const values = [record.revision, record.sealed, '0', '1700000000123']
    expect(await send(url, ['HMGET', `${prefix}a`, ...fields])).toEqual(values)
    expect(await send(url, ['HLEN', `${prefix}a`])).toBe(4)
  })

  test('the default prefix is latchkey:', async () => {
    const userId = randomUUID()
    const storage = redisStorage(open.client)
    const record = someRecord()
    await storage.put(userId, record, null)
    expect(await send(url, ['EXISTS', `latchkey:${userId}`])).toBe(1)
    expect(await storage.delete(userId, record.revision)).toBe(true)
    expect(await send(url, ['EXISTS', `latchkey:${userId}`])).toBe(0)
  })

  test('ids are kept to the letter, whatever they mean to Redis', async () => {
    const prefix = `${randomUUID()}:`
    const storage = redisStorage(open.client, { prefix })
    const records = new Map(oddIds.map((userId) => [userId, someRecord()]))
    for (const [userId, record] of records) expect(await storage.put(userId, record, null)).toBe(true)
    for (const [userId, record] of records) expect(await storage.get(userId)).toEqual(record)
    expect([...(await listUserIds(storage))].sort()).toEqual([...oddIds].sort())
    for (const [userId, { revision }] of records) expect(await storage.delete(userId, revision)).toBe(true)
    expect(await listUserIds(storage)).toEqual([])
  })

  test('a prefix means no more than itself, whatever it means to a pattern', async () => {
    const start = randomUUID()
    const storages = oddPrefixes.map((prefix) => redisStorage(open.client, { prefix: `${start}${prefix}` }))
    for (const [n, storage] of storages.entries()) await storage.put(`user-${n}`, someRecord(), null)
    await send(url, ['SET', `${start}z`, 'not ours'])
    for (const [n, storage] of storages.entries()) expect(await listUserIds(storage)).toEqual([`user-${n}`])
  })

  test('half of a character is refused: all of them would be one and the same', async () => {
    const storage = redisStorage(open.client, { prefix: `${randomUUID()}:` })
    for (const userId of ['\ud800', 'a\udc00', '\udc00\ud800']) {
      await expect(storage.get(userId)).rejects.toThrow(TypeError)
      await expect(storage.put(userId, someRecord(), null)).rejects.toThrow(TypeError)
      await expect(storage.delete(userId, 'r')).rejects.toThrow(TypeError)
    }
  })

  test('a time to live that somebody set is taken away: a record that expired would need no second factor', async () => {
    const prefix = `${randomUUID()}:`
    const storage = redisStorage(open.client, { prefix })
    const record = someRecord()
    await storage.put('a', record, null)
    for (const act of [() => storage.get('a'), () => storage.put('a', someRecord(), record.revision)]) {
      await send(url, ['EXPIRE', `${prefix}a`, '1000'])
      await act()
      expect(await send(url, ['TTL', `${prefix}a`])).toBe(-1)
    }
  })

  test('what is no record is an error and never null', async () => {
    const prefix = `${randomUUID()}:`
    const storage = redisStorage(open.client, { prefix })
    const key = `${prefix}a`
    const good = { revision: 'r', sealed: 's', enabled: '1', updated_at: '1' }
    const without = (field: string) => Object.entries(good).filter(([name]) => name !== field)
    const hashes = [
      ...Object.keys(good).map(without),
      ...['', 'x', '1.5', '1e3', ' 1', '99999999999999999'].map((bad) => Object.entries({ ...good, updated_at: bad })),
      ...['', '2', 'true'].map((bad) => Object.entries({ ...good, enabled: bad })),
      [['another', 'field']],
    ]
    for (const hash of hashes) {
      await send(url, ['HSET', key, ...hash.flat()])
      await expect(storage.get('a')).rejects.toThrow(/does not hold what was written/)
      expect(await storage.put('a', someRecord(), null)).toBe(false)
      await send(url, ['DEL', key])
    }
    for (const command of [
      ['SET', key, 'x'],
      ['LPUSH', key, 'x'],
      ['SADD', key, 'x'],
      ['ZADD', key, '1', 'x'],
    ]) {
      await send(url, command)
      await expect(storage.get('a')).rejects.toThrow(/WRONGTYPE/)
      await expect(storage.put('a', someRecord(), null)).rejects.toThrow(/WRONGTYPE/)
      await expect(storage.put('a', someRecord(), 'r')).rejects.toThrow(/WRONGTYPE/)
      await expect(storage.delete('a', 'r')).rejects.toThrow(/WRONGTYPE/)
      await send(url, ['DEL', key])
      expect(await storage.get('a')).toBeNull()
    }
  })

  test('updatedAt must be a date', async () => {
    const storage = redisStorage(open.client, { prefix: `${randomUUID()}:` })
    await expect(storage.put('a', someRecord({ updatedAt: new Date(Number.NaN) }), null)).rejects.toThrow(TypeError)
    expect(await storage.get('a')).toBeNull()
  })
})
