/** The rule guarded here: in the host's users table only our columns of existing rows are written, and ids are compared to the letter. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { type DialectName, type ServerStorageOptions, type SqlStorage, schema } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

const options: ServerStorageOptions = { table: 'users', rows: 'host' }
const withReports: ServerStorageOptions = { ...options, columns: { enabled: 'mfa', updatedAt: 'mfa_at' } }

const nocase = `CREATE COLLATION IF NOT EXISTS nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`
const numberTypes: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: ['INTEGER'],
  postgres: ['integer', 'bigint', 'numeric'],
  mysql: ['INT', 'BIGINT', 'BIGINT UNSIGNED'],
}
const textTypes: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: ['TEXT', 'TEXT COLLATE NOCASE'],
  postgres: ['text', 'varchar(64)', 'char(36)', 'text COLLATE nocase'],
  mysql: ['VARCHAR(64)', 'CHAR(36) CHARACTER SET latin1', 'VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'],
}
const bigintType = { sqlite: 'INTEGER', postgres: 'bigint', mysql: 'BIGINT' } as const
const plainTextType = { sqlite: 'TEXT', postgres: 'text', mysql: 'VARCHAR(64)' } as const
/** What a report reads, as text in UTC. */
const report: Readonly<Record<DialectName, string>> = {
  sqlite: `SELECT latchkey_sealed AS s, mfa || '' AS flag, datetime(mfa_at / 1000, 'unixepoch') AS time FROM users`,
  postgres: `SELECT latchkey_sealed AS s, mfa::text AS flag,
    to_char(mfa_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.MS') AS time FROM users`,
  mysql: 'SELECT latchkey_sealed AS s, CAST(mfa AS CHAR) AS flag, CAST(mfa_at AS CHAR) AS time FROM users',
}
const reported: Readonly<Record<DialectName, readonly [flag: string, time: string]>> = {
  sqlite: ['1', '2038-01-19 03:14:08'],
  postgres: ['true', '2038-01-19 03:14:08.001'],
  mysql: ['1', '2038-01-19 03:14:08.001'],
}

onEveryDatabase('rows of the host', ({ driver: { dialect }, database }) => {
  const run = (text: string) => database().run(text)

  async function usersTable(idColumn: string, ids: readonly string[], using = options): Promise<SqlStorage> {
    if (idColumn.includes('nocase')) await run(nocase)
    await run('DROP TABLE IF EXISTS users')
    await run(`CREATE TABLE users (id ${idColumn}, email VARCHAR(64) UNIQUE, password_hash VARCHAR(64) DEFAULT 'hash',
      logins INTEGER NOT NULL DEFAULT 7, balance REAL DEFAULT 1.5, note VARCHAR(64))`)
    for (const id of ids) await run(`INSERT INTO users (id, email) VALUES ('${id}', '${id}@example.com')`)
    await run(schema(dialect, using))
    return database().storage(using)
  }

  const hostColumns = () => run('SELECT id, email, password_hash, logins, balance, note FROM users ORDER BY email')

  describe.each([...numberTypes[dialect], ...textTypes[dialect]])('id %s', (idType) => {
    let storage: SqlStorage
    beforeEach(async () => {
      storage = await usersTable(`${idType} PRIMARY KEY`, ['1', '2', '10'])
    })

    test('no other column and no other row is touched by a whole life of a record', async () => {
      const before = await hostColumns()
      const [first, second] = [someRecord(), someRecord({ enabled: false })]
      expect(await storage.put('1', first, null)).toBe(true)
      expect(await storage.get('1')).toEqual(first)
      expect(await storage.put('1', second, first.revision)).toBe(true)
      expect(await storage.get('1')).toEqual(second)
      expect(await storage.get('10')).toBeNull()
      expect(await listUserIds(storage)).toEqual(['1'])
      expect(await hostColumns()).toEqual(before)
      expect(await storage.delete('1', first.revision)).toBe(false)
      expect(await storage.get('1')).toEqual(second)
      expect(await storage.delete('1', second.revision)).toBe(true)
      expect(await hostColumns()).toEqual(before)
      const ours = await run('SELECT DISTINCT latchkey_revision AS r, latchkey_sealed AS s FROM users')
      expect(ours).toEqual([{ r: null, s: null }])
    })

    test('a user without a row gets none', async () => {
      expect(await storage.put('3', someRecord(), null)).toBe(false)
      expect(await storage.delete('3', 'r')).toBe(false)
      expect(await hostColumns()).toHaveLength(3)
      expect(await storage.get('3')).toBeNull()
    })

    test.each(['01', '1.0', '1e0', ' 1', '1 ', '+1', '0x1', ''])('%j is not user 1', async (alike) => {
      // A server may refuse what its column cannot hold, which is as good.
      const refused = () => false
      expect(await storage.put(alike, someRecord(), null).catch(refused)).toBe(false)
      const record = someRecord()
      await storage.put('1', record, null)
      expect(await storage.get(alike).catch(() => null)).toBeNull()
      expect(await storage.put(alike, someRecord(), record.revision).catch(refused)).toBe(false)
      expect(await storage.delete(alike, record.revision).catch(refused)).toBe(false)
      expect(await storage.get('1')).toEqual(record)
    })
  })

  test.each(textTypes[dialect])('an id in another case is another user, even if %s says otherwise', async (type) => {
    const storage = await usersTable(`${type} PRIMARY KEY`, ['Alice'])
    expect(await storage.put('alice', someRecord(), null)).toBe(false)
    expect(await storage.put('Alice', someRecord(), null)).toBe(true)
    expect(await storage.get('alice')).toBeNull()
    expect(await storage.get('Alicé')).toBeNull()
    expect(await listUserIds(storage)).toEqual(['Alice'])
  })

  test('integers beyond 2^53 are listed and found exactly', async () => {
    const ids = ['9007199254740993', '9223372036854775807']
    const storage = await usersTable(`${bigintType[dialect]} PRIMARY KEY`, ids)
    const record = someRecord()
    for (const id of ids) expect(await storage.put(id, record, null)).toBe(true)
    expect(await listUserIds(storage)).toEqual(ids)
    expect(await storage.get('9007199254740993')).toEqual(record)
    expect(await storage.get('9007199254740992')).toBeNull()
  })

  test('both values for reports travel in front of the sealed text if a column is left out', async () => {
    const storage = await usersTable(`${bigintType[dialect]} PRIMARY KEY`, ['1'])
    await storage.put('1', someRecord({ sealed: '1.k.x', enabled: true, updatedAt: new Date(1234) }), null)
    expect(await run('SELECT latchkey_sealed AS s FROM users')).toEqual([{ s: '1:1234:1.k.x' }])
  })

  test('columns for reports can be read without the key', async () => {
    const storage = await usersTable(`${bigintType[dialect]} PRIMARY KEY`, ['1'], withReports)
    const record = someRecord({ sealed: '1.k.x', enabled: true, updatedAt: new Date('2038-01-19T03:14:08.001Z') })
    expect(await storage.put('1', record, null)).toBe(true)
    const [flag, time] = reported[dialect]
    expect(await run(report[dialect])).toEqual([{ s: '1.k.x', flag, time }])
    expect(await storage.get('1')).toEqual(record)
  })

  test('an id that two rows have is an error, not a success', async () => {
    const storage = await usersTable(plainTextType[dialect], [])
    await run(`INSERT INTO users (id) VALUES ('a'), ('a')`)
    await expect(storage.put('a', someRecord(), null)).rejects.toThrow('the column "id" of "users" must be unique')
  })

  test('rows without an id are passed over', async () => {
    const storage = await usersTable(plainTextType[dialect], ['a'])
    await run('INSERT INTO users (email) VALUES (NULL)')
    await run(`UPDATE users SET latchkey_revision = 'r', latchkey_sealed = '1:1:s'`)
    expect(await listUserIds(storage)).toEqual(['a'])
  })
})
