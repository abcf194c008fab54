/** The rules guarded here: a call is one command, by a script that the server may forget; a client that sends it again does no harm. */
import { randomUUID } from 'node:crypto'
import { someRecord } from '@latchkey/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { type RedisStorage, redisStorage } from '../src/index.ts'
import { isMissing, type Open, singles, titled } from './clients.ts'
import { openWire, type Wire } from './wire.ts'

/** A server that no other test makes remember a script. */
let own: Server | undefined
beforeAll(async () => {
  if (!isMissing('redis')) own = await startServer('redis', { durable: false })
}, 60_000)
afterAll(() => own?.stop())

for (const kind of singles) {
  describe.skipIf(isMissing('redis'))(`${titled(kind.name, 'redis')}`, () => {
    let server: string
    let wire: Wire
    let open: Open
    let storage: RedisStorage
    const first = someRecord()
    beforeEach(async () => {
      server = own?.urls[0] ?? ''
      wire = await openWire(server)
      open = await kind.open([wire.url])
      storage = redisStorage(open.client, { prefix: `${randomUUID()}:` })
      await storage.migrate()
      await storage.put('a', first, null)
    })
    afterEach(async () => {
      await open.close()
      wire.close()
    })

    async function expectCommands(names: readonly string[], act: () => Promise<unknown>): Promise<void> {
      const before = wire.commands.length
      await act()
      expect(wire.commands.slice(before)).toEqual(names)
    }

    test('a call is one command', async () => {
      await expectCommands(['evalsha'], () => storage.get('a'))
      await expectCommands(['evalsha'], () => storage.get('nobody'))
      await expectCommands(['evalsha'], () => storage.put('a', someRecord(), first.revision))
      await expectCommands(['evalsha'], () => storage.put('a', someRecord(), first.revision))
      const second = someRecord()
      await expectCommands(['evalsha'], () => storage.put('b', second, null))
      await expectCommands(['evalsha'], () => storage.delete('a', 'another'))
      await expectCommands(['evalsha'], () => storage.delete('b', second.revision))
    })

    test('a server that has forgotten the script gets it again', async () => {
      await send(server, ['SCRIPT', 'FLUSH'])
      await expectCommands(['evalsha', 'eval'], async () => expect(await storage.get('a')).toEqual(first))
      await expectCommands(['evalsha'], () => storage.get('a'))
      await send(server, ['SCRIPT', 'FLUSH'])
      const second = someRecord()
      expect(await storage.put('a', second, first.revision)).toBe(true)
      await send(server, ['SCRIPT', 'FLUSH'])
      expect(await storage.put('a', someRecord(), first.revision)).toBe(false)
      expect(await storage.get('a')).toEqual(second)
    })

    test('a put whose answer was lost is never taken for a beaten one', async () => {
      const second = someRecord()
      wire.cutAfter('evalsha')
      const outcome = await storage.put('a', second, first.revision).catch(() => 'unknown')
      expect(outcome).toBe(kind.name.startsWith('ioredis') ? true : 'unknown')
      expect(await storage.get('a')).toEqual(second)
    })

    test('a first put whose answer was lost is never taken for a beaten one', async () => {
      const record = someRecord()
      wire.cutAfter('evalsha')
      const outcome = await storage.put('b', record, null).catch(() => 'unknown')
      expect(outcome).toBe(kind.name.startsWith('ioredis') ? true : 'unknown')
      expect(await storage.get('b')).toEqual(record)
    })

    test('a delete whose answer was lost has done its work, and takes no record that was made since', async () => {
      wire.cutAfter('evalsha')
      const outcome = await storage.delete('a', first.revision).catch(() => 'unknown')
      // Sent again it finds no record, which is true by then.
      expect(outcome).toBe(kind.name.startsWith('ioredis') ? false : 'unknown')
      expect(await storage.get('a')).toBeNull()
      const again = someRecord()
      expect(await storage.put('a', again, null)).toBe(true)
      expect(await storage.delete('a', first.revision)).toBe(false)
      expect(await storage.get('a')).toEqual(again)
    })
  })
}
