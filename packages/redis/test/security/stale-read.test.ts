/**
 * The threat: a server that lags behind, or is no longer the master, is asked for a record and has none yet. An enrolled
 * user would then sign in by password alone, or a used code would work again.
 */
import { someRecord } from '@latchkey/testing'
import { Cluster } from 'ioredis'
import { createCluster } from 'redis'
import { createCluster as createCluster4 } from 'redis4'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../../../../test/services/process.ts'
import { send } from '../../../../test/services/redis.ts'
import { type Server, startServer } from '../../../../test/services/servers.ts'
import { type RedisClient, type RedisStorage, redisStorage } from '../../src/index.ts'
import { isMissing, newest, type Open, titled } from '../clients.ts'

/** A master waits some seconds for further replicas, unless told otherwise. */
const atOnce = ['--repl-diskless-sync-delay', '0']
const patienceMs = 60_000

describe.skipIf(isMissing('redis'))(`${titled('a master and its replica', 'redis')}`, () => {
  let master: Server
  let replica: Server
  beforeAll(async () => {
    master = await startServer('redis', { durable: false, extra: atOnce })
    replica = await startServer('redis', { durable: false, extra: ['--replicaof', '127.0.0.1', portOf(master)] })
  }, patienceMs)
  afterAll(async () => {
    await master.stop()
    await replica.stop()
  })

  describe.each(newest.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
    let open: Open
    let storage: RedisStorage
    const stored = someRecord()
    beforeEach(async () => {
      await send(master.urls[0], ['FLUSHALL'])
      open = await kind.open(master.urls)
      storage = redisStorage(open.client)
      await storage.put('a', stored, null)
    })
    afterEach(() => open.close())

    async function expectNothingToWork(message: RegExp): Promise<void> {
      await expect(storage.get('a')).rejects.toThrow(message)
      await expect(storage.get('nobody')).rejects.toThrow(message)
      await expect(storage.put('a', someRecord(), stored.revision)).rejects.toThrow(message)
      await expect(storage.put('b', someRecord(), 'another')).rejects.toThrow(message)
      await expect(storage.delete('a', stored.revision)).rejects.toThrow(message)
    }

    test('a replica is refused from the start', async () => {
      await send(master.urls[0], ['WAIT', '1', '0'])
      const other = await kind.open(replica.urls)
      storage = redisStorage(other.client)
      await expectNothingToWork(/READONLY/)
      await expect(storage.migrate()).rejects.toThrow(/READONLY/)
      await other.close()
    })

    test('a master that becomes a replica answers nothing more', async () => {
      await send(master.urls[0], ['REPLICAOF', '127.0.0.1', portOf(replica)])
      await expectNothingToWork(/READONLY/)
      await send(master.urls[0], ['REPLICAOF', 'NO', 'ONE'])
      expect(await storage.get('a')).toEqual(stored)
    })

    test('a master without the replicas it must have may have been replaced, and answers nothing', async () => {
      await send(master.urls[0], ['CONFIG', 'SET', 'min-replicas-to-write', '2'])
      await expectNothingToWork(/NOREPLICAS/)
      await send(master.urls[0], ['CONFIG', 'SET', 'min-replicas-to-write', '0'])
      expect(await storage.get('a')).toEqual(stored)
    })
  })
})

describe.skipIf(isMissing('redis-cluster'))(`${titled('a cluster with a replica', 'redis-cluster')}`, () => {
  let cluster: Server
  let replica: Server
  beforeAll(async () => {
    cluster = await startServer('redis-cluster', { durable: false, extra: atOnce })
    replica = await startServer('redis', { durable: false, extra: ['--cluster-enabled', 'yes'] })
    await send(replica.urls[0], ['CLUSTER', 'MEET', '127.0.0.1', portOf(cluster)])
    const master = String(await send(cluster.urls[0], ['CLUSTER', 'MYID']))
    await until(() => send(replica.urls[0], ['CLUSTER', 'REPLICATE', master]))
    const isKnown = async (url: string) =>
      JSON.stringify(await send(url, ['CLUSTER', 'SLOTS'])).includes(portOf(replica))
    for (const url of cluster.urls) await until(() => isKnown(url))
  }, patienceMs)
  afterAll(async () => {
    await cluster.stop()
    await replica.stop()
  })

  const rootNodes = () => cluster.urls.map((url) => ({ url }))
  const clients = {
    'ioredis 6, scaleReads': async () => {
      const client = new Cluster([...cluster.urls], { scaleReads: 'slave' })
      return { client, get: (key: string) => client.get(key), close: () => client.disconnect() }
    },
    'node-redis 4, useReplicas': async () => {
      const client = createCluster4({ rootNodes: rootNodes(), useReplicas: true })
      await client.connect()
      return { client: client as RedisClient, get: (key: string) => client.get(key), close: () => client.disconnect() }
    },
    'node-redis 6, useReplicas': async () => {
      const client = createCluster({ rootNodes: rootNodes(), useReplicas: true })
      await client.connect()
      return { client, get: (key: string) => client.get(key), close: () => client.destroy() }
    },
  }

  test.each(Object.entries(clients))('%s: replicas are read by the host, and never by us', async (_, connect) => {
    const { client, get, close } = await connect()
    await send(replica.urls[0], ['CONFIG', 'RESETSTAT'])
    const storage = redisStorage(client)
    const users = Array.from({ length: 60 }, (_none, n) => `user-${n}`)
    for (const user of users) expect(await storage.get(user)).toBeNull()
    for (const user of users) await get(user)
    const stats = String(await send(replica.urls[0], ['INFO', 'commandstats']))
    expect(stats).toContain('cmdstat_get:')
    expect(stats).not.toContain('cmdstat_eval')
    await close()
  })
})

function portOf(server: Server): string {
  return new URL(server.urls[0]).port
}
