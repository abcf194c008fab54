/** The threat: a write that did not happen is taken for one that did. Whatever stops PostgreSQL, the call throws and the record stays. */
import { listUserIds, someRecord } from '@latchkey/testing'
import type { Client, Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { until } from '../../../../test/services/process.ts'
import { postgresStorage, type SqlStorage } from '../../src/index.ts'
import { missing, titleOf } from '../database.ts'
import { PostgresDatabase, poolOf } from './drivers.ts'

const title = titleOf({ name: 'faults on PostgreSQL', unavailable: missing.postgres })

describe.skipIf(missing.postgres !== null)(`${title}`, () => {
  const stored = someRecord()
  let database: PostgresDatabase
  let pool: Pool
  let storage: SqlStorage
  beforeAll(async () => {
    database = await PostgresDatabase.create()
    await (await database.storage()).migrate()
  })
  afterAll(() => database.dispose())
  beforeEach(async () => {
    await database.run('DELETE FROM latchkey_records')
    pool = poolOf(database.url)
    storage = postgresStorage(pool)
    await storage.put('a', stored, null)
  })
  afterEach(async () => {
    if (!pool.ended) await pool.end()
  })

  async function expectEveryWriteToFail(failing: SqlStorage, message: RegExp): Promise<void> {
    await expect(failing.put('b', someRecord(), null)).rejects.toThrow(message)
    await expect(failing.put('a', someRecord(), stored.revision)).rejects.toThrow(message)
  }

  async function expectNothingChanged(): Promise<void> {
    expect(await storage.get('a')).toEqual(stored)
    expect(await storage.get('b')).toBeNull()
    expect(await storage.put('a', someRecord(), stored.revision)).toBe(true)
    expect(await storage.put('b', someRecord(), null)).toBe(true)
  }

  /** Runs something while clients of the pool have these settings. */
  async function withSettings(settings: string, act: (storage: SqlStorage) => Promise<void>): Promise<void> {
    const url = new URL(database.url)
    url.searchParams.set('options', settings)
    const other = poolOf(url.href)
    onTestFinished(() => other.end())
    await act(postgresStorage(other))
  }

  /** A connection whose transaction holds user a's row. */
  async function lockRow(): Promise<Client> {
    const other = await database.connect()
    await other.query('BEGIN')
    await other.query('SELECT 1 FROM latchkey_records FOR UPDATE')
    return other
  }

  const waiting = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  const untilSomebodyWaits = () => until(async () => (await database.run(`SELECT 1 ${waiting}`)).length > 0)

  test('another connection holds the row for longer than lock_timeout', async () => {
    const other = await lockRow()
    await withSettings('-c lock_timeout=50', async (impatient) => {
      await expect(impatient.put('a', someRecord(), stored.revision)).rejects.toThrow('lock timeout')
      await expect(impatient.delete('a', stored.revision)).rejects.toThrow('lock timeout')
      expect(await impatient.get('a')).toEqual(stored)
    })
    await other.query('ROLLBACK')
    await expectNothingChanged()
  })

  test('the connection is lost while a write waits', async () => {
    const other = await lockRow()
    const put = storage.put('a', someRecord(), stored.revision).catch(String)
    await untilSomebodyWaits()
    await database.run(`SELECT pg_terminate_backend(pid) ${waiting}`)
    expect(await put).toMatch(/terminat/)
    await other.query('ROLLBACK')
    await expectNothingChanged()
  })

  test.each(['read committed', 'repeatable read', 'serializable'])(
    'a write that waited at %s and came second is told so, and does nothing',
    async (isolation) => {
      const other = await lockRow()
      await withSettings(`-c default_transaction_isolation=${isolation.replace(' ', '\\ ')}`, async (strict) => {
        const put = strict.put('a', someRecord(), stored.revision)
        await untilSomebodyWaits()
        await other.query(`UPDATE latchkey_records SET revision = 'first'`)
        await other.query('COMMIT')
        expect(await put).toBe(false)
        expect(await strict.get('a')).toMatchObject({ revision: 'first' })
      })
    },
  )

  test('a deadlock with the host: the side that is chosen does nothing, and what then is decided holds', async () => {
    await storage.put('b', stored, null)
    const other = await database.connect()
    await other.query('BEGIN')
    await other.query(`UPDATE latchkey_records SET revision = 'first' WHERE user_id = 'a'`)
    const client = await database.connect()
    await client.query('BEGIN')
    const inside = postgresStorage(client)
    expect(await inside.put('b', someRecord(), stored.revision)).toBe(true)
    // Its wait starts the one check for a deadlock that finds one.
    await other.query('SET LOCAL deadlock_timeout = 600000')
    const theirs = other.query(`UPDATE latchkey_records SET revision = 'first' WHERE user_id = 'b'`)
    await untilSomebodyWaits()
    await client.query('SET LOCAL deadlock_timeout = 1')
    await expect(inside.put('a', someRecord(), stored.revision)).rejects.toThrow(/aborted/)
    await client.query('ROLLBACK')
    await theirs
    await other.query('COMMIT')
    for (const userId of ['a', 'b']) expect(await storage.get(userId)).toMatchObject({ revision: 'first' })
  })

  test('the server is read-only, as a standby is', async () => {
    await withSettings('-c default_transaction_read_only=on', async (standby) => {
      await expectEveryWriteToFail(standby, /read-only/)
      await expect(standby.delete('a', stored.revision)).rejects.toThrow(/read-only/)
      expect(await standby.get('a')).toEqual(stored)
    })
    await expectNothingChanged()
  })

  test.each([
    ['53100', 'the disk is full'],
    ['23514', 'the host refuses'],
  ])('SQLSTATE %s: %s', async (state, reason) => {
    await database.run(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql
      AS $$BEGIN RAISE EXCEPTION '${reason}' USING ERRCODE = '${state}'; END$$`)
    await database.run(
      'CREATE TRIGGER no BEFORE INSERT OR UPDATE ON latchkey_records FOR EACH ROW EXECUTE FUNCTION no()',
    )
    await expectEveryWriteToFail(storage, new RegExp(reason))
    await database.run('DROP FUNCTION no CASCADE')
    await expectNothingChanged()
  })

  test('a trigger of the host that drops the write without a word makes it false', async () => {
    await database.run(`CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'`)
    await database.run(
      'CREATE TRIGGER no BEFORE INSERT OR UPDATE ON latchkey_records FOR EACH ROW EXECUTE FUNCTION no()',
    )
    expect(await storage.put('a', someRecord(), stored.revision)).toBe(false)
    expect(await storage.put('b', someRecord(), null)).toBe(false)
    await database.run('DROP FUNCTION no CASCADE')
    await expectNothingChanged()
  })

  test('the pool is closed', async () => {
    await pool.end()
    await expectEveryWriteToFail(storage, /end/)
    await expect(storage.get('a')).rejects.toThrow(/end/)
    await expect(listUserIds(storage)).rejects.toThrow(/end/)
  })

  test('nobody answers', async () => {
    const nowhere = poolOf('postgres://latchkey@127.0.0.1:1/latchkey')
    await expectEveryWriteToFail(postgresStorage(nowhere), /ECONNREFUSED/)
    await nowhere.end()
  })

  test('the key is not unique', async () => {
    await database.run('CREATE TABLE loose (LIKE latchkey_records)')
    const loose = postgresStorage(pool, { table: 'loose' })
    await loose.migrate()
    await expect(loose.put('a', someRecord(), null)).rejects.toThrow('no unique or exclusion constraint')
  })

  test.each([undefined, null, 1, {}, { rowCount: 1 }, { rows: 1 }])('a client that answers %j', async (answer) => {
    const mute = postgresStorage((async () => answer) as never)
    await expectEveryWriteToFail(mute, /the PostgreSQL client gave no rows/)
    await expect(mute.get('a')).rejects.toThrow('the PostgreSQL client gave no rows')
  })

  test('an error that the client wraps is understood', async () => {
    const wrapping = postgresStorage(async (text, params) => {
      try {
        return await pool.query(text, params)
      } catch (error) {
        throw new Error('failed query', { cause: error })
      }
    })
    await database.run('ALTER TABLE latchkey_records RENAME TO elsewhere')
    await expect(wrapping.get('a')).rejects.toThrow('run migrate() once')
    await database.run('ALTER TABLE elsewhere RENAME TO latchkey_records')
    await expectNothingChanged()
  })
})
