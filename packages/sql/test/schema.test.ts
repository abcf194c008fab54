/** The rule guarded here: the schema is made by migrate() or by the host, never by itself, and what is missing is named. */
import { describe, expect, test } from 'vitest'
import { type SqlStorageOptions, schema, sqliteStorage } from '../src/index.ts'
import { DatabaseFile, libsql } from './drivers.ts'
import { someRecord } from './records.ts'

const own: SqlStorageOptions = { table: 'mfa' }
const host: SqlStorageOptions = { table: 'users', rows: 'host' }
const hostTable = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)'

function tables(handle: ReturnType<typeof libsql.open>): unknown[] {
  return handle.prepare(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`).all()
}

test('nothing is made before migrate()', async () => {
  const handle = libsql.open(':memory:')
  const storage = sqliteStorage(handle)
  await expect(storage.get('a')).rejects.toThrow('latchkey_records')
  expect(tables(handle)).toEqual([])
})

test('migrate() makes the table, and can be repeated without loss', async () => {
  const storage = sqliteStorage(libsql.open(':memory:'), own)
  await storage.migrate()
  const record = someRecord()
  expect(await storage.put('a', record, null)).toBe(true)
  await storage.migrate()
  expect(await storage.get('a')).toEqual(record)
})

test('migrate() adds to the users table what it lacks, and can be repeated', async () => {
  const handle = libsql.open(':memory:')
  handle.exec(hostTable)
  handle.exec('ALTER TABLE users ADD COLUMN LATCHKEY_SEALED TEXT')
  const storage = sqliteStorage(handle, host)
  await storage.migrate()
  await storage.migrate()
  const columns = handle.prepare(`SELECT name FROM pragma_table_info('users')`).all()
  expect(columns).toEqual(['id', 'name', 'LATCHKEY_SEALED', 'latchkey_revision'].map((name) => ({ name })))
})

describe('the text of schema()', () => {
  test('makes the same table as migrate()', async () => {
    const [migrated, executed] = [libsql.open(':memory:'), libsql.open(':memory:')]
    await sqliteStorage(migrated, own).migrate()
    executed.exec(schema('sqlite', own))
    const made = `SELECT type, name, sql FROM sqlite_master ORDER BY name`
    expect(executed.prepare(made).all()).toEqual(migrated.prepare(made).all())
  })

  test('adds the columns for reports only where they are named', () => {
    const handle = libsql.open(':memory:')
    handle.exec(hostTable)
    handle.exec(schema('sqlite', { ...host, columns: { enabled: 'mfa' } }))
    const columns = handle.prepare(`SELECT name, type, "notnull" FROM pragma_table_info('users')`).all()
    expect(columns.slice(2)).toEqual([
      { name: 'latchkey_revision', type: 'TEXT', notnull: 0 },
      { name: 'latchkey_sealed', type: 'TEXT', notnull: 0 },
      { name: 'mfa', type: 'INTEGER', notnull: 0 },
    ])
  })

  test.each(['postgres', '__proto__', undefined])('is refused for %s', (database) => {
    expect(() => schema(database as never)).toThrow(/^database must be one of sqlite/)
  })
})

describe('what is missing is named, with what to do', () => {
  const advice = "run migrate() once, or the SQL of schema('sqlite')"

  test('a table, by every method', async () => {
    const storage = sqliteStorage(libsql.open(':memory:'), own)
    const list = async () => {
      for await (const _ of storage.userIds());
    }
    const calls = [
      storage.get('a'),
      storage.put('a', someRecord(), null),
      storage.put('a', someRecord(), 'r'),
      storage.delete('a'),
      list(),
    ]
    for (const call of calls) {
      await expect(call).rejects.toThrow('no such table: mfa')
      await expect(call).rejects.toThrow(advice)
    }
  })

  test.each(['revision', 'sealed', 'enabled', 'updated_at'])('the column %s', async (column) => {
    const handle = libsql.open(':memory:')
    const storage = sqliteStorage(handle, own)
    await storage.migrate()
    handle.exec(`ALTER TABLE mfa DROP COLUMN ${column}`)
    const fault = new RegExp(`column.*${column}`)
    await expect(storage.get('a')).rejects.toThrow(fault)
    await expect(storage.put('a', someRecord(), null)).rejects.toThrow(fault)
    await expect(storage.put('a', someRecord(), 'r')).rejects.toThrow(advice)
  })

  test('a column that migrate() cannot add', async () => {
    const handle = libsql.open(':memory:')
    handle.exec('CREATE TABLE mfa (user_id TEXT PRIMARY KEY, revision TEXT, sealed TEXT)')
    await expect(sqliteStorage(handle, own).migrate()).rejects.toThrow(
      'the table "mfa" has no column "enabled", "updated_at"',
    )
  })

  test('a users table that migrate() does not make', async () => {
    const handle = libsql.open(':memory:')
    await expect(sqliteStorage(handle, host).migrate()).rejects.toThrow('the table "users" is missing')
    expect(tables(handle)).toEqual([])
  })

  test('a key that is not unique', async () => {
    const handle = libsql.open(':memory:')
    handle.exec('CREATE TABLE mfa (user_id TEXT, revision TEXT, sealed TEXT, enabled INTEGER, updated_at INTEGER)')
    const storage = sqliteStorage(handle, own)
    await storage.migrate()
    await expect(storage.put('a', someRecord(), null)).rejects.toThrow('UNIQUE')
  })
})

test('a table made while the storage is in use is seen', async () => {
  const file = new DatabaseFile()
  const storage = sqliteStorage(file.open(), own)
  await expect(storage.get('a')).rejects.toThrow('no such table')
  await sqliteStorage(file.open(), own).migrate()
  expect(await storage.get('a')).toBeNull()
  file.dispose()
})
