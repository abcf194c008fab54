/** The threat: SQL in a user's id, in a record or in an option. It must stay a value or a name. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { type ServerStorageOptions, schema } from '../../src/index.ts'
import { quoted } from '../database.ts'
import { onEveryDatabase } from '../databases.ts'

const attacks = [
  `'; DROP TABLE victims; --`,
  `\\'; DROP TABLE victims; --`,
  `"; DROP TABLE victims; --`,
  `a" TEXT); DROP TABLE victims; CREATE TABLE "b`,
  `' OR '1'='1`,
  `" OR ""="`,
  '`; DROP TABLE victims; --',
  '` OR `1`=`1',
  ']; DROP TABLE victims; --',
  '?1',
  '$1',
  ':a',
  '/*',
  '\\"',
  '\\',
]

onEveryDatabase('SQL', ({ driver: { dialect }, database }) => {
  const run = (text: string) => database().run(text)

  beforeEach(async () => {
    await run('DROP TABLE IF EXISTS victims')
    await run('CREATE TABLE victims (x INTEGER)')
    await run('INSERT INTO victims VALUES (1)')
  })

  async function expectVictimsToLive(): Promise<void> {
    expect(await run('SELECT x FROM victims')).toEqual([{ x: 1 }])
  }

  test.each(attacks)('in a user id, a revision and a sealed text: %s', async (attack) => {
    await run('DROP TABLE IF EXISTS latchkey_records')
    const storage = await database().storage()
    await storage.migrate()
    const innocent = someRecord()
    await storage.put('innocent', innocent, null)
    const record = someRecord({ revision: attack, sealed: attack })
    expect(await storage.put('innocent', someRecord(), attack)).toBe(false)
    expect(await storage.get(attack)).toBeNull()
    expect(await storage.put(attack, record, null)).toBe(true)
    expect(await storage.get(attack)).toEqual(record)
    const next = someRecord({ revision: `${attack}!` })
    expect(await storage.put(attack, next, attack)).toBe(true)
    expect(await listUserIds(storage)).toHaveLength(2)
    for (const userId of ['innocent', attack]) expect(await storage.delete(userId, attack)).toBe(false)
    expect(await storage.delete(attack, next.revision)).toBe(true)
    expect(await storage.get('innocent')).toEqual(innocent)
    await expectVictimsToLive()
  })

  describe.each(['own', 'host'] as const)('in names, if rows are %s', (rows) => {
    test.each(attacks)('of the table and of each column: %s', async (attack) => {
      const columns = {
        userId: `${attack}1`,
        revision: `${attack}2`,
        sealed: `${attack}3`,
        enabled: `${attack}4`,
        updatedAt: `${attack}5`,
      }
      const options: ServerStorageOptions = { table: attack, columns, rows }
      const [table, id] = [quoted(dialect, attack), quoted(dialect, columns.userId)]
      await run(`DROP TABLE IF EXISTS ${table}`)
      if (rows === 'host') await run(`CREATE TABLE ${table} (${id} VARCHAR(64) PRIMARY KEY)`)
      if (rows === 'host') await run(`INSERT INTO ${table} VALUES ('a')`)
      await run(schema(dialect, options))
      const storage = await database().storage(options)
      await storage.migrate()
      const [record, next] = [someRecord(), someRecord()]
      expect(await storage.put('a', record, null)).toBe(true)
      expect(await storage.put('a', next, record.revision)).toBe(true)
      expect(await storage.get('a')).toEqual(next)
      expect(await listUserIds(storage)).toEqual(['a'])
      expect(await storage.delete('a', record.revision)).toBe(false)
      expect(await storage.delete('a', next.revision)).toBe(true)
      expect(await storage.get('a')).toBeNull()
      await expectVictimsToLive()
    })
  })
})

describe('SQL in the name of a schema', () => {
  test.each(attacks)('%s', (attack) => {
    for (const dialect of ['postgres', 'mysql'] as const) {
      const text = schema(dialect, { schema: attack, table: 't' })
      expect(text).toContain(` ${quoted(dialect, attack)}.${quoted(dialect, 't')} (`)
    }
  })
})
