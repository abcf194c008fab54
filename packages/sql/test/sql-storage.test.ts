/** The rule guarded here: one statement for each call, damaged rows never pass for "no record", and no read stays open. */
import { describe, expect, test } from 'vitest'
import { type SqliteDatabase, sqliteStorage } from '../src/index.ts'
import { DatabaseFile, type Handle, libsql } from './drivers.ts'
import { listed, someRecord } from './records.ts'

/** The handle, and every statement that runs on it. */
function watched(handle: Handle): { readonly database: SqliteDatabase; readonly ran: string[] } {
  const ran: string[] = []
  const database: SqliteDatabase = {
    exec: (text) => handle.exec(text),
    prepare(text) {
      const statement = handle.prepare(text)
      const noted = <T>(result: T): T => {
        ran.push(text.replace(/ .*/s, ''))
        return result
      }
      return {
        all: (...params) => noted(statement.all(...params)),
        run: (...params) => noted(statement.run(...params)),
      }
    },
  }
  return { database, ran }
}

test('each call is one statement, and put never reads', async () => {
  const { database, ran } = watched(libsql.open(':memory:'))
  const storage = sqliteStorage(database)
  await storage.migrate()
  ran.length = 0
  const record = someRecord()
  await storage.put('a', record, null)
  await storage.put('a', record, null)
  await storage.put('a', someRecord(), record.revision)
  await storage.put('a', someRecord(), record.revision)
  await storage.get('a')
  await storage.delete('a')
  expect(ran).toEqual(['INSERT', 'INSERT', 'UPDATE', 'UPDATE', 'SELECT', 'DELETE'])
})

test('migrate() changes nothing where nothing is missing', async () => {
  const handle = libsql.open(':memory:')
  handle.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, latchkey_revision TEXT)')
  const { database, ran } = watched(handle)
  const storage = sqliteStorage(database, { table: 'users', rows: 'host' })
  ran.length = 0
  await storage.migrate()
  expect(ran).toEqual(['SELECT', 'ALTER', 'SELECT'])
  await storage.migrate()
  expect(ran.slice(3)).toEqual(['SELECT', 'SELECT'])
})

test('the storage is frozen', () => {
  expect(Object.isFrozen(sqliteStorage(libsql.open(':memory:')))).toBe(true)
})

describe('a damaged row is an error', () => {
  test.each([
    ['the sealed text is gone', `UPDATE latchkey_records SET sealed = x'00'`],
    ['the revision is no text', `UPDATE latchkey_records SET revision = x'00'`],
    ['the time is no time', `UPDATE latchkey_records SET updated_at = 'yesterday'`],
  ])('%s', async (_, damage) => {
    const handle = libsql.open(':memory:')
    const storage = sqliteStorage(handle)
    await storage.migrate()
    await storage.put('a', someRecord(), null)
    handle.exec(damage)
    await expect(storage.get('a')).rejects.toThrow('a row of the table "latchkey_records" does not hold')
  })

  test.each(['NULL', `'1.k.x'`, `'2:1:1.k.x'`, `'1:soon:1.k.x'`, `'1:9999999999999999:1.k.x'`])(
    'packed: %s',
    async (sealed) => {
      const handle = libsql.open(':memory:')
      handle.exec('CREATE TABLE users (id INTEGER PRIMARY KEY, latchkey_revision TEXT, latchkey_sealed TEXT)')
      handle.exec(`INSERT INTO users VALUES (1, 'r', ${sealed})`)
      await expect(sqliteStorage(handle, { table: 'users', rows: 'host' }).get('1')).rejects.toThrow('does not hold')
    },
  )
})

describe('user ids', () => {
  test.each(['a\0b', 'a\ud800', '\udc00'])('%j cannot be stored, by any method', async (userId) => {
    const storage = sqliteStorage(libsql.open(':memory:'))
    await storage.migrate()
    await expect(storage.put(userId, someRecord(), null)).rejects.toThrow('cannot be stored')
    await expect(storage.get(userId)).rejects.toThrow('cannot be stored')
    await expect(storage.delete(userId)).rejects.toThrow('cannot be stored')
  })
})

test('a date that is none is refused, with and without its column', async () => {
  const record = someRecord({ updatedAt: new Date(Number.NaN) })
  for (const columns of [{}, { updatedAt: null }]) {
    const storage = sqliteStorage(libsql.open(':memory:'), { columns })
    await storage.migrate()
    await expect(storage.put('a', record, null)).rejects.toThrow('updatedAt must be a valid date')
  }
})

test('userIds holds no read open between ids, so that the log can be truncated', async () => {
  const file = new DatabaseFile()
  const [storage, other] = [sqliteStorage(file.open()), file.open()]
  await storage.migrate()
  for (let n = 0; n < 3; n += 1) await storage.put(`user-${n}`, someRecord(), null)
  let rounds = 0
  for await (const userId of storage.userIds()) {
    await storage.put(userId, someRecord(), 'none of these')
    other.exec('CREATE TABLE IF NOT EXISTS t (x)')
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all()).toMatchObject([{ busy: 0, log: 0 }])
    rounds += 1
  }
  expect(rounds).toBe(3)
  expect(await listed(storage.userIds())).toHaveLength(3)
  file.dispose()
})
