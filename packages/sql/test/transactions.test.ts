/** The rule guarded here: given the client of the host's transaction the storage takes part in it, and never lets a code be used twice. */
import { someRecord } from '@latchkey/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { mysqlStorage, postgresStorage, type SqlStorage } from '../src/index.ts'
import { alice, challengeOf, imported, mfaOn, recoveryCode, unavailable } from './app.ts'
import { missing, titleOf } from './database.ts'
import { MysqlDatabase } from './mysql/drivers.ts'
import { PostgresDatabase } from './postgres/drivers.ts'

/** The host's transaction. */
interface Transaction {
  readonly storage: SqlStorage
  readonly query: (text: string) => Promise<unknown>
}

interface Server {
  readonly name: string
  readonly unavailable: string | null
  readonly create: () => Promise<{
    readonly database: PostgresDatabase | MysqlDatabase
    readonly connect: () => Promise<Transaction>
  }>
}

const servers: readonly Server[] = [
  {
    name: 'PostgreSQL',
    unavailable: missing.postgres,
    async create() {
      const database = await PostgresDatabase.create()
      return {
        database,
        async connect() {
          const client = await database.connect()
          return { storage: postgresStorage(client), query: (text) => client.query(text) }
        },
      }
    },
  },
  {
    name: 'MySQL',
    unavailable: missing.mariadb,
    async create() {
      const database = await MysqlDatabase.create()
      return {
        database,
        async connect() {
          const client = await database.connect()
          return { storage: mysqlStorage(client), query: (text) => client.query(text) }
        },
      }
    },
  },
]

for (const server of servers) {
  const title = titleOf({ name: `transactions on ${server.name}`, unavailable: server.unavailable })
  describe.skipIf(server.unavailable !== null)(`${title}`, () => {
    let storage: SqlStorage
    let run: (text: string) => Promise<readonly unknown[]>
    let inside: Transaction
    beforeEach(async ({ onTestFinished }) => {
      const { database, connect } = await server.create()
      onTestFinished(() => database.dispose())
      run = (text) => database.run(text)
      await run('CREATE TABLE users (id INTEGER PRIMARY KEY)')
      storage = await database.storage()
      await storage.migrate()
      inside = await connect()
    })

    /** The host's transaction; what follows in it runs at this isolation. */
    async function begin(isolation: string): Promise<void> {
      if (server.name === 'MySQL') await inside.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`)
      await inside.query('BEGIN')
      if (server.name === 'PostgreSQL') await inside.query(`SET TRANSACTION ISOLATION LEVEL ${isolation}`)
    }

    test.each(['COMMIT', 'ROLLBACK'])('a user and their factors are there, or are not, together: %s', async (end) => {
      await begin('READ COMMITTED')
      await inside.query('INSERT INTO users VALUES (1)')
      expect(await mfaOn(inside.storage).import(alice.id, imported)).toEqual({ imported: true })
      expect(await storage.get(alice.id)).toBeNull()
      await inside.query(end)
      const users = await run('SELECT id FROM users')
      expect(users).toHaveLength(end === 'COMMIT' ? 1 : 0)
      const { mfaEnabled } = await mfaOn(storage).status(alice.id)
      expect(mfaEnabled).toBe(end === 'COMMIT')
    })

    test('a write that comes second does not end the transaction', async () => {
      const stored = someRecord()
      await storage.put('a', stored, null)
      await begin('READ COMMITTED')
      expect(await inside.storage.put('a', someRecord(), null)).toBe(false)
      expect(await inside.storage.put('a', someRecord(), 'another')).toBe(false)
      await inside.query('INSERT INTO users VALUES (1)')
      await inside.query('COMMIT')
      expect(await run('SELECT id FROM users')).toHaveLength(1)
      expect(await storage.get('a')).toEqual(stored)
    })

    test('at READ COMMITTED a code that was used meanwhile is known to be', async () => {
      const mfa = mfaOn(storage)
      await mfa.import(alice.id, imported)
      const [outer, inner] = [await challengeOf(mfa), await challengeOf(mfa)]
      await begin('READ COMMITTED')
      const joined = mfaOn(inside.storage)
      await joined.status(alice.id)
      await mfa.verify(outer, recoveryCode)
      await expect(joined.verify(inner, recoveryCode)).rejects.toMatchObject({ code: 'invalid_code' })
      await inside.query('COMMIT')
    })

    test.each(['REPEATABLE READ', 'SERIALIZABLE'])(
      'at %s, which goes on reading what was there before, it cannot be used again',
      async (isolation) => {
        const mfa = mfaOn(storage)
        await mfa.import(alice.id, imported)
        const [outer, inner] = [await challengeOf(mfa), await challengeOf(mfa)]
        await begin(isolation)
        const joined = mfaOn(inside.storage)
        // In MySQL a serializable transaction holds what it has read: nobody else writes it meanwhile.
        if (isolation === 'REPEATABLE READ' || server.name === 'PostgreSQL') {
          await joined.status(alice.id)
          await mfa.verify(outer, recoveryCode)
          await expect(joined.verify(inner, recoveryCode)).rejects.toMatchObject(unavailable)
        } else {
          await joined.verify(inner, recoveryCode)
        }
        await inside.query('COMMIT')
        const again = await challengeOf(mfa)
        await expect(mfa.verify(again, recoveryCode)).rejects.toMatchObject({ code: 'invalid_code' })
      },
    )

    test('why nobody must verify in a transaction: a ROLLBACK takes the failure count and the used code back', async () => {
      const mfa = mfaOn(storage)
      await mfa.import(alice.id, imported)
      const before = await storage.get(alice.id)
      const token = await challengeOf(mfa)
      await begin('READ COMMITTED')
      const joined = mfaOn(inside.storage)
      await expect(joined.verify(token, { code: 'wrong-code-1' })).rejects.toMatchObject({ code: 'invalid_code' })
      await joined.verify(token, recoveryCode)
      await inside.query('ROLLBACK')
      expect(await storage.get(alice.id)).toEqual(before)
    })
  })
}
