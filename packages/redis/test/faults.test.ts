/** The threat: a write that did not happen is taken for one that did. Whatever stops Redis, the call throws and the record stays. */
import { chmodSync } from 'node:fs'
import { someRecord } from '@latchkey/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../../../test/services/process.ts'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { type RedisStorage, redisStorage } from '../src/index.ts'
import { isMissing, newest, type Open, titled } from './clients.ts'

describe.skipIf(isMissing('redis'))(`${titled('our own server', 'redis')}`, () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer('redis')
  })
  afterAll(() => server.stop())

  const command = (...words: readonly string[]): Promise<unknown> => send(server.urls[0], words)

  describe.each(newest.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
    let open: Open
    let storage: RedisStorage
    const stored = someRecord()
    beforeEach(async () => {
      await command('FLUSHALL')
      open = await kind.open(server.urls)
      storage = redisStorage(open.client)
      await storage.put('a', stored, null)
    })
    afterEach(() => open.close())

    async function expectEveryWriteToFail(message: RegExp): Promise<void> {
      await expect(storage.put('b', someRecord(), null)).rejects.toThrow(message)
      await expect(storage.put('a', someRecord(), stored.revision)).rejects.toThrow(message)
    }

    async function expectNothingChanged(): Promise<void> {
      expect(await storage.get('a')).toEqual(stored)
      expect(await storage.get('b')).toBeNull()
      expect(await storage.put('a', someRecord(), stored.revision)).toBe(true)
      expect(await storage.put('b', someRecord(), null)).toBe(true)
    }

    test('the memory is full: reading and deleting go on', async () => {
      await command('CONFIG', 'SET', 'maxmemory', '1')
      await expectEveryWriteToFail(/OOM/)
      expect(await storage.get('a')).toEqual(stored)
      expect(await storage.get('b')).toBeNull()
      expect(await storage.delete('c', 'another')).toBe(false)
      await command('CONFIG', 'SET', 'maxmemory', '0')
      await expectNothingChanged()
    })

    test('the server dies and comes back', async () => {
      await server.kill()
      const late = storage.get('a').catch(() => 'failed')
      await server.start()
      // A client gives the call up, or makes it once the server is back; never does it say that there is no record.
      expect([stored, 'failed']).toContainEqual(await late)
      await until(() => storage.get('a'))
      await expectNothingChanged()
    })

    test('it cannot save to its disk: then it is not read either', async () => {
      const { dir: folder } = (await command('CONFIG', 'GET', 'dir')) as { dir: string }
      await command('CONFIG', 'SET', 'save', '3600 1')
      chmodSync(folder, 0)
      await command('BGSAVE')
      await until(async () => /rdb_last_bgsave_status:err/.test(String(await command('INFO', 'persistence'))))
      await expectEveryWriteToFail(/MISCONF/)
      await expect(storage.get('a')).rejects.toThrow(/MISCONF/)
      chmodSync(folder, 0o700)
      await command('CONFIG', 'SET', 'save', '')
      await expectNothingChanged()
    })

    test('the client is closed', async () => {
      await open.close()
      await expect(storage.get('a')).rejects.toThrow(/closed/i)
      await expect(storage.put('a', someRecord(), stored.revision)).rejects.toThrow(/closed/i)
      await expect(storage.delete('a', stored.revision)).rejects.toThrow(/closed/i)
    })
  })

  test('a read is not written to the append-only file, and no attempt that was beaten', async () => {
    await command('FLUSHALL')
    const open = await newest[0].open(server.urls)
    const storage = redisStorage(open.client)
    await storage.put('a', someRecord(), null)
    const fileSize = async () => /aof_current_size:(\d+)/.exec(String(await command('INFO', 'persistence')))?.[1]
    const before = await fileSize()
    for (const userId of ['a', 'nobody']) await storage.get(userId)
    expect(await storage.put('a', someRecord(), 'another')).toBe(false)
    expect(await fileSize()).toBe(before)
    await storage.put('b', someRecord(), null)
    expect(await fileSize()).not.toBe(before)
    await open.close()
  })
})
