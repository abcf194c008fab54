/** The threat: a database that hangs. The answer is `storage_unavailable` within the time that was set, never a late yes. */
import type { MfaEvent } from '@latchkey/core'
import { someRecord } from '@latchkey/testing'
import { createPool } from 'mysql2/promise'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { mysqlStorage, postgresStorage, type SqlStorage } from '../src/index.ts'
import { alice, challengeOf, imported, mfaOn, recoveryCode, unavailable } from './app.ts'
import { missing, titleOf } from './database.ts'

interface Client {
  readonly storage: SqlStorage
  /** Runs statements on one connection beside it. */
  readonly query: (text: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

const kinds = [
  {
    name: 'postgres',
    unavailable: missing.postgres,
    /** With a limit of the database's own, in milliseconds. */
    connect: (url: string, limitMs?: number): Client => {
      const pool = new Pool({ connectionString: url, max: 2, ...(limitMs && { statement_timeout: limitMs }) })
      const beside = new Pool({ connectionString: url, max: 1 })
      for (const one of [pool, beside]) one.on('error', () => undefined)
      const close = async () => void (await Promise.all([pool.end(), beside.end()]))
      return { storage: postgresStorage(pool), query: (text) => beside.query(text), close }
    },
  },
  {
    name: 'mariadb',
    unavailable: missing.mariadb,
    connect: (url: string, limitMs?: number): Client => {
      const pool = createPool({ uri: url, connectionLimit: 2 })
      const beside = createPool({ uri: url, connectionLimit: 1 })
      const storage = mysqlStorage(async (text) => {
        const connection = await pool.getConnection()
        if (limitMs !== undefined) await connection.query(`SET max_statement_time = ${limitMs / 1000}`)
        return connection.query(text).finally(() => connection.release())
      })
      const close = async () => void (await Promise.all([pool.end(), beside.end()]))
      return { storage, query: (text) => beside.query(text), close }
    },
  },
] as const

const isSignIn = ({ type, result }: MfaEvent) => type === 'verify' && result === 'success'
const lockRow = 'SELECT 1 FROM latchkey_records FOR UPDATE'

for (const { name, unavailable: missingHere, connect } of kinds) {
  const title = titleOf({ name, unavailable: missingHere })
  describe.skipIf(missingHere !== null)(`a hanging ${title}`, () => {
    let server: Server
    let client: Client
    beforeAll(async () => {
      server = await startServer(name, { durable: false })
      client = connect(server.urls[0])
      await client.storage.migrate()
      await mfaOn(client.storage).import(alice.id, imported)
    })
    afterAll(async () => {
      await client.close()
      await server.stop()
    })

    const events: MfaEvent[] = []
    const impatient = () =>
      mfaOn(client.storage, { storageTimeoutSeconds: 0.1, onEvent: (event) => events.push(event) })

    test('that stands still', async () => {
      const mfa = impatient()
      const token = await challengeOf(mfa)
      events.length = 0
      server.pause()
      await expect(mfa.verify(token, recoveryCode)).rejects.toMatchObject(unavailable)
      await expect(mfa.challenge(alice)).rejects.toMatchObject(unavailable)
      server.resume()
      // Only reads were waiting: the code is unspent.
      expect(events.filter(isSignIn)).toEqual([])
      expect(await mfaOn(client.storage).status(alice.id)).toMatchObject({ recoveryCodesRemaining: 2 })
    })

    test('whose row is locked: no yes, also if the write takes effect later', async () => {
      const mfa = impatient()
      const token = await challengeOf(mfa)
      events.length = 0
      await client.query('BEGIN')
      await client.query(lockRow)
      await expect(mfa.verify(token, recoveryCode)).rejects.toMatchObject(unavailable)
      await client.query('COMMIT')
      // Now the write goes through: the code is spent, and nobody has come in with it.
      await expect
        .poll(() => mfaOn(client.storage).status(alice.id), { timeout: 30_000 })
        .toMatchObject({ recoveryCodesRemaining: 1 })
      expect(events.filter(isSignIn)).toEqual([])
      await expect(mfa.verify(token, recoveryCode)).rejects.toMatchObject({ code: 'invalid_token' })
    })

    test('whose own limit is shorter: the write does not take effect at all', async () => {
      const limited = connect(server.urls[0], 50)
      const stored = someRecord()
      await limited.storage.put('a', stored, null)
      await client.query('BEGIN')
      await client.query(lockRow)
      await expect(limited.storage.put('a', someRecord(), stored.revision)).rejects.toThrow(
        /statement timeout|max_statement_time/,
      )
      await client.query('COMMIT')
      expect(await limited.storage.get('a')).toEqual(stored)
      await limited.close()
    })
  })
}
