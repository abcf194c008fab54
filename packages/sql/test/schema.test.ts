/** The rule guarded here: the schema is made by migrate() or by the host, never by itself, and what is missing is named. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { type DialectName, type ServerStorageOptions, schema } from '../src/index.ts'
import { quoted } from './database.ts'
import { onEveryDatabase } from './databases.ts'

const own: ServerStorageOptions = { table: 'mfa' }
const host: ServerStorageOptions = { table: 'users', rows: 'host' }

/** Names and types of the columns, in their order. */
const columnsOf: Readonly<Record<DialectName, (table: string) => string>> = {
  sqlite: (table) => `SELECT name, type, "notnull" AS nn FROM pragma_table_info('${table}')`,
  postgres: (table) => `SELECT a.attname AS name, attnotnull AS nn, collname AS collation,
    format_type(atttypid, atttypmod) AS type FROM pg_attribute a LEFT JOIN pg_collation c ON c.oid = attcollation
    WHERE attrelid = to_regclass('${table}') AND attnum > 0 ORDER BY attnum`,
  mysql: (table) => `SELECT COLUMN_NAME AS name, IS_NULLABLE AS nn, COLLATION_NAME AS collation, COLUMN_TYPE AS type
    FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' ORDER BY ORDINAL_POSITION`,
}
const reportTypes = { sqlite: 'INTEGER', postgres: 'boolean', mysql: 'tinyint(1)' } as const

onEveryDatabase('schema', ({ driver: { dialect }, database }) => {
  const run = (text: string) => database().run(text)
  const columns = (table: string) => run(columnsOf[dialect](table))
  const names = async (table: string) => (await columns(table)).map(({ name }) => name)

  beforeEach(async () => {
    for (const table of ['mfa', 'users', 'latchkey_records']) await run(`DROP TABLE IF EXISTS ${table}`)
  })

  test('nothing is made before migrate()', async () => {
    const storage = await database().storage()
    await expect(storage.get('a')).rejects.toThrow('latchkey_records')
    expect(await columns('latchkey_records')).toEqual([])
  })

  test('migrate() makes the table, and can be repeated without loss', async () => {
    const storage = await database().storage(own)
    await storage.migrate()
    const record = someRecord()
    expect(await storage.put('a', record, null)).toBe(true)
    await storage.migrate()
    expect(await storage.get('a')).toEqual(record)
  })

  test('migrate() adds to the users table what it lacks, and can be repeated', async () => {
    await run('CREATE TABLE users (id INTEGER PRIMARY KEY, name VARCHAR(9))')
    await run('INSERT INTO users (id) VALUES (1)')
    await run(`ALTER TABLE users ADD COLUMN ${quoted(dialect, 'LATCHKEY_SEALED')} TEXT`)
    const storage = await database().storage(host)
    await storage.migrate()
    await storage.migrate()
    // To PostgreSQL the name in capitals is another one.
    const added = dialect === 'postgres' ? ['latchkey_revision', 'latchkey_sealed'] : ['latchkey_revision']
    expect(await names('users')).toEqual(['id', 'name', 'LATCHKEY_SEALED', ...added])
    expect(await storage.put('1', someRecord(), null)).toBe(true)
  })

  test('of eight that migrate at once all succeed', async () => {
    const columns = { enabled: 'mfa', updatedAt: 'mfa_at' }
    await run('CREATE TABLE users (id INTEGER PRIMARY KEY)')
    const storages = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => database().storage(n % 2 === 0 ? own : { ...host, columns })),
    )
    await Promise.all(storages.map((storage) => storage.migrate()))
    expect(await names('mfa')).toEqual(['user_id', 'revision', 'sealed', 'enabled', 'updated_at'])
    const users = await names('users')
    expect(users).toHaveLength(5)
    expect(new Set(users)).toEqual(new Set(['id', 'latchkey_revision', 'latchkey_sealed', 'mfa', 'mfa_at']))
  })

  describe('the text of schema()', () => {
    test('makes the same table as migrate()', async () => {
      await (await database().storage(own)).migrate()
      const migrated = await columns('mfa')
      await run('DROP TABLE mfa')
      await run(schema(dialect, own))
      expect(migrated).toHaveLength(5)
      expect(await columns('mfa')).toEqual(migrated)
    })

    test('adds the columns for reports only if they are named', async () => {
      await run('CREATE TABLE users (id INTEGER PRIMARY KEY)')
      await run(schema(dialect, { ...host, columns: { enabled: 'mfa' } }))
      expect(await names('users')).toEqual(['id', 'latchkey_revision', 'latchkey_sealed', 'mfa'])
      expect((await columns('users')).at(-1)).toMatchObject({ type: reportTypes[dialect] })
    })
  })

  describe('what is missing is named, with what to do', () => {
    const advice = `run migrate() once, or the SQL of schema('${dialect}')`

    test('a table, by every method', async () => {
      const storage = await database().storage(own)
      const calls = [
        () => storage.get('a'),
        () => storage.put('a', someRecord(), null),
        () => storage.put('a', someRecord(), 'r'),
        () => storage.delete('a', 'r'),
        () => listUserIds(storage),
      ]
      for (const call of calls) {
        const failed = call()
        await expect(failed).rejects.toThrow(/mfa/)
        await expect(failed).rejects.toThrow(advice)
      }
    })

    test.each(['revision', 'sealed', 'enabled', 'updated_at'])('the column %s', async (column) => {
      const storage = await database().storage(own)
      await storage.migrate()
      await run(`ALTER TABLE mfa DROP COLUMN ${column}`)
      const fault = new RegExp(`column.*${column}`)
      await expect(storage.get('a')).rejects.toThrow(fault)
      await expect(storage.put('a', someRecord(), null)).rejects.toThrow(fault)
      await expect(storage.put('a', someRecord(), 'r')).rejects.toThrow(advice)
    })

    test('a column that migrate() cannot add', async () => {
      await run('CREATE TABLE mfa (user_id VARCHAR(9) PRIMARY KEY, revision VARCHAR(9), sealed VARCHAR(9))')
      const storage = await database().storage(own)
      await expect(storage.migrate()).rejects.toThrow('the table "mfa" has no column "enabled", "updated_at"')
    })

    test('a users table that migrate() does not make', async () => {
      const storage = await database().storage(host)
      await expect(storage.migrate()).rejects.toThrow('the table "users" is missing')
      expect(await columns('users')).toEqual([])
    })
  })

  test.skipIf(dialect === 'sqlite')('a schema that is not there is not made', async () => {
    const storage = await database().storage({ ...own, schema: 'nowhere' })
    await expect(storage.migrate()).rejects.toThrow('the table "mfa" is missing and could not be made')
    await expect(storage.get('a')).rejects.toThrow(/nowhere.*run migrate\(\) once/)
  })

  test('a table made while the storage is in use is seen', async () => {
    const [storage, other] = [await database().storage(own), await database().storage(own)]
    await expect(storage.get('a')).rejects.toThrow('mfa')
    await other.migrate()
    expect(await storage.get('a')).toBeNull()
  })
})

test.each(['oracle', '__proto__', undefined])('the text of schema() is refused for %s', (database) => {
  expect(() => schema(database as never)).toThrow(/^database must be one of sqlite, postgres, mysql/)
})
