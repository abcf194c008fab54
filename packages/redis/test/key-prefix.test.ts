/** The rule guarded here: a prefix that the host's client puts before every key comes before ours, also when users are listed. */
import { randomUUID } from 'node:crypto'
import { listUserIds, someRecord } from '@latchkey/testing'
import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster } from 'redis'
import { describe, expect, test } from 'vitest'
import { redisStorage } from '../src/index.ts'
import { isMissing, type Kind, kindNamed, ofIoredis, ofNodeRedis, openShared, rootNodes, titled } from './clients.ts'

const keyPrefix = `*${randomUUID()}[a]:`

const kinds: readonly Kind[] = [
  { name: 'ioredis 5', service: 'redis', open: ([url = '']) => ofIoredis(new Redis5(url, { keyPrefix })) },
  { name: 'ioredis 6', service: 'redis', open: ([url = '']) => ofIoredis(new Redis(url, { keyPrefix })) },
  { name: 'node-redis 6', service: 'redis', open: ([url = '']) => ofNodeRedis(createClient({ url, keyPrefix })) },
  {
    name: 'node-redis 6, pool',
    service: 'redis',
    open: ([url = '']) => ofNodeRedis(createClientPool({ url, keyPrefix })),
  },
  {
    name: 'ioredis 5, cluster',
    service: 'redis-cluster',
    open: (urls) => ofIoredis(new Cluster5([...urls], { keyPrefix })),
  },
  {
    name: 'ioredis 6, cluster',
    service: 'redis-cluster',
    open: (urls) => ofIoredis(new Cluster([...urls], { redisOptions: { keyPrefix } })),
  },
  {
    name: 'node-redis 6, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster({ ...rootNodes(urls), keyPrefix })),
  },
]

for (const kind of kinds) {
  describe.skipIf(isMissing(kind.service))(`${titled(kind.name, kind.service)}`, () => {
    test('the prefix of the client comes first', async () => {
      const prefix = `${randomUUID()}:`
      const prefixed = await openShared(kind)
      const storage = redisStorage(prefixed.client, { prefix })
      const record = someRecord()
      for (const userId of ['a', '{b}', 'c']) await storage.put(userId, record, null)
      expect(await storage.get('{b}')).toEqual(record)
      expect(await storage.delete('c', record.revision)).toBe(true)
      expect([...(await listUserIds(storage))].sort()).toEqual(['a', '{b}'])
      await prefixed.close()

      const plain = await openShared(kindNamed(kind.name))
      expect(await redisStorage(plain.client, { prefix: `${keyPrefix}${prefix}` }).get('a')).toEqual(record)
      expect(await redisStorage(plain.client, { prefix }).get('a')).toBeNull()
      await plain.close()
    })
  })
}
