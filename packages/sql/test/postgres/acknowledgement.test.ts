/** The threat: a write is acknowledged and not committed, because of where the client of PostgreSQL stands. */
import { PGlite } from '@electric-sql/pglite'
import { someRecord, storageContract } from '@latchkey/testing'
import { CompiledQuery, Kysely, PostgresDialect } from 'kysely'
import type { Pool } from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type Server, startServer } from '../../../../test/services/servers.ts'
import { sharedService, whyMissing } from '../../../../test/services/shared.ts'
import { postgresStorage, type SqlStorage } from '../../src/index.ts'
import { alice, challengeOf, imported, mfaOn, recoveryCode, unavailable } from '../app.ts'
import { missing, titleOf } from '../database.ts'
import { PostgresDatabase, poolOf } from './drivers.ts'

const title = titleOf({ name: 'an acknowledged write on PostgreSQL', unavailable: missing.postgres })

describe.skipIf(missing.postgres !== null)(`${title}`, () => {
  let database: PostgresDatabase
  /** On its own connections, as another process has. */
  let others: SqlStorage
  beforeAll(async () => {
    database = await PostgresDatabase.create()
    others = await database.storage()
    await others.migrate()
  })
  afterAll(() => database.dispose())
  beforeEach(() => database.run('DELETE FROM latchkey_records'))

  describe('on a pool whose only client was given back inside a transaction', () => {
    let pool: Pool
    let storage: SqlStorage
    beforeEach(() => {
      pool = poolOf(database.url, { max: 1 })
      onTestFinished(() => pool.end())
      storage = postgresStorage(pool)
    })

    async function leaveOpen(...texts: readonly string[]): Promise<void> {
      const client = await pool.connect()
      for (const text of ['BEGIN', ...texts]) await client.query(text).catch(() => undefined)
      client.release()
    }

    test('is refused, undone, and works on the next client', async () => {
      const record = someRecord()
      await leaveOpen()
      await expect(storage.put('a', record, null)).rejects.toThrow(/left open: look for a missing ROLLBACK/)
      expect(await others.get('a')).toBeNull()
      expect(await storage.put('a', record, null)).toBe(true)
      expect(await others.get('a')).toEqual(record)
    })

    test('is not read from there, where it may be long ago', async () => {
      await leaveOpen('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ', 'SELECT 1 FROM latchkey_records')
      const record = someRecord()
      await others.put('a', record, null)
      await expect(storage.get('a')).rejects.toThrow(/left open/)
      expect(await storage.get('a')).toEqual(record)
    })

    test('is refused if that transaction has failed, and works on the next client', async () => {
      await leaveOpen('SELECT nonsense')
      await expect(storage.put('a', someRecord(), null)).rejects.toThrow(/current transaction is aborted/)
      expect(await storage.put('a', someRecord(), null)).toBe(true)
    })

    test('is, in the terms of an app, 503 for a code that stays good', async () => {
      const mfa = mfaOn(storage)
      await mfa.import(alice.id, imported)
      const token = await challengeOf(mfa)
      const before = await others.get(alice.id)
      await leaveOpen()
      await expect(mfa.verify(token, recoveryCode)).rejects.toMatchObject(unavailable)
      expect(await others.get(alice.id)).toEqual(before)
      await mfa.verify(token, recoveryCode)
      await expect(mfaOn(others).verify(token, recoveryCode)).rejects.toMatchObject({ code: 'invalid_token' })
    })
  })

  test('of a client whose transaction has failed is refused', async () => {
    const client = await database.connect()
    await client.query('BEGIN')
    await client.query('SELECT nonsense').catch(() => undefined)
    await expect(postgresStorage(client).put('a', someRecord(), null)).rejects.toThrow(/current transaction is aborted/)
    await client.query('ROLLBACK')
    expect(await others.get('a')).toBeNull()
  })

  /** Clients that stand for a transaction of the host: what is done in it, and then undone. */
  const transactions: Readonly<Record<string, (act: (storage: SqlStorage) => Promise<void>) => Promise<void>>> = {
    async 'a client of pg after BEGIN'(act) {
      const client = await database.connect()
      await client.query('BEGIN')
      await act(postgresStorage(client))
      await client.query('ROLLBACK')
    },
    async 'sql of sql.begin, of postgres.js'(act) {
      const sql = postgres(database.url, { max: 1, onnotice: () => undefined })
      await rolledBack((undo) => sql.begin(async (inside) => undo(() => act(postgresStorage(inside)))))
      await sql.end()
    },
    async 'a transaction of Kysely, as a function'(act) {
      const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: poolOf(database.url) }) })
      await rolledBack((undo) =>
        db.transaction().execute((trx) => {
          const inside = postgresStorage((text, params) => trx.executeQuery(CompiledQuery.raw(text, params)))
          return undo(() => act(inside))
        }),
      )
      await db.destroy()
    },
  }

  test.each(Object.keys(transactions))('in %s is undone with it, and with it a count', async (name) => {
    await mfaOn(others).import(alice.id, imported)
    const before = await others.get(alice.id)
    await transactions[name]?.(async (storage) => {
      expect(await storage.put('a', someRecord(), null)).toBe(true)
      const mfa = mfaOn(storage)
      const guess = mfa.verify(await challengeOf(mfa), { code: 'wrong-code-1' })
      await expect(guess).rejects.toMatchObject({ code: 'invalid_code' })
    })
    expect(await others.get('a')).toBeNull()
    expect(await others.get(alice.id)).toEqual(before)
  })
})

describe('an acknowledged write on PGlite', () => {
  let db: PGlite
  let storage: SqlStorage
  beforeEach(async () => {
    db = new PGlite()
    onTestFinished(() => db.close())
    storage = postgresStorage(db)
    await storage.migrate()
  })

  test('while a transaction of the host is open waits for its end, and is not undone with it', async () => {
    const record = someRecord()
    let put: Promise<boolean> | undefined
    await rolledBack((undo) =>
      db.transaction((inside) =>
        undo(async () => {
          put = storage.put('a', record, null)
          await inside.query('SELECT 1')
        }),
      ),
    )
    expect(await put).toBe(true)
    expect(await storage.get('a')).toEqual(record)
  })

  test('in a transaction of the host is undone with it', async () => {
    await rolledBack((undo) =>
      db.transaction((inside) =>
        undo(async () => expect(await postgresStorage(inside).put('a', someRecord(), null)).toBe(true)),
      ),
    )
    expect(await storage.get('a')).toBeNull()
  })
})

/** Runs a transaction that its own act undoes, as every client does if that throws. */
async function rolledBack(
  run: (undo: (act: () => Promise<void>) => Promise<never>) => Promise<unknown>,
): Promise<void> {
  const undone = new Error('undone')
  const undo = async (act: () => Promise<void>): Promise<never> => {
    await act()
    throw undone
  }
  await expect(run(undo)).rejects.toBe(undone)
}

const absent = missing.postgres ?? whyMissing('pgbouncer')
const behind = titleOf({ name: 'an acknowledged write behind PgBouncer', unavailable: absent })

describe.skipIf(absent !== null)(`${behind}`, () => {
  let database: PostgresDatabase
  let bouncer: Server
  let pool: Pool
  let storage: SqlStorage
  beforeAll(async () => {
    database = await PostgresDatabase.create()
    const { urls } = await sharedService('postgres')
    bouncer = await startServer('pgbouncer', { extra: urls })
    const url = new URL(bouncer.urls[0])
    url.pathname = new URL(database.url).pathname
    pool = poolOf(url.href)
    storage = postgresStorage(pool)
    await storage.migrate()
  })
  afterAll(async () => {
    await pool.end()
    await bouncer.stop()
    await database.dispose()
  })

  test('in transaction mode is there for those who ask the server itself', async () => {
    const direct = await database.storage()
    const record = someRecord()
    expect(await storage.put('direct', record, null)).toBe(true)
    expect(await direct.get('direct')).toEqual(record)
  })

  const cases = storageContract({
    async create() {
      await database.run('DELETE FROM latchkey_records')
      return { storage }
    },
    reopen: () => database.storage(),
    holdLock: () => database.holdLock('latchkey_records'),
  })
  test.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})
