/** The threat: a write that did not happen is taken for one that did. Whatever stops MySQL, the call throws and the record stays. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { createPool, type Pool, type PoolOptions } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../../../../test/services/process.ts'
import { mysqlStorage, type SqlStorage } from '../../src/index.ts'
import { missing, titleOf } from '../database.ts'
import { MysqlDatabase } from './drivers.ts'

const title = titleOf({ name: 'faults on MySQL', unavailable: missing.mariadb })

describe.skipIf(missing.mariadb !== null)(`${title}`, () => {
  const stored = someRecord()
  let database: MysqlDatabase
  let pool: Pool
  let storage: SqlStorage
  beforeAll(async () => {
    database = await MysqlDatabase.create()
    await (await database.storage()).migrate()
  })
  afterAll(() => database.dispose())
  beforeEach(async () => {
    await database.run('DELETE FROM latchkey_records')
    pool = createPool({ uri: database.url, connectionLimit: 8 })
    storage = mysqlStorage(pool)
    await storage.put('a', stored, null)
  })
  afterEach(() => pool.end())

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

  /** A connection whose transaction has done this. */
  async function transaction(text: string) {
    const other = await database.connect()
    await other.query('START TRANSACTION')
    await other.query(text)
    return other
  }

  const lockRow = () => transaction('SELECT 1 FROM latchkey_records FOR UPDATE')

  /** Waits until so many statements wait for a lock. */
  async function untilWaiting(count: number): Promise<void> {
    await until(async () => {
      // What the view shows stays as it is while somebody asks more often than every tenth of a second.
      await database.run('DO SLEEP(0.15)')
      const waiting = await database.run(
        `SELECT 1 FROM information_schema.INNODB_TRX t JOIN information_schema.PROCESSLIST p
          ON p.ID = t.trx_mysql_thread_id WHERE p.DB = DATABASE() AND t.trx_state = 'LOCK WAIT'`,
      )
      return waiting.length >= count
    })
  }

  test('another connection holds the row for longer than innodb_lock_wait_timeout', async () => {
    const other = await lockRow()
    const client = await database.connect()
    await client.query('SET innodb_lock_wait_timeout = 1')
    await expect(mysqlStorage(client).put('a', someRecord(), stored.revision)).rejects.toThrow('Lock wait timeout')
    expect(await mysqlStorage(client).get('a')).toEqual(stored)
    await other.query('ROLLBACK')
    await expectNothingChanged()
  })

  test('the connection is lost while a write waits', async () => {
    const other = await lockRow()
    const client = await database.connect()
    const put = mysqlStorage(client).put('a', someRecord(), stored.revision).catch(String)
    await untilWaiting(1)
    await database.run(`KILL ${client.threadId}`)
    expect(await put).toMatch(/closed|lost|interrupted/)
    await other.query('ROLLBACK')
    await expectNothingChanged()
  })

  test('a write that waited and came second is told so, and does nothing', async () => {
    const other = await lockRow()
    const put = storage.put('a', someRecord(), stored.revision)
    await untilWaiting(1)
    await other.query(`UPDATE latchkey_records SET revision = 'first'`)
    await other.query('COMMIT')
    expect(await put).toBe(false)
    expect(await storage.get('a')).toMatchObject({ revision: 'first' })
  })

  test('a deadlock among writers of a pool: one wins, and the others are told so', async () => {
    // Both wait to see whether the row is there; once it is gone, each holds what the other needs to insert it.
    const other = await transaction('DELETE FROM latchkey_records')
    const puts = [storage.put('a', someRecord(), null), storage.put('a', someRecord(), null)]
    await untilWaiting(2)
    await other.query('COMMIT')
    const won = await Promise.all(puts)
    expect([...won].sort((a, b) => Number(a) - Number(b))).toEqual([false, true])
  })

  test("a deadlock inside the host's transaction is thrown: that transaction is gone", async () => {
    await storage.put('b', stored, null)
    await database.run('CREATE TABLE heavy (x INTEGER)')
    // InnoDB undoes the transaction that has written less.
    const other = await transaction('INSERT INTO heavy VALUES (1), (2), (3), (4), (5), (6), (7), (8)')
    await other.query(`UPDATE latchkey_records SET revision = 'first' WHERE user_id = 'a'`)
    const client = await transaction('SELECT 1')
    const inside = mysqlStorage(client)
    expect(await inside.put('b', someRecord(), stored.revision)).toBe(true)
    const theirs = other.query(`UPDATE latchkey_records SET revision = 'first' WHERE user_id = 'b'`)
    await untilWaiting(1)
    await expect(inside.put('a', someRecord(), stored.revision)).rejects.toThrow(/Deadlock/)
    await theirs
    await other.query('COMMIT')
    for (const userId of ['a', 'b']) expect(await storage.get(userId)).toMatchObject({ revision: 'first' })
  })

  test('the server is read-only, as a replica is', async () => {
    const client = await database.connect()
    await client.query('SET SESSION TRANSACTION READ ONLY')
    const replica = mysqlStorage(client)
    await expectEveryWriteToFail(replica, /READ ONLY/)
    await expect(replica.delete('a', stored.revision)).rejects.toThrow(/READ ONLY/)
    expect(await replica.get('a')).toEqual(stored)
    await expectNothingChanged()
  })

  test.each(['INSERT', 'UPDATE'])('a trigger of the host refuses an %s', async (event) => {
    await database.run(`CREATE TRIGGER no BEFORE ${event} ON latchkey_records FOR EACH ROW
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'refused'`)
    const put =
      event === 'INSERT' ? storage.put('b', someRecord(), null) : storage.put('a', someRecord(), stored.revision)
    await expect(put).rejects.toThrow('refused')
    await database.run('DROP TRIGGER no')
    await expectNothingChanged()
  })

  test('what does not fit is refused, not cut', async () => {
    await database.run('ALTER TABLE latchkey_records MODIFY sealed VARCHAR(50) CHARACTER SET ascii NOT NULL')
    const long = someRecord({ sealed: 'x'.repeat(51) })
    await expect(storage.put('b', long, null)).rejects.toThrow('Data too long')
    await expect(storage.put('a', long, stored.revision)).rejects.toThrow('Data too long')
    await expectNothingChanged()
  })

  const options = (more: PoolOptions) => createPool({ uri: database.url, ...more })
  test.each([
    ['with FOUND_ROWS, as is its default', {}],
    ['without FOUND_ROWS', { flags: ['-FOUND_ROWS'] }],
  ])('a driver that counts rows %s tells the same', async (_, settings) => {
    const counting = options(settings)
    const same = mysqlStorage(counting)
    expect(await same.put('a', someRecord(), null)).toBe(false)
    expect(await same.put('a', someRecord(), 'another')).toBe(false)
    expect(await same.put('a', { ...stored, revision: 'next' }, stored.revision)).toBe(true)
    expect(await same.put('b', someRecord(), 'r')).toBe(false)
    expect(await same.put('b', someRecord(), null)).toBe(true)
    await counting.end()
  })

  test('the pool is closed', async () => {
    const closed = options({})
    await closed.end()
    await expectEveryWriteToFail(mysqlStorage(closed), /closed/)
    await expect(mysqlStorage(closed).get('a')).rejects.toThrow(/closed/)
    await expect(listUserIds(mysqlStorage(closed))).rejects.toThrow(/closed/)
  })

  test('nobody answers', async () => {
    const nowhere = createPool('mysql://latchkey@127.0.0.1:1/latchkey')
    await expectEveryWriteToFail(mysqlStorage(nowhere), /ECONNREFUSED/)
    await nowhere.end()
  })

  test.each([undefined, null, 1, {}, { rows: [] }, { affectedRows: '1' }])(
    'a client that answers %j',
    async (answer) => {
      const mute = mysqlStorage(async () => answer)
      await expectEveryWriteToFail(mute, /the MySQL client gave neither rows nor affectedRows/)
      await expect(mute.get('a')).rejects.toThrow('the MySQL client gave neither rows nor affectedRows')
    },
  )

  test('an error that the client wraps is understood', async () => {
    const wrapping = mysqlStorage(async (text) => {
      try {
        return await pool.query(text)
      } catch (error) {
        throw new Error('failed query', { cause: error })
      }
    })
    expect(await wrapping.put('a', someRecord(), null)).toBe(false)
    await expectNothingChanged()
  })
})
