/** The rule guarded here: a user's row is found by the key's index, whatever its type: no call reads the whole users table. */
import { someRecord } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mysqlStorage, postgresStorage, schema } from '../src/index.ts'
import { missing, titleOf } from './database.ts'
import { MysqlDatabase } from './mysql/drivers.ts'
import { PostgresDatabase } from './postgres/drivers.ts'

const host = { table: 'users', rows: 'host' } as const
const uuid = '00000000-0000-4000-8000-000000000001'

/** Makes a table of some users and runs all calls that look for one; gives what the database says of its plans. */
async function plansOf(
  database: PostgresDatabase | MysqlDatabase,
  idType: string,
  userId: string,
): Promise<readonly string[]> {
  const plans: string[] = []
  const note = (rows: unknown) => plans.push(JSON.stringify(rows))
  await database.run('DROP TABLE IF EXISTS users')
  await database.run(`CREATE TABLE users (id ${idType} PRIMARY KEY, name VARCHAR(9))`)
  const ids = idType.startsWith('uuid') ? [uuid, uuid.replace('1', '2')] : [userId, '8', '9']
  for (const id of ids) await database.run(`INSERT INTO users (id) VALUES ('${id}')`)
  await database.run(schema(database instanceof MysqlDatabase ? 'mysql' : 'postgres', host))
  await database.run(`UPDATE users SET latchkey_revision = 'r', latchkey_sealed = '1:1:s'`)
  const client = database instanceof PostgresDatabase ? await database.connect() : null
  await client?.query('SET enable_seqscan = off')
  const explaining =
    database instanceof MysqlDatabase
      ? mysqlStorage(async (text) => [note(await database.run(`EXPLAIN ${text}`))], host)
      : postgresStorage(async (text, params) => [note((await client?.query(`EXPLAIN ${text}`, params))?.rows)], host)
  // What the plan was taken for does not matter.
  await explaining.get(userId).catch(() => null)
  await explaining.put(userId, someRecord(), null).catch(() => null)
  await explaining.put(userId, someRecord(), 'r').catch(() => null)
  await explaining.delete(userId, 'r').catch(() => null)
  return plans
}

const postgres = titleOf({ name: 'on PostgreSQL', unavailable: missing.postgres })
describe.skipIf(missing.postgres !== null)(`${postgres}`, () => {
  let database: PostgresDatabase
  beforeAll(async () => {
    database = await PostgresDatabase.create()
  })
  afterAll(() => database.dispose())

  test.each([
    ['integer', '7'],
    ['bigint', '7'],
    ['numeric', '7'],
    ['uuid', uuid],
    ['text', 'alice'],
    ['text COLLATE "en-x-icu"', 'alice'],
    ['varchar(64)', '名前'],
    ['char(36)', 'alice'],
  ])('id %s', async (idType, userId) => {
    const plans = await plansOf(database, idType, userId)
    expect(plans).toHaveLength(4)
    for (const plan of plans) expect(plan).toMatch(/Index (?:Only )?Scan.*users_pkey/)
  })
})

const mysql = titleOf({ name: 'on MySQL', unavailable: missing.mariadb })
describe.skipIf(missing.mariadb !== null)(`${mysql}`, () => {
  let database: MysqlDatabase
  beforeAll(async () => {
    database = await MysqlDatabase.create()
  })
  afterAll(() => database.dispose())

  test.each([
    ['INT', '7'],
    ['BIGINT UNSIGNED', '18446744073709551615'],
    ['VARCHAR(64)', 'alice'],
    ['VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci', '名前'],
    ['VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin', 'alice'],
    ['CHAR(36) CHARACTER SET latin1', 'é'],
    ['CHAR(36) CHARACTER SET ascii', uuid],
    ['VARBINARY(768)', 'alice'],
  ])('id %s', async (idType, userId) => {
    const plans = await plansOf(database, idType, userId)
    expect(plans).toHaveLength(4)
    for (const plan of plans) expect(plan).toMatch(/"type":"(?:const|range)".*"key":"PRIMARY"/)
  })
})
