/** The rule guarded here: in the host's users table only our columns of existing rows are written, and ids are compared to the letter. */
import { describe, expect, test } from 'vitest'
import { type SqlStorageOptions, schema, sqliteStorage } from '../src/index.ts'
import { type Handle, libsql } from './drivers.ts'
import { listed, someRecord } from './records.ts'

const options: SqlStorageOptions = { table: 'users', rows: 'host' }
const others = ['id', 'email', 'password_hash', 'logins', 'balance', 'avatar', 'note']

function usersTable(idType: string): Handle {
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE users (id ${idType}, email TEXT NOT NULL UNIQUE, password_hash TEXT NOT NULL,
    logins INTEGER NOT NULL DEFAULT 7, balance REAL DEFAULT 1.5, avatar BLOB DEFAULT x'00ff', note TEXT)`)
  const add = handle.prepare('INSERT INTO users (id, email, password_hash) VALUES (?, ?, ?)')
  for (const id of ['1', '2', '10']) add.run(id, `${id}@example.com`, `hash of ${id}`)
  handle.exec(schema('sqlite', options))
  return handle
}

function hostColumns(handle: Handle): readonly unknown[] {
  return handle.prepare(`SELECT ${others.join(', ')} FROM users ORDER BY id`).all()
}

describe.each(['INTEGER PRIMARY KEY', 'TEXT PRIMARY KEY', 'TEXT COLLATE NOCASE PRIMARY KEY'])('id %s', (idType) => {
  test('no other column and no other row is touched by a whole life of a record', async () => {
    const handle = usersTable(idType)
    const storage = sqliteStorage(handle, options)
    const before = hostColumns(handle)
    const [first, second] = [someRecord(), someRecord({ enabled: false })]
    expect(await storage.put('1', first, null)).toBe(true)
    expect(await storage.get('1')).toEqual(first)
    expect(await storage.put('1', second, first.revision)).toBe(true)
    expect(await storage.get('1')).toEqual(second)
    expect(await storage.get('10')).toBeNull()
    expect(await listed(storage.userIds())).toEqual(['1'])
    expect(hostColumns(handle)).toEqual(before)
    await storage.delete('1')
    expect(hostColumns(handle)).toEqual(before)
    const ours = handle.prepare('SELECT DISTINCT latchkey_revision AS r, latchkey_sealed AS s FROM users').all()
    expect(ours).toEqual([{ r: null, s: null }])
  })

  test('a user without a row gets none', async () => {
    const handle = usersTable(idType)
    const storage = sqliteStorage(handle, options)
    expect(await storage.put('3', someRecord(), null)).toBe(false)
    await storage.delete('3')
    expect(hostColumns(handle)).toHaveLength(3)
    expect(await storage.get('3')).toBeNull()
  })

  test.each(['01', '1.0', '1e0', ' 1', '1 ', '+1', '0x1', ''])('%j is not user 1', async (alike) => {
    const storage = sqliteStorage(usersTable(idType), options)
    expect(await storage.put(alike, someRecord(), null)).toBe(false)
    const record = someRecord()
    await storage.put('1', record, null)
    expect(await storage.get(alike)).toBeNull()
    expect(await storage.put(alike, someRecord(), record.revision)).toBe(false)
    await storage.delete(alike)
    expect(await storage.get('1')).toEqual(record)
  })
})

test('an id in another case is another user, even where the column says otherwise', async () => {
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE users (id TEXT COLLATE NOCASE PRIMARY KEY); INSERT INTO users VALUES ('Alice')`)
  const storage = sqliteStorage(handle, options)
  await storage.migrate()
  expect(await storage.put('alice', someRecord(), null)).toBe(false)
  expect(await storage.put('Alice', someRecord(), null)).toBe(true)
  expect(await storage.get('alice')).toBeNull()
})

test('integers beyond 2^53 are listed and found exactly, also where the driver gives bigints', async () => {
  const ids = ['9007199254740993', '9223372036854775807']
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (${ids.join('), (')})`)
  ;(handle as unknown as { defaultSafeIntegers(on: boolean): void }).defaultSafeIntegers(true)
  const storage = sqliteStorage(handle, { ...options, columns: { enabled: 'mfa', updatedAt: 'mfa_at' } })
  await storage.migrate()
  const record = someRecord()
  for (const id of ids) expect(await storage.put(id, record, null)).toBe(true)
  expect(await listed(storage.userIds())).toEqual(ids)
  expect(await storage.get('9007199254740993')).toEqual(record)
  expect(await storage.get('9007199254740992')).toBeNull()
})

test('both values for reports travel in front of the sealed text where a column is left out', async () => {
  const handle = usersTable('INTEGER PRIMARY KEY')
  const storage = sqliteStorage(handle, options)
  await storage.put('1', someRecord({ sealed: '1.k.x', enabled: true, updatedAt: new Date(1234) }), null)
  expect(handle.prepare('SELECT latchkey_sealed AS s FROM users WHERE id = 1').all()).toEqual([{ s: '1:1234:1.k.x' }])
})

test('columns for reports can be read without the key', async () => {
  const handle = usersTable('INTEGER PRIMARY KEY')
  const storage = sqliteStorage(handle, { ...options, columns: { enabled: 'mfa', updatedAt: 'mfa_at' } })
  await storage.migrate()
  await storage.put('1', someRecord({ sealed: '1.k.x', enabled: true, updatedAt: new Date(1234) }), null)
  const row = handle.prepare('SELECT latchkey_sealed AS s, mfa, mfa_at FROM users WHERE id = 1').all()
  expect(row).toEqual([{ s: '1.k.x', mfa: 1, mfa_at: 1234 }])
})

test('an id that two rows have is an error, not a success', async () => {
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE users (id TEXT); INSERT INTO users VALUES ('a'), ('a')`)
  const storage = sqliteStorage(handle, options)
  await storage.migrate()
  await expect(storage.put('a', someRecord(), null)).rejects.toThrow('the column "id" of "users" must be unique')
})

test('rows without an id are passed over', async () => {
  const handle = libsql.open(':memory:')
  handle.exec('CREATE TABLE users (id TEXT PRIMARY KEY, latchkey_revision TEXT, latchkey_sealed TEXT)')
  handle.exec(`INSERT INTO users VALUES (NULL, 'r', 's'), ('a', 'r', '1:1:s')`)
  expect(await listed(sqliteStorage(handle, options).userIds())).toEqual(['a'])
})
