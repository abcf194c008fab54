/**
 * The threat: sentinels make a replica the master. A record that was acknowledged must not look like none on the way, and
 * nothing may be read from the master of before.
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { listUserIds, someRecord } from '@latchkey/testing'
import { Redis } from 'ioredis'
import { Redis as Redis5 } from 'ioredis5'
import { createSentinel } from 'redis'
import { createSentinel as createSentinel5 } from 'redis5'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { until } from '../../../../test/services/process.ts'
import { requirePrograms } from '../../../../test/services/programs.mjs'
import { redisUrl, send } from '../../../../test/services/redis.ts'
import { createServer } from '../../../../test/services/server.ts'
import { type Server, startServer } from '../../../../test/services/servers.ts'
import { redisStorage } from '../../src/index.ts'
import { isMissing, type Open, ofIoredis, ofNodeRedis, titled } from '../clients.ts'

const name = 'latchkey'
const atOnce = ['--repl-diskless-sync-delay', '0']

const clients: readonly ((port: number) => Promise<Open>)[] = [
  (port) => ofNodeRedis(createSentinel5({ name, ...sentinelAt(port), replicaPoolSize: 1 })),
  (port) => ofNodeRedis(createSentinel({ name, ...sentinelAt(port), replicaPoolSize: 1 })),
  (port) => ofIoredis(new Redis5({ name, sentinels: [{ host: '127.0.0.1', port }] })),
  (port) => ofIoredis(new Redis({ name, sentinels: [{ host: '127.0.0.1', port }] })),
]

describe.skipIf(isMissing('redis'))(`${titled('a sentinel', 'redis')}`, () => {
  const servers: Server[] = []
  let sentinel: Server
  beforeAll(async () => {
    servers.push(await startServer('redis', { durable: false, extra: atOnce }))
    const replicaof = ['--replicaof', '127.0.0.1', portOf(servers[0])]
    servers.push(await startServer('redis', { durable: false, extra: [...atOnce, ...replicaof] }))
    sentinel = await startSentinel(portOf(servers[0]))
    servers.push(sentinel)
    await until(knowsReplica)
  }, 60_000)
  afterAll(async () => {
    for (const server of servers) await server.stop()
  })

  async function knowsReplica(): Promise<boolean> {
    const replicas = JSON.stringify(await send(sentinel.urls[0], ['SENTINEL', 'REPLICAS', name]))
    return replicas.includes('"slave-repl-offset"') && !/"flags","[^"]*(down|disconnected)/.test(replicas)
  }

  async function masterPort(): Promise<string> {
    return ((await send(sentinel.urls[0], ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name])) as string[])[1] ?? ''
  }

  test('every client finds the new master, and on the way a record never looks like none', {
    timeout: 60_000,
  }, async () => {
    const opened = await Promise.all(clients.map((connect) => connect(Number(portOf(sentinel)))))
    const storages = opened.map(({ client }, n) => redisStorage(client, { prefix: `${n}:` }))
    const stored = someRecord()
    for (const storage of storages) {
      await storage.put('a', stored, null)
      expect(await listUserIds(storage)).toEqual(['a'])
    }
    const readAll = () => Promise.all(storages.map((storage) => storage.get('a').catch(() => 'failed')))

    const old = await masterPort()
    await send(redisUrl(Number(old)), ['WAIT', '1', '0'])
    await send(sentinel.urls[0], ['SENTINEL', 'FAILOVER', name])
    await until(async () => {
      for (const got of await readAll()) expect([stored, 'failed']).toContainEqual(got)
      return (await masterPort()) !== old
    })
    // What the sentinel does to the old master too, once some seconds have gone by.
    await send(redisUrl(Number(old)), ['REPLICAOF', '127.0.0.1', await masterPort()])
    await send(redisUrl(Number(old)), ['CLIENT', 'KILL', 'TYPE', 'normal'])
    await until(async () => {
      const all = await readAll()
      for (const got of all) expect([stored, 'failed']).toContainEqual(got)
      return !all.includes('failed')
    })
    const next = someRecord()
    for (const storage of storages) expect(await storage.put('a', next, stored.revision)).toBe(true)
    for (const storage of storages) expect(await storage.get('a')).toEqual(next)
    for (const { close } of opened) await close()
  })
})

function sentinelAt(port: number) {
  return { sentinelRootNodes: [{ host: '127.0.0.1', port }] }
}

async function startSentinel(masterPort: string): Promise<Server> {
  const { server: path } = requirePrograms('redis')
  return createServer({
    name: 'redis',
    accounts: ['redis'],
    ending: 'SIGKILL',
    prepare: async ({ folder }) => {
      const file = join(folder, 'sentinel.conf')
      writeFileSync(file, `sentinel monitor ${name} 127.0.0.1 ${masterPort} 1\n`)
      chmodSync(file, 0o666)
    },
    command: (folder, port) => ({ path, args: [join(folder, 'sentinel.conf'), '--sentinel', '--port', String(port)] }),
    askFolder: (port) => send(redisUrl(port), ['INFO', 'server']),
    url: redisUrl,
  })
}

function portOf(server: Server | undefined): string {
  return new URL(server?.urls[0] ?? '').port
}
