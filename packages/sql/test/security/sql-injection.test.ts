/** The threat: SQL in a user's id, in a record or in an option. It must stay a value or a name. */
import { expect, test } from 'vitest'
import { schema, sqliteStorage } from '../../src/index.ts'
import { type Handle, libsql } from '../drivers.ts'
import { listed, someRecord } from '../records.ts'

const attacks = [
  `'; DROP TABLE victims; --`,
  `"; DROP TABLE victims; --`,
  `a" TEXT); DROP TABLE victims; CREATE TABLE "b`,
  `' OR '1'='1`,
  `" OR ""="`,
  '`; DROP TABLE victims; --',
  ']; DROP TABLE victims; --',
  '?1',
  ':a',
  '/*',
  '\\"',
]

function withVictims(): Handle {
  const handle = libsql.open(':memory:')
  handle.exec(`CREATE TABLE victims (x); INSERT INTO victims VALUES (1)`)
  return handle
}

function expectVictimsToLive(handle: Handle): void {
  expect(handle.prepare('SELECT x FROM victims').all()).toEqual([{ x: 1 }])
}

test.each(attacks)('in a user id, a revision and a sealed text: %s', async (attack) => {
  const handle = withVictims()
  const storage = sqliteStorage(handle)
  await storage.migrate()
  const innocent = someRecord()
  await storage.put('innocent', innocent, null)
  const record = someRecord({ revision: attack, sealed: attack })
  expect(await storage.put('innocent', someRecord(), attack)).toBe(false)
  expect(await storage.get(attack)).toBeNull()
  expect(await storage.put(attack, record, null)).toBe(true)
  expect(await storage.get(attack)).toEqual(record)
  expect(await storage.put(attack, someRecord(), attack)).toBe(true)
  expect(await listed(storage.userIds())).toHaveLength(2)
  await storage.delete(attack)
  expect(await storage.get('innocent')).toEqual(innocent)
  expectVictimsToLive(handle)
})

test.each(attacks)('in the name of a table and of each column: %s', async (attack) => {
  const columns = {
    userId: `${attack}1`,
    revision: `${attack}2`,
    sealed: `${attack}3`,
    enabled: `${attack}4`,
    updatedAt: `${attack}5`,
  }
  for (const rows of ['own', 'host'] as const) {
    const handle = withVictims()
    const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`
    if (rows === 'host') handle.exec(`CREATE TABLE ${quoted(attack)} (${quoted(columns.userId)} TEXT PRIMARY KEY)`)
    if (rows === 'host') handle.exec(`INSERT INTO ${quoted(attack)} VALUES ('a')`)
    handle.exec(schema('sqlite', { table: attack, columns, rows }))
    const storage = sqliteStorage(handle, { table: attack, columns, rows })
    await storage.migrate()
    const record = someRecord()
    expect(await storage.put('a', record, null)).toBe(true)
    expect(await storage.put('a', record, record.revision)).toBe(true)
    expect(await storage.get('a')).toEqual(record)
    expect(await listed(storage.userIds())).toEqual(['a'])
    await storage.delete('a')
    expect(await storage.get('a')).toBeNull()
    expectVictimsToLive(handle)
  }
})
