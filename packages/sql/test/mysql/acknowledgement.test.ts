/** The threat: a write is acknowledged and not committed, because of where the session of MySQL stands. */
import { someRecord } from '@latchkey/testing'
import { CompiledQuery, Kysely, MysqlDialect } from 'kysely'
import mariadb from 'mariadb'
import mysql from 'mysql2'
import { createPool, type Pool } from 'mysql2/promise'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../../../../test/services/servers.ts'
import { type MysqlClient, mysqlStorage, type SqlStorage } from '../../src/index.ts'
import { alice, challengeOf, imported, mfaOn, recoveryCode, unavailable } from '../app.ts'
import { missing, titleOf } from '../database.ts'
import { MysqlDatabase } from './drivers.ts'

const title = titleOf({ name: 'an acknowledged write on MySQL', unavailable: missing.mariadb })

describe.skipIf(missing.mariadb !== null)(`${title}`, () => {
  let database: MysqlDatabase
  /** On its own connections, as another process has. */
  let others: SqlStorage
  beforeAll(async () => {
    database = await MysqlDatabase.create()
    others = await database.storage()
    await others.migrate()
  })
  afterAll(() => database.dispose())
  beforeEach(() => database.run('DELETE FROM latchkey_records'))

  /** Clients whose sessions do not commit by themselves. */
  const lazy: Readonly<Record<string, () => Promise<MysqlClient>>> = {
    async 'a connection of mysql2'() {
      const connection = await database.connect()
      await connection.query('SET autocommit = 0')
      return connection
    },
    async 'a pool of mysql2'() {
      const pool = mysql.createPool({ uri: database.url, connectionLimit: 2 })
      onTestFinished(() => pool.promise().end())
      pool.on('connection', (connection) => void connection.query('SET autocommit = 0'))
      return pool
    },
    async 'a pool of the MariaDB connector'() {
      const { hostname: host, port, username: user, pathname } = new URL(database.url)
      const where = { host, port: Number(port), user, database: pathname.slice(1) }
      const pool = mariadb.createPool({ ...where, connectionLimit: 2, initSql: 'SET autocommit = 0' })
      onTestFinished(() => pool.end())
      return pool
    },
    async 'Kysely, as a function'() {
      const pool = mysql.createPool({ uri: database.url, connectionLimit: 2 })
      pool.on('connection', (connection) => void connection.query('SET autocommit = 0'))
      const db = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) })
      onTestFinished(() => db.destroy())
      return async (text) => {
        const { rows, numAffectedRows } = await db.executeQuery(CompiledQuery.raw(text))
        return numAffectedRows === undefined ? rows : { affectedRows: Number(numAffectedRows) }
      }
    },
  }

  test.each(Object.keys(lazy))('with autocommit = 0 is refused, and so is a read: %s', async (name) => {
    const record = someRecord()
    await others.put('a', record, null)
    const storage = mysqlStorage((await lazy[name]?.()) as MysqlClient)
    const refusal = /set autocommit to 1/
    await expect(storage.put('b', someRecord(), null)).rejects.toThrow(refusal)
    await expect(storage.put('a', someRecord(), record.revision)).rejects.toThrow(refusal)
    await expect(storage.delete('a', record.revision)).rejects.toThrow(refusal)
    await expect(storage.get('a')).rejects.toThrow(refusal)
    await expect(storage.get('b')).rejects.toThrow(refusal)
    expect(await others.get('a')).toEqual(record)
    expect(await others.get('b')).toBeNull()
  })

  test('with autocommit = 0 for the whole server is refused', async () => {
    const server = await startServer('mariadb', { extra: ['--autocommit=0'] })
    onTestFinished(server.stop)
    const pool = createPool({ uri: server.urls[0], connectionLimit: 2 })
    onTestFinished(() => pool.end())
    const storage = mysqlStorage(pool)
    await storage.migrate()
    await expect(storage.put('a', someRecord(), null)).rejects.toThrow(/set autocommit to 1/)
  })

  describe('on a pool whose only connection was given back inside a transaction', () => {
    let pool: Pool
    let storage: SqlStorage
    beforeEach(() => {
      pool = createPool({ uri: database.url, connectionLimit: 1 })
      onTestFinished(() => pool.end())
      storage = mysqlStorage(pool)
    })

    async function leaveOpen(): Promise<void> {
      const connection = await pool.getConnection()
      await connection.query('START TRANSACTION')
      connection.release()
    }

    test('is refused, undone, and works on the next connection', async () => {
      const record = someRecord()
      await leaveOpen()
      await expect(storage.put('a', record, null)).rejects.toThrow(/left open: look for a missing ROLLBACK/)
      expect(await others.get('a')).toBeNull()
      expect(await storage.put('a', record, null)).toBe(true)
      expect(await others.get('a')).toEqual(record)
    })

    test('is, in the terms of an app, 503 for a code that stays good', async () => {
      const mfa = mfaOn(storage)
      await mfa.import(alice.id, imported)
      const token = await challengeOf(mfa)
      const before = await others.get(alice.id)
      await leaveOpen()
      await expect(mfa.verify(token, recoveryCode)).rejects.toMatchObject(unavailable)
      expect(await others.get(alice.id)).toEqual(before)
      await mfa.verify(token, recoveryCode)
      await expect(mfaOn(others).verify(token, recoveryCode)).rejects.toMatchObject({ code: 'invalid_token' })
    })

    test('of another process is not seen there until a write has closed it', async () => {
      await leaveOpen()
      expect(await storage.get('a')).toBeNull()
      const record = someRecord()
      await others.put('a', record, null)
      expect(await storage.get('a')).toBeNull()
      await expect(storage.put('b', someRecord(), null)).rejects.toThrow(/left open/)
      expect(await storage.get('a')).toEqual(record)
    })
  })

  test('is committed on a pool of the MariaDB connector, which ends what was left open', async () => {
    const pool = mariadb.createPool(`${database.url.replace('mysql:', 'mariadb:')}?connectionLimit=1`)
    onTestFinished(() => pool.end())
    const connection = await pool.getConnection()
    await connection.query('START TRANSACTION')
    await connection.release()
    const record = someRecord()
    expect(await mysqlStorage(pool).put('a', record, null)).toBe(true)
    expect(await others.get('a')).toEqual(record)
  })

  test('in a transaction of the host is undone with it, and with it a count', async () => {
    await mfaOn(others).import(alice.id, imported)
    const before = await others.get(alice.id)
    const connection = await database.connect()
    await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
    await connection.query('START TRANSACTION')
    const mfa = mfaOn(mysqlStorage(connection))
    const guess = mfa.verify(await challengeOf(mfa), { code: 'wrong-code-1' })
    await expect(guess).rejects.toMatchObject({ code: 'invalid_code' })
    await connection.query('ROLLBACK')
    expect(await others.get(alice.id)).toEqual(before)
  })
})
