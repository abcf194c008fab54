/** The threat: a connection's character set turns a letter that it lacks into `?`, so that one user's id becomes another's, or nobody's. */
import { listUserIds, someRecord } from '@latchkey/testing'
import { createPool } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mysqlStorage } from '../../src/index.ts'
import { missing, titleOf } from '../database.ts'
import { MysqlDatabase } from './drivers.ts'

const ids = ['名前', '??', 'Ωmega', '?mega', '💡', "'\\'"]
const title = titleOf({ name: 'character sets on MySQL', unavailable: missing.mariadb })

describe.skipIf(missing.mariadb !== null)(`${title}`, () => {
  let database: MysqlDatabase
  beforeAll(async () => {
    database = await MysqlDatabase.create()
    await database.run('CREATE TABLE users (id VARCHAR(64) CHARACTER SET utf8mb4 PRIMARY KEY)')
    for (const id of ids) await database.run('INSERT INTO users VALUES (?)', [id])
  })
  afterAll(() => database.dispose())

  test.each(['ascii_general_ci', 'latin1_swedish_ci', 'sjis_japanese_ci', 'gbk_chinese_ci', 'utf8mb4_bin'])(
    'a connection in %s',
    async (charset) => {
      const pool = createPool({ uri: database.url, charset })
      for (const options of [{}, { table: 'users', rows: 'host' } as const]) {
        const storage = mysqlStorage(pool, options)
        await storage.migrate()
        const records = new Map(ids.map((id) => [id, someRecord()]))
        for (const [id, record] of records) expect(await storage.put(id, record, null)).toBe(true)
        for (const [id, record] of records) expect(await storage.get(id)).toEqual(record)
        expect(new Set(await listUserIds(storage))).toEqual(new Set(ids))
        for (const [id, { revision }] of records) expect(await storage.delete(id, revision)).toBe(true)
        expect(await listUserIds(storage)).toEqual([])
      }
      await pool.end()
    },
  )
})
