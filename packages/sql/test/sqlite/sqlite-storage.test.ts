/** The rule guarded here: no read stays open, the host's integers may be bigints, and the key is unique. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { sqliteStorage } from '../../src/index.ts'
import { DatabaseFile, libsql } from './drivers.ts'

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
  expect(await listUserIds(storage)).toHaveLength(3)
  file.dispose()
})

test('a driver may give integers as bigints', async () => {
  const handle = libsql.open(':memory:')
  handle.exec('CREATE TABLE users (id INTEGER PRIMARY KEY); INSERT INTO users VALUES (9223372036854775807)')
  ;(handle as unknown as { defaultSafeIntegers(on: boolean): void }).defaultSafeIntegers(true)
  const columns = { enabled: 'mfa', updatedAt: 'mfa_at' }
  const storage = sqliteStorage(handle, { table: 'users', rows: 'host', columns })
  await storage.migrate()
  const record = someRecord()
  expect(await storage.put('9223372036854775807', record, null)).toBe(true)
  expect(await storage.get('9223372036854775807')).toEqual(record)
  expect(await listUserIds(storage)).toEqual(['9223372036854775807'])
})

test('a table made earlier is read as it is', async () => {
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE IF NOT EXISTS "latchkey_records" (
    "user_id" TEXT NOT NULL PRIMARY KEY, "revision" TEXT NOT NULL, "sealed" TEXT NOT NULL,
    "enabled" INTEGER NOT NULL, "updated_at" INTEGER NOT NULL)`)
  handle.exec(`INSERT INTO latchkey_records VALUES ('a', 'r', '1.k.x', 1, 1234)`)
  const storage = sqliteStorage(handle)
  const record = { revision: 'r', sealed: '1.k.x', enabled: true, updatedAt: new Date(1234) }
  expect(await storage.get('a')).toEqual(record)
  expect(await storage.put('a', someRecord(), 'r')).toBe(true)
})

test('a key that is not unique is an error', async () => {
  const handle = libsql.open(':memory:')
  handle.exec('CREATE TABLE mfa (user_id TEXT, revision TEXT, sealed TEXT, enabled INTEGER, updated_at INTEGER)')
  const storage = sqliteStorage(handle, { table: 'mfa' })
  await storage.migrate()
  await expect(storage.put('a', someRecord(), null)).rejects.toThrow('UNIQUE')
})
