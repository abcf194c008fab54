/**
 * The harness itself: each server starts and answers, keeps through SIGKILL what it confirmed, and can be held still.
 * The proofs about storages rest on this: a harness that does not kill would prove nothing.
 */
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { execute } from './mariadb.ts'
import { freePort } from './port.ts'
import { query } from './postgres.ts'
import { send } from './redis.ts'
import { type Server, startServer } from './servers.ts'
import { whyMissing } from './shared.ts'

vi.mock('./port.ts', async (importOriginal) => {
  const original = await importOriginal<typeof import('./port.ts')>()
  return { freePort: vi.fn<typeof original.freePort>(original.freePort) }
})

const patience = 60_000
const sql = { write: ['CREATE TABLE kept (value TEXT)', "INSERT INTO kept VALUES ('yes')"], read: 'SELECT * FROM kept' }
// Slot 3300, which the first node of a cluster holds.
const key = 'b'

const cases = [
  { name: 'postgres', ask: query, ...sql, found: [{ value: 'yes' }] },
  { name: 'mariadb', ask: execute, ...sql, found: [{ value: 'yes' }] },
  { name: 'redis', ask: command, write: [`SET ${key} yes`], read: `GET ${key}`, found: 'yes' },
  { name: 'redis-cluster', ask: command, write: [`SET ${key} yes`], read: `GET ${key}`, found: 'yes' },
] as const

for (const { name, ask, write, read, found } of cases) {
  describe.skipIf(whyMissing(name) !== null)(`${name}`, () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer(name)
    }, patience)
    afterAll(() => server.stop(), patience)

    test('keeps through a kill what it confirmed, at the same address', { timeout: patience }, async () => {
      const [url] = server.urls
      for (const statement of write) await ask(url, statement)
      await server.kill()
      await expect(ask(url, read)).rejects.toThrow('ECONNREFUSED')
      await server.start()
      expect(await ask(url, read)).toEqual(found)
    })

    test('does nothing while it is paused, and goes on afterwards', { timeout: patience }, async () => {
      server.pause()
      const answer = ask(server.urls[0], read)
      expect(await Promise.race([answer, setTimeout(200, 'silence')])).toBe('silence')
      server.resume()
      expect(await answer).toEqual(found)
    })
  })
}

describe.skipIf(whyMissing('redis') !== null)('a port', () => {
  test('that another server took in between is left to it', { timeout: patience }, async () => {
    const first = await startServer('redis')
    vi.mocked(freePort).mockResolvedValueOnce(Number(new URL(first.urls[0]).port))
    const second = await startServer('redis')
    expect(second.urls).not.toEqual(first.urls)
    await Promise.all([first.stop(), second.stop()])
    await expect(command(second.urls[0], 'PING')).rejects.toThrow('ECONNREFUSED')
  })
})

function command(url: string, words: string): Promise<unknown> {
  return send(url, words.split(' '))
}
