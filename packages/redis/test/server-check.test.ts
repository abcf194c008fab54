/**
 * The threat: a server that drops records when its memory is full. A user without a record needs no second factor, so filling
 * the memory would turn it off for everybody.
 */
import { listUserIds, someRecord } from '@latchkey/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { type RedisClient, redisStorage } from '../src/index.ts'
import { clusters, isMissing, newest, type Open, singles, titled } from './clients.ts'
import { openWire, type Wire } from './wire.ts'

const dropping = ['allkeys-lru', 'allkeys-lfu', 'allkeys-random']
const keeping = ['noeviction', 'volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl']

describe.skipIf(isMissing('redis'))(`${titled('one server', 'redis')}`, () => {
  let server: Server
  let wire: Wire
  let open: Open
  const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  beforeAll(async () => {
    server = await startServer('redis')
  })
  afterAll(() => server.stop())
  beforeEach(async () => {
    warnings.mockClear()
    await set('maxmemory-policy', 'noeviction')
    wire = await openWire(server.urls[0])
    open = await newest[0].open([wire.url])
  })
  afterEach(async () => {
    await open.close()
    wire.close()
  })

  const set = (name: string, value: string): Promise<unknown> => send(server.urls[0], ['CONFIG', 'SET', name, value])
  const looks = (): number => wire.commands.filter((name) => name === 'info').length

  test.each(singles.map((kind) => [kind.name, kind] as const))('%s is refused by what it drops', async (_, kind) => {
    const { client, close } = await kind.open(server.urls)
    for (const policy of dropping) {
      await set('maxmemory-policy', policy)
      await expect(redisStorage(client).migrate()).rejects.toThrow(/maxmemory-policy is "allkeys-\w+"\. Set it to noev/)
      await expect(redisStorage(client, { allowEviction: true }).migrate()).resolves.toBeUndefined()
    }
    for (const policy of keeping) {
      await set('maxmemory-policy', policy)
      await expect(redisStorage(client).migrate()).resolves.toBeUndefined()
    }
    await close()
  })

  test('without migrate() the first call looks, of whatever kind it is', async () => {
    await set('maxmemory-policy', 'allkeys-lru')
    const calls: readonly ((client: RedisClient) => Promise<unknown>)[] = [
      (client) => redisStorage(client).get('a'),
      (client) => redisStorage(client).put('a', someRecord(), null),
      (client) => redisStorage(client).delete('a', 'r'),
      (client) => listUserIds(redisStorage(client)),
    ]
    for (const call of calls) await expect(call(open.client)).rejects.toThrow(/maxmemory-policy/)
    expect(await send(server.urls[0], ['EXISTS', 'latchkey:a'])).toBe(0)
  })

  test('a storage that looked once does not look again, and many at once look once', async () => {
    const storage = redisStorage(open.client)
    await Promise.all(['a', 'b', 'c'].map((userId) => storage.get(userId)))
    await storage.get('a')
    expect(looks()).toBe(1)
    await storage.migrate()
    await storage.get('a')
    expect(looks()).toBe(2)
  })

  test('a look that failed is not remembered, and one that fails later counts', async () => {
    const storage = redisStorage(open.client)
    await set('maxmemory-policy', 'allkeys-lru')
    await expect(storage.get('a')).rejects.toThrow(/maxmemory-policy/)
    await expect(storage.get('a')).rejects.toThrow(/maxmemory-policy/)
    await set('maxmemory-policy', 'noeviction')
    expect(await storage.get('a')).toBeNull()
    await set('maxmemory-policy', 'allkeys-lru')
    await expect(storage.migrate()).rejects.toThrow(/maxmemory-policy/)
    await expect(storage.get('a')).rejects.toThrow(/maxmemory-policy/)
  })

  test('a server without an append-only file is warned of, once for each client', async () => {
    await redisStorage(open.client).migrate()
    expect(warnings).not.toHaveBeenCalled()
    await set('appendonly', 'no')
    const storage = redisStorage(open.client)
    await storage.migrate()
    await storage.migrate()
    await redisStorage(open.client, { prefix: 'another:' }).migrate()
    await set('appendonly', 'yes')
    expect(warnings.mock.calls).toEqual([
      [
        expect.stringMatching(/^Redis keeps no append-only file/),
        { type: 'LatchkeyWarning', code: 'LATCHKEY_REDIS_AOF' },
      ],
    ])
  })
})

test.each([
  ['role:slave\r\nmaxmemory_policy:noeviction\r\n', 'is a slave'],
  ['maxmemory_policy:noeviction\r\n', 'connect the client to the master'],
  ['role:master\r\n', 'maxmemory-policy is "unknown"'],
  ['role:master\r\nmaxmemory_policy:another\r\n', 'maxmemory-policy is "another"'],
  ['', 'connect the client to the master'],
])('a server that tells of itself %j is refused', async (info, message) => {
  const call = (name: string): Promise<unknown> => Promise.resolve(name === 'info' ? info : 'none')
  await expect(redisStorage({ call } as RedisClient).migrate()).rejects.toThrow(message)
})

describe.skipIf(isMissing('redis-cluster'))(`${titled('a cluster', 'redis-cluster')}`, () => {
  let cluster: Server
  beforeAll(async () => {
    cluster = await startServer('redis-cluster', { durable: false })
  }, 60_000)
  afterAll(() => cluster.stop())

  test.each(clusters.map((kind) => [kind.name, kind] as const))('%s looks at every master', async (_, kind) => {
    for (const url of cluster.urls) {
      await send(url, ['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru'])
      const { client, close } = await kind.open(cluster.urls)
      await expect(redisStorage(client).migrate()).rejects.toThrow(/maxmemory-policy/)
      await send(url, ['CONFIG', 'SET', 'maxmemory-policy', 'noeviction'])
      await expect(redisStorage(client).migrate()).resolves.toBeUndefined()
      await close()
    }
  })
})
