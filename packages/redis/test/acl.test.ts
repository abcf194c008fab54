/** The rule guarded here: the lines of the README are all that a user of Redis must be allowed, and what is missing is named. */
import { readFileSync } from 'node:fs'
import { listUserIds, someRecord } from '@latchkey/testing'
import { Cluster } from 'ioredis'
import { Cluster as Cluster5 } from 'ioredis5'
import { createCluster } from 'redis'
import { createCluster as createCluster4 } from 'redis4'
import { createCluster as createCluster5 } from 'redis5'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { redisStorage } from '../src/index.ts'
import {
  isMissing,
  type Kind,
  newest,
  ofIoredis,
  ofNodeRedis,
  ofNodeRedis4,
  rootNodes,
  singles,
  titled,
} from './clients.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const [single = [], cluster = []] = [...readme.matchAll(/^ACL SETUSER latchkey (.*)$/gm)].map(([, line = '']) =>
  line.split(' '),
)

const password = 'secret'
const credentials = { username: 'latchkey', password }
const withCredentials = (url: string): string => url.replace('redis://', `redis://latchkey:${password}@`)

const kinds: readonly Kind[] = [
  ...singles.map((kind) => ({ ...kind, open: (urls: readonly string[]) => kind.open(urls.map(withCredentials)) })),
  {
    name: 'node-redis 4, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis4(createCluster4({ ...rootNodes(urls), defaults: credentials })),
  },
  {
    name: 'node-redis 5, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster5({ ...rootNodes(urls), defaults: credentials })),
  },
  {
    name: 'node-redis 6, cluster',
    service: 'redis-cluster',
    open: (urls) => ofNodeRedis(createCluster({ ...rootNodes(urls), defaults: credentials })),
  },
  {
    name: 'ioredis 5, cluster',
    service: 'redis-cluster',
    open: (urls) => ofIoredis(new Cluster5([...urls], { redisOptions: credentials })),
  },
  {
    name: 'ioredis 6, cluster',
    service: 'redis-cluster',
    open: (urls) => ofIoredis(new Cluster([...urls], { redisOptions: credentials })),
  },
]

describe.each(['redis', 'redis-cluster'] as const)('%s', (service) => {
  describe.skipIf(isMissing(service))(`${titled('a user with the rights of the README', service)}`, () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer(service, { durable: false })
    }, 60_000)
    afterAll(() => server.stop())
    beforeEach(() => allow(['reset', ...single, ...(service === 'redis' ? [] : cluster)]))

    async function allow(rights: readonly string[]): Promise<void> {
      for (const url of server.urls) await send(url, ['ACL', 'SETUSER', 'latchkey', ...rights])
    }

    const those = kinds.filter((kind) => kind.service === service)
    test.each(those.map((kind) => [kind.name, kind] as const))('%s: everything works', async (_, kind) => {
      const { client, close } = await kind.open(server.urls)
      const storage = redisStorage(client)
      await storage.migrate()
      const record = someRecord()
      for (const userId of ['a', 'b', 'c']) expect(await storage.put(userId, record, null)).toBe(true)
      expect(await storage.get('a')).toEqual(record)
      const next = someRecord()
      expect(await storage.put('a', next, record.revision)).toBe(true)
      expect([...(await listUserIds(storage))].sort()).toEqual(['a', 'b', 'c'])
      expect(await storage.delete('a', next.revision)).toBe(true)
      for (const userId of ['b', 'c']) expect(await storage.delete(userId, record.revision)).toBe(true)
      await expect(redisStorage(client, { prefix: 'another:' }).migrate()).rejects.toThrow(/NOPERM|permission/)
      await close()
    })

    const commands = service === 'redis' ? single.filter((right) => right.startsWith('+')) : []
    test.each(commands)('without %s something fails, and never as null', async (right) => {
      await allow([right.replace('+', '-')])
      const { client, close } = await (those.find(({ name }) => name === newest[0].name) as Kind).open(server.urls)
      const storage = redisStorage(client)
      const calls = async () => {
        await send(server.urls[0], ['SCRIPT', 'FLUSH'])
        await storage.migrate()
        const { revision } = someRecord()
        await storage.put('a', someRecord({ revision }), null)
        await storage.delete('a', revision)
        await listUserIds(storage)
      }
      await expect(calls()).rejects.toThrow(right === '+info' ? 'grant +info' : /NOPERM|permission|can't run/)
      await close()
    })
  })
})
