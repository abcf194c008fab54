import type { ServerStorageOptions } from '../layout.ts'
import { type SqlStorage, sqlStorage } from '../sql-storage.ts'
import { createRun, type MysqlClient } from './client.ts'
import { mysqlDialect } from './dialect.ts'

/**
 * Keeps records in MySQL or MariaDB, through the host's client: a pool or a connection of mysql2 or of the MariaDB
 * connector, or a function that runs a text. Any number of processes may use one database.
 *
 * Every call is one statement. Values stand in its text as hexadecimal literals, so they depend neither on the driver's
 * escaping, nor on `sql_mode`, nor on the connection's character set. Everything must go to the primary, reads too.
 *
 * **Transactions.** If it is given the connection of a transaction, the storage takes part in it: a new user and the
 * import of their factors are committed together. True then means written, and durable only with the COMMIT. Never
 * verify in there: a ROLLBACK takes back the failure count and the used code, and a client that guesses may guess
 * without end. Such a transaction needs READ COMMITTED: under REPEATABLE READ it keeps reading the state from when it
 * began, so that its writes never match, and end in `storage_unavailable`. A deadlock is tried again for a second if
 * the client is a pool. Otherwise it may have undone the host's transaction, and is thrown.
 *
 * @example
 * ```ts
 * import { mysqlStorage } from '@latchkey/sql'
 * import { createPool } from 'mysql2/promise'
 *
 * const storage = mysqlStorage(createPool('mysql://app@localhost/app'))
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right
 */
export function mysqlStorage(client: MysqlClient, options: ServerStorageOptions = {}): SqlStorage {
  return sqlStorage(createRun(client), mysqlDialect, options)
}
