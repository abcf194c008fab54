/** The rule guarded here: damaged rows and ids that two rows have never pass for "no record", and nothing is stored in part. */
import { someRecord } from '@latchkey/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import type { DialectName, SqlStorage } from '../src/index.ts'
import { onEveryDatabase } from './databases.ts'

/** What makes a row unreadable, if the columns' types let it happen. */
const damages: Readonly<Record<DialectName, readonly string[]>> = {
  sqlite: [
    `UPDATE latchkey_records SET sealed = x'00'`,
    `UPDATE latchkey_records SET revision = x'00'`,
    `UPDATE latchkey_records SET updated_at = 'yesterday'`,
  ],
  postgres: [`UPDATE latchkey_records SET updated_at = 'infinity'`],
  mysql: [`SET sql_mode = ''; UPDATE latchkey_records SET updated_at = 0; SET sql_mode = DEFAULT`],
}

onEveryDatabase('storage', ({ driver: { dialect }, database }) => {
  const run = (text: string) => database().run(text)
  let storage: SqlStorage
  beforeEach(async () => {
    await run('DROP TABLE IF EXISTS latchkey_records')
    await run('DROP TABLE IF EXISTS users')
    storage = await database().storage()
    await storage.migrate()
  })

  test('it is frozen', () => {
    expect(Object.isFrozen(storage)).toBe(true)
  })

  test.each(damages[dialect])('a damaged row is an error: %s', async (damage) => {
    await storage.put('a', someRecord(), null)
    await run(damage)
    await expect(storage.get('a')).rejects.toThrow(
      /a row of the table "latchkey_records" does not hold|cannot convert infinity/,
    )
  })

  test.each(['NULL', `'1.k.x'`, `'2:1:1.k.x'`, `'1:soon:1.k.x'`, `'1:9999999999999999:1.k.x'`])(
    'a damaged row is an error, packed: %s',
    async (sealed) => {
      await run(
        'CREATE TABLE users (id INTEGER PRIMARY KEY, latchkey_revision VARCHAR(9), latchkey_sealed VARCHAR(99))',
      )
      await run(`INSERT INTO users VALUES (1, 'r', ${sealed})`)
      const users = await database().storage({ table: 'users', rows: 'host' })
      await expect(users.get('1')).rejects.toThrow('a row of the table "users" does not hold')
    },
  )

  test('an id that two rows have is an error, not one of the two', async () => {
    await run('CREATE TABLE users (id VARCHAR(9), latchkey_revision VARCHAR(9), latchkey_sealed VARCHAR(99))')
    await run(`INSERT INTO users VALUES ('a', 'r', '1:1:s'), ('a', 's', '1:1:t')`)
    const users = await database().storage({ table: 'users', rows: 'host' })
    await expect(users.get('a')).rejects.toThrow('the column "id" of "users" must be unique')
    await run(`UPDATE users SET latchkey_revision = 'r'`)
    await expect(users.delete('a', 'r')).rejects.toThrow('the column "id" of "users" must be unique')
  })

  describe('user ids', () => {
    test.each(['a\0b', 'a\ud800', '\udc00'])('%j cannot be stored, by any method', async (userId) => {
      await expect(storage.put(userId, someRecord(), null)).rejects.toThrow('cannot be stored')
      await expect(storage.get(userId)).rejects.toThrow('cannot be stored')
      await expect(storage.delete(userId, 'r')).rejects.toThrow('cannot be stored')
    })
  })

  test('a date that is none is refused, with and without its column', async () => {
    const record = someRecord({ updatedAt: new Date(Number.NaN) })
    await expect(storage.put('a', record, null)).rejects.toThrow('updatedAt must be a valid date')
    const packed = await database().storage({ columns: { updatedAt: null } })
    await expect(packed.put('a', record, null)).rejects.toThrow('updatedAt must be a valid date')
  })
})
