/** The rule guarded here: one statement for each call, and neither put nor delete reads: nothing can come between a look and a write. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  mysqlStorage,
  postgresStorage,
  type SqliteDatabase,
  type SqlStorage,
  type SqlStorageOptions,
  sqliteStorage,
} from '../src/index.ts'
import { missing, titleOf } from './database.ts'
import { MysqlDatabase } from './mysql/drivers.ts'
import { PostgresDatabase } from './postgres/drivers.ts'
import { type Handle, libsql } from './sqlite/drivers.ts'

/** A database on which the first word of every statement is noted. */
interface Watched {
  readonly ran: string[]
  readonly storage: (options?: SqlStorageOptions) => SqlStorage
  readonly run: (text: string) => Promise<unknown>
  readonly dispose: () => Promise<void>
}

const firstWord = (text: string) => text.replace(/ .*/s, '')

async function watchedSqlite(): Promise<Watched> {
  const handle = libsql.open(':memory:')
  const ran: string[] = []
  const database = noting(handle, (text) => ran.push(firstWord(text)))
  return {
    ran,
    storage: (options) => sqliteStorage(database, options),
    run: async (text) => handle.exec(text),
    dispose: async () => void handle.close(),
  }
}

function noting(handle: Handle, note: (text: string) => void): SqliteDatabase {
  return {
    // The others are what frames a statement, and the settings.
    exec(text) {
      if (/^(?:CREATE|ALTER)/.test(text)) note(text)
      return handle.exec(text)
    },
    prepare(text) {
      const statement = handle.prepare(text)
      const noted = <T>(result: T): T => {
        note(text)
        return result
      }
      return {
        all: (...params) => noted(statement.all(...params)),
        run: (...params) => noted(statement.run(...params)),
      }
    },
  }
}

async function watchedPostgres(): Promise<Watched> {
  const database = await PostgresDatabase.create()
  const ran: string[] = []
  const query = (text: string, params: readonly unknown[]) => {
    ran.push(firstWord(text))
    return database.pool.query(text, [...params])
  }
  return {
    ran,
    storage: (options) => postgresStorage(query, options),
    run: (text) => database.run(text),
    dispose: () => database.dispose(),
  }
}

async function watchedMysql(): Promise<Watched> {
  const database = await MysqlDatabase.create()
  const ran: string[] = []
  const query = (text: string) => {
    ran.push(firstWord(text))
    return database.pool.query(text)
  }
  return {
    ran,
    storage: (options) => mysqlStorage(query, options),
    run: (text) => database.run(text),
    dispose: () => database.dispose(),
  }
}

describe.each([
  { name: 'sqlite', unavailable: null, create: watchedSqlite },
  { name: 'postgres', unavailable: missing.postgres, create: watchedPostgres },
  { name: 'mysql', unavailable: missing.mariadb, create: watchedMysql },
])('$name', ({ name, unavailable, create }) => {
  const title = titleOf({ name, unavailable })
  describe.skipIf(unavailable !== null)(`statements on ${title}`, () => {
    let watched: Watched
    beforeEach(async () => {
      watched = await create()
    })
    afterEach(() => watched.dispose())

    test('each call is one statement, and neither put nor delete reads', async () => {
      const { ran, storage: open } = watched
      const storage = open()
      await storage.migrate()
      ran.length = 0
      const record = someRecord()
      await storage.put('a', record, null)
      await storage.put('a', record, null)
      await storage.put('a', someRecord(), record.revision)
      await storage.put('a', someRecord(), record.revision)
      await storage.get('a')
      await listUserIds(storage)
      await storage.delete('a', record.revision)
      await storage.delete('a', 'another')
      expect(ran).toEqual(['INSERT', 'INSERT', 'UPDATE', 'UPDATE', 'SELECT', 'SELECT', 'DELETE', 'DELETE'])
    })

    test('in rows of the host, too', async () => {
      const { ran, storage: open, run } = watched
      await run('CREATE TABLE users (id INTEGER PRIMARY KEY)')
      await run('INSERT INTO users VALUES (1)')
      const storage = open({ table: 'users', rows: 'host' })
      await storage.migrate()
      ran.length = 0
      const record = someRecord()
      await storage.put('1', record, null)
      await storage.put('1', someRecord(), record.revision)
      await storage.get('1')
      await storage.delete('1', record.revision)
      expect(ran).toEqual(['UPDATE', 'UPDATE', 'SELECT', 'UPDATE'])
    })

    test('migrate() changes nothing if nothing is missing', async () => {
      const { ran, storage: open, run } = watched
      await run('CREATE TABLE users (id INTEGER PRIMARY KEY, latchkey_revision VARCHAR(255))')
      const [own, users] = [open(), open({ table: 'users', rows: 'host' })]
      ran.length = 0
      for (const storage of [own, users, own, users]) await storage.migrate()
      const look = name === 'sqlite' ? 'PRAGMA' : 'SELECT'
      expect(ran).toEqual([look, 'CREATE', look, look, 'ALTER', look, look, look, look, look])
    })
  })
})
