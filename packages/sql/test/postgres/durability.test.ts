/** The rule guarded here: what was acknowledged is on the disk, also if the host does not wait for it (`synchronous_commit = off`). */
import { someRecord } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Server, startServer } from '../../../../test/services/servers.ts'
import { postgresStorage, type SqlStorage } from '../../src/index.ts'
import { missing, titleOf } from '../database.ts'
import { PostgresDatabase, poolOf } from './drivers.ts'

const title = titleOf({ name: 'durability on PostgreSQL', unavailable: missing.postgres })
const lazily = ['-c', 'synchronous_commit=off', '-c', 'wal_writer_delay=10s']

describe.skipIf(missing.postgres !== null)(`${title}`, () => {
  describe('a server that answers before it writes', () => {
    let server: Server
    beforeAll(async () => {
      server = await startServer('postgres', { extra: lazily })
    })
    afterAll(() => server.stop())

    async function whatStays(write: (storage: SqlStorage) => Promise<unknown>): Promise<SqlStorage> {
      const pool = poolOf(server.urls[0])
      await write(postgresStorage(pool))
      await server.kill()
      await pool.end()
      await server.start()
      return postgresStorage(poolOf(server.urls[0]))
    }

    test('keeps each write of ours through a kill', async () => {
      const [first, second] = [someRecord(), someRecord()]
      await whatStays(async (storage) => {
        await storage.migrate()
        await storage.put('a', first, null)
      })
      let storage = await whatStays((open) => open.put('a', second, first.revision))
      expect(await storage.get('a')).toEqual(second)
      storage = await whatStays((open) => open.delete('a', second.revision))
      expect(await storage.get('a')).toBeNull()
    })
  })

  test('keeps nothing of a users table that is UNLOGGED', async () => {
    const server = await startServer('postgres')
    onTestFinished(server.stop)
    const where = { rows: 'host', table: 'users' } as const
    const pool = poolOf(server.urls[0])
    await pool.query("CREATE UNLOGGED TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('a')")
    const storage = postgresStorage(pool, where)
    await storage.migrate()
    expect(await storage.put('a', someRecord(), null)).toBe(true)
    await server.kill()
    await pool.end()
    await server.start()
    const again = poolOf(server.urls[0])
    expect(await postgresStorage(again, where).get('a')).toBeNull()
    await again.end()
  })

  describe('the setting', () => {
    let database: PostgresDatabase
    beforeAll(async () => {
      database = await PostgresDatabase.create()
    })
    afterAll(() => database.dispose())

    test.each([
      ['off', 'on'],
      ['local', 'local'],
      ['remote_write', 'remote_write'],
    ])('%s becomes %s in our transaction, and stays in all others', async (theirs, ours) => {
      const client = await database.connect()
      const storage = postgresStorage(client)
      await storage.migrate()
      await client.query(`SET synchronous_commit = ${theirs}`)
      const setting = async () => (await client.query('SHOW synchronous_commit')).rows
      await client.query('BEGIN')
      await storage.put(theirs, someRecord(), null)
      expect(await setting()).toEqual([{ synchronous_commit: ours }])
      await client.query('COMMIT')
      await storage.put(theirs, someRecord(), null)
      expect(await setting()).toEqual([{ synchronous_commit: theirs }])
    })
  })
})
