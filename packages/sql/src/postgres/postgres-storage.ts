import type { ServerStorageOptions } from '../layout.ts'
import { type SqlStorage, sqlStorage } from '../sql-storage.ts'
import { createRun, type PostgresClient } from './client.ts'
import { postgresDialect } from './dialect.ts'

/**
 * Keeps records in PostgreSQL, through the host's client: a pool or a client of `pg`, `sql` of postgres.js, PGlite, or
 * a function that runs a text with parameters and returns the rows. Any number of processes may use one database.
 *
 * Every call is one statement, which the database decides at READ COMMITTED or stricter. If `synchronous_commit` is
 * `off` a write turns it on for its own transaction. Everything must go to the primary, reads too.
 *
 * **Transactions.** If it is given the client of a transaction, the storage takes part in it: a new user and the import
 * of their factors are committed together. True then means written, and durable only with the COMMIT. Never verify in
 * there: a ROLLBACK takes back the failure count and the used code, and a client that guesses may guess without end.
 * After a serialization failure or a deadlock it retries for a second, outside of transactions. Inside, the failure
 * ends the transaction.
 *
 * @example
 * ```ts
 * import { postgresStorage } from '@latchkey/sql'
 * import { Pool } from 'pg'
 *
 * const pool = new Pool({ connectionString: process.env['DATABASE_URL'], statement_timeout: 5000 })
 * const storage = postgresStorage(pool)
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right
 */
export function postgresStorage(client: PostgresClient, options: ServerStorageOptions = {}): SqlStorage {
  return sqlStorage(createRun(client), postgresDialect, options)
}
