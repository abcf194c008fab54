import { Cluster, Redis } from 'ioredis'
import { Cluster as Cluster5, Redis as Redis5 } from 'ioredis5'
import { createClient, createClientPool, createCluster } from 'redis'
import { createClient as createClient4, createCluster as createCluster4 } from 'redis4'
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
} from 'redis5'
import { vi } from 'vitest'
import { sharedService, whyMissing } from '../../../test/services/shared.ts'
import type { RedisClient } from '../src/index.ts'

// The servers of most tests keep nothing, and every client would be warned of it.
vi.spyOn(process, 'emitWarning').mockImplementation(() => {})

/** A client that is connected, and what closes it. */
export interface Open {
  readonly client: RedisClient
  readonly close: () => unknown
}

/** A kind of client that tests run on. */
export interface Kind {
  readonly name: string
  readonly service: 'redis' | 'redis-cluster'
  readonly open: (urls: readonly string[]) => Promise<Open>
}

/** A client of node-redis. Its errors come with the calls as well; without a listener they would end the process. */
interface NodeRedis {
  on(event: 'error', listener: () => void): unknown
  connect(): Promise<unknown>
}

async function connected<T extends NodeRedis>(client: T): Promise<T> {
  client.on('error', () => {})
  await client.connect()
  return client
}

/** A client of node-redis 4, once it is connected. */
export async function ofNodeRedis4(
  client: ReturnType<typeof createClient4> | ReturnType<typeof createCluster4>,
): Promise<Open> {
  await connected(client as NodeRedis)
  return { client: client as RedisClient, close: () => client.disconnect() }
}

/** A client of node-redis 5 or later, once it is connected. */
export async function ofNodeRedis<T extends NodeRedis & { destroy(): void }>(client: T & RedisClient): Promise<Open> {
  await connected(client)
  return { client, close: () => client.destroy() }
}

/** A client of ioredis; it connects by itself. */
export async function ofIoredis(client: Redis | Redis5 | Cluster | Cluster5): Promise<Open> {
  ;(client as Redis).on('error', () => {})
  return { client, close: () => client.disconnect() }
}

const at = ([url = '']: readonly string[]) => ({ url })

export function rootNodes(urls: readonly string[]) {
  return { rootNodes: urls.map((url) => ({ url })) }
}

export const singles: readonly Kind[] = [
  { name: 'node-redis 4', service: 'redis', open: (urls) => ofNodeRedis4(createClient4(at(urls))) },
  { name: 'node-redis 5', service: 'redis', open: (urls) => ofNodeRedis(createClient5(at(urls))) },
  {
    name: 'node-redis 5, RESP3',
    service: 'redis',
    open: (urls) => ofNodeRedis(createClient5({ ...at(urls), RESP: 3 })),
  },
  { name: 'node-redis 5, pool', service: 'redis', open: (urls) => ofNodeRedis(createClientPool5(at(urls))) },
  { name: 'node-redis 6', service: 'redis', open: (urls) => ofNodeRedis(createClient(at(urls))) },
  {
    name: 'node-redis 6, RESP2',
    service: 'redis',
    open: (urls) => ofNodeRedis(createClient({ ...at(urls), RESP: 2 })),
  },
  { name: 'node-redis 6, pool', service: 'redis', open: (urls) => ofNodeRedis(createClientPool(at(urls))) },
  { name: 'ioredis 5', service: 'redis', open: ([url = '']) => ofIoredis(new Redis5(url)) },
  { name: 'ioredis 6', service: 'redis', open: ([url = '']) => ofIoredis(new Redis(url)) },
]

export const clusters: readonly Kind[] = [
  {
    name: 'node-redis 4, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis4(createCluster4(rootNodes(urls))),
  },
  {
    name: 'node-redis 5, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster5(rootNodes(urls))),
  },
  {
    name: 'node-redis 6, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster(rootNodes(urls))),
  },
  { name: 'ioredis 5, cluster', service: 'redis-cluster', open: (urls) => ofIoredis(new Cluster5([...urls])) },
  { name: 'ioredis 6, cluster', service: 'redis-cluster', open: (urls) => ofIoredis(new Cluster([...urls])) },
]

export const kinds: readonly Kind[] = [...singles, ...clusters]

const missing = { redis: whyMissing('redis'), 'redis-cluster': whyMissing('redis-cluster') }

/** Whether tests on this service are left out here. */
export function isMissing(service: Kind['service']): boolean {
  return missing[service] !== null
}

/** A title, with the reason if its tests are skipped. */
export function titled(title: string, service: Kind['service']): string {
  return isMissing(service) ? `${title}, skipped: ${missing[service]}` : title
}

/** Opens a client of this kind on the shared server. */
export async function openShared({ service, open }: Kind): Promise<Open> {
  return open((await sharedService(service)).urls)
}

/** One of each driver, for what depends on the server alone. */
export const newest: readonly [Kind, Kind] = [kindNamed('node-redis 6'), kindNamed('ioredis 6')]

export function kindNamed(name: string): Kind {
  const kind = kinds.find((one) => one.name === name)
  if (kind === undefined) throw new Error(`there is no ${name}`)
  return kind
}
