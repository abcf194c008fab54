/** The rule guarded here: options of the host's client that change how replies look change no answer, and a reply that cannot be one throws. */
import { randomUUID } from 'node:crypto'
import { listUserIds, someRecord } from '@latchkey/testing'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createCluster, RESP_TYPES } from 'redis'
import { createClient as createClient5, RESP_TYPES as RESP_TYPES5 } from 'redis5'
import { describe, expect, test } from 'vitest'
import { type RedisClient, redisStorage } from '../src/index.ts'
import { isMissing, type Kind, ofIoredis, ofNodeRedis, openShared, rootNodes, titled } from './clients.ts'

const bytes = {
  [RESP_TYPES.BLOB_STRING]: Buffer,
  [RESP_TYPES.SIMPLE_STRING]: Buffer,
  [RESP_TYPES.VERBATIM_STRING]: Buffer,
}
const texts = { [RESP_TYPES.NUMBER]: String, [RESP_TYPES.BIG_NUMBER]: String, [RESP_TYPES.DOUBLE]: String }
const bytes5 = { [RESP_TYPES5.BLOB_STRING]: Buffer, [RESP_TYPES5.NUMBER]: String }

const kinds: readonly Kind[] = [
  {
    name: 'node-redis 6, text as bytes',
    service: 'redis',
    open: ([url = '']) => ofNodeRedis(createClient({ url, commandOptions: { typeMapping: bytes } })),
  },
  {
    name: 'node-redis 6, text as bytes in RESP2',
    service: 'redis',
    open: ([url = '']) => ofNodeRedis(createClient({ url, RESP: 2, commandOptions: { typeMapping: bytes } })),
  },
  {
    name: 'node-redis 6, numbers as text',
    service: 'redis',
    open: ([url = '']) => ofNodeRedis(createClient({ url, commandOptions: { typeMapping: texts } })),
  },
  {
    name: 'node-redis 5, text as bytes and numbers as text',
    service: 'redis',
    open: ([url = '']) => ofNodeRedis(createClient5({ url, commandOptions: { typeMapping: bytes5 } })),
  },
  {
    name: 'node-redis 6, cluster, text as bytes',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster({ ...rootNodes(urls), commandOptions: { typeMapping: bytes } })),
  },
  {
    name: 'ioredis 5, numbers as text',
    service: 'redis',
    open: ([url = '']) => ofIoredis(new Redis5(url, { stringNumbers: true })),
  },
  {
    name: 'ioredis 6, numbers as text in RESP2',
    service: 'redis',
    open: ([url = '']) => ofIoredis(new Redis(url, { stringNumbers: true, protocol: 2 })),
  },
  {
    name: 'ioredis 6, replies as in RESP3',
    service: 'redis',
    open: ([url = '']) => ofIoredis(new Redis(url, { replyMapping: 'resp3' })),
  },
  {
    name: 'ioredis 5, pipelines by itself',
    service: 'redis',
    open: ([url = '']) => ofIoredis(new Redis5(url, { enableAutoPipelining: true })),
  },
  {
    name: 'ioredis 6, pipelines by itself',
    service: 'redis',
    open: ([url = '']) => ofIoredis(new Redis(url, { enableAutoPipelining: true })),
  },
  {
    name: 'ioredis 5, cluster, pipelines by itself, not of scripts',
    service: 'redis-cluster',
    open: (urls) => {
      const autoPipeliningIgnoredCommands = ['eval', 'evalsha']
      return ofIoredis(new Cluster5([...urls], { enableAutoPipelining: true, autoPipeliningIgnoredCommands }))
    },
  },
  {
    name: 'ioredis 6, cluster, pipelines by itself',
    service: 'redis-cluster',
    open: (urls) => ofIoredis(new Cluster([...urls], { enableAutoPipelining: true })),
  },
]

for (const kind of kinds) {
  describe.skipIf(isMissing(kind.service))(`${titled(kind.name, kind.service)}`, () => {
    test('every answer is what it is', async () => {
      const { client, close } = await openShared(kind)
      const storage = redisStorage(client, { prefix: `${randomUUID()}:` })
      const users = Array.from({ length: 50 }, (_, n) => `user-${n}`)
      const record = someRecord({ sealed: 'x'.repeat(5000) })
      const puts = await Promise.all(users.map((user) => storage.put(user, record, null)))
      expect(puts).toEqual(users.map(() => true))
      expect(await storage.put('user-0', someRecord(), 'another')).toBe(false)
      expect(await Promise.all(users.map((user) => storage.get(user)))).toEqual(users.map(() => record))
      expect(await storage.get('nobody')).toBeNull()
      expect([...(await listUserIds(storage))].sort()).toEqual([...users].sort())
      expect(await storage.delete('user-0', 'another')).toBe(false)
      const deletions = users.slice(1).map((user) => storage.delete(user, record.revision))
      expect(await Promise.all(deletions)).toEqual(deletions.map(() => true))
      expect(await listUserIds(storage)).toEqual(['user-0'])
      await close()
    })
  })
}

const strange = [undefined, null, 'QUEUED', 'OK', '', 0, 1, true, {}, new Error('a reply'), () => {}]

test.each(strange)('a reply that cannot be one throws: %o', async (reply) => {
  const info = 'role:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n'
  let isReady = false
  const call = (name: string): Promise<unknown> => {
    if (isReady) return Promise.resolve(reply)
    return Promise.resolve(name === 'info' ? info : 'none')
  }
  const storage = redisStorage({ call } as RedisClient)
  await storage.migrate()
  isReady = true
  await expect(storage.get('a')).rejects.toThrow('unexpected reply')
  await expect(storage.put('a', someRecord(), null)).rejects.toThrow('unexpected reply')
  await expect(storage.put('a', someRecord(), 'r')).rejects.toThrow('unexpected reply')
  await expect(storage.delete('a', 'r')).rejects.toThrow('unexpected reply')
  await expect(listUserIds(storage)).rejects.toThrow('unexpected reply')
})

describe.skipIf(isMissing('redis'))(`${titled('a transaction of the host on the same connection', 'redis')}`, () => {
  test('nothing in it passes for done', async () => {
    const { client, close } = await openShared({
      name: '',
      service: 'redis',
      open: ([url = '']) => ofIoredis(new Redis(url)),
    })
    const storage = redisStorage(client, { prefix: `${randomUUID()}:` })
    await storage.migrate()
    await (client as Redis).multi({ pipeline: false })
    await expect(storage.get('a')).rejects.toThrow('unexpected reply')
    await expect(storage.put('a', someRecord(), null)).rejects.toThrow('unexpected reply')
    await expect(storage.delete('a', 'r')).rejects.toThrow('unexpected reply')
    await (client as Redis).discard()
    expect(await storage.get('a')).toBeNull()
    await close()
  })
})
