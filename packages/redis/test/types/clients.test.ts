/** The rule guarded here: the clients of all versions fit as their types come, and what is no client does not. */
import type { Storage } from '@latchkey/core'
import type { ChainableCommander, Cluster, Redis } from 'ioredis'
import type { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster, createSentinel, type RedisClientType } from 'redis'
import {
  createClient as createClient4,
  createCluster as createCluster4,
  type RedisClientType as RedisClientType4,
} from 'redis4'
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
  RESP_TYPES,
} from 'redis5'
import { expect, expectTypeOf, test } from 'vitest'
import { type RedisClient, type RedisStorage, redisStorage } from '../../src/index.ts'

const url = 'redis://localhost'
const rootNodes = [{ url }]
const sentinels = { name: 'mymaster', sentinelRootNodes: [{ host: 'localhost', port: 26379 }] }

/** Never called: only what they would give matters. */
const clients = {
  single4: () => createClient4({ url }),
  cluster4: () => createCluster4({ rootNodes, useReplicas: true }),
  single5: () => createClient5({ url }),
  single5In3: () => createClient5({ url, RESP: 3, commandOptions: { typeMapping: { [RESP_TYPES.NUMBER]: String } } }),
  pool5: () => createClientPool5({ url }),
  cluster5: () => createCluster5({ rootNodes, useReplicas: true }),
  sentinel5: () => createSentinel5(sentinels),
  single: () => createClient({ url }),
  singleIn2: () => createClient({ url, RESP: 2 }),
  pool: () => createClientPool({ url }),
  cluster: () => createCluster({ rootNodes, useReplicas: true }),
  sentinel: () => createSentinel(sentinels),
}

test('clients of node-redis fit', () => {
  expectTypeOf(clients.single4).returns.toExtend<RedisClient>()
  expectTypeOf(clients.cluster4).returns.toExtend<RedisClient>()
  expectTypeOf(clients.single5).returns.toExtend<RedisClient>()
  expectTypeOf(clients.single5In3).returns.toExtend<RedisClient>()
  expectTypeOf(clients.pool5).returns.toExtend<RedisClient>()
  expectTypeOf(clients.cluster5).returns.toExtend<RedisClient>()
  expectTypeOf(clients.sentinel5).returns.toExtend<RedisClient>()
  expectTypeOf(clients.single).returns.toExtend<RedisClient>()
  expectTypeOf(clients.singleIn2).returns.toExtend<RedisClient>()
  expectTypeOf(clients.pool).returns.toExtend<RedisClient>()
  expectTypeOf(clients.cluster).returns.toExtend<RedisClient>()
  expectTypeOf(clients.sentinel).returns.toExtend<RedisClient>()
  expectTypeOf<RedisClientType>().toExtend<RedisClient>()
  expectTypeOf<RedisClientType4>().toExtend<RedisClient>()
})

test('clients of ioredis fit', () => {
  expectTypeOf<Redis>().toExtend<RedisClient>()
  expectTypeOf<Cluster>().toExtend<RedisClient>()
  expectTypeOf<Redis5>().toExtend<RedisClient>()
  expectTypeOf<Cluster5>().toExtend<RedisClient>()
})

test('what is no client does not fit', () => {
  expectTypeOf<string>().not.toExtend<RedisClient>()
  expectTypeOf<Map<string, string>>().not.toExtend<RedisClient>()
  expectTypeOf<ChainableCommander>().not.toExtend<RedisClient>()
  expectTypeOf<{ call(name: string, callback: () => void): boolean }>().not.toExtend<RedisClient>()
})

test('the storage is one of core, with migrate()', () => {
  expectTypeOf(redisStorage).returns.toEqualTypeOf<RedisStorage>()
  expectTypeOf<RedisStorage>().toExtend<Storage>()
  expectTypeOf<RedisStorage['migrate']>().returns.toEqualTypeOf<Promise<void>>()
})

test('options that do not fit', () => {
  const client = { call: () => Promise.resolve() }
  // @ts-expect-error: misspelled
  expect(() => redisStorage(client, { prefx: 'a:' })).toThrow('prefx')
  // @ts-expect-error: no text
  expect(() => redisStorage(client, { prefix: 7 })).toThrow('prefix')
  // @ts-expect-error: neither true nor false
  expect(() => redisStorage(client, { allowEviction: 'yes' })).toThrow('allowEviction')
})
