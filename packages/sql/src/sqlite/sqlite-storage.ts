import type { SqlStorageOptions } from '../layout.ts'
import { type SqlStorage, sqlStorage } from '../sql-storage.ts'
import { createRun, type SqliteDatabase } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import { makeDurable } from './durability.ts'

/**
 * Records in SQLite, through a handle of libsql, better-sqlite3 or `node:sqlite` that the host opened.
 * Several processes may use one file.
 *
 * Sets `journal_mode = WAL` (which stays with the file), `synchronous = FULL` and, where the handle has no
 * `busy_timeout`, one of 500 ms. So a write that was acknowledged survives a power cut, as far as the disk keeps
 * its word. The drivers are synchronous: waiting for another process's write blocks the event loop.
 *
 * **Transactions.** Latchkey writes in statements of their own. While the host holds a transaction open on this
 * handle, `put` and `delete` throw (`storage_unavailable` to the user): inside it a write would not be durable yet,
 * and a ROLLBACK would take back a failure count or a used code. A host that awaits anything inside transactions
 * gives Latchkey a second handle on the same file. Before Node 22.16 `node:sqlite` does not tell, so there a handle
 * of its own is a must for such hosts.
 *
 * @example
 * ```ts
 * import Database from 'libsql'
 * import { sqliteStorage } from '@latchkey/sql'
 *
 * const storage = sqliteStorage(new Database('app.db'))
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right; Error where a setting did not take
 */
export function sqliteStorage(database: SqliteDatabase, options: SqlStorageOptions = {}): SqlStorage {
  if (!isSynchronous(database)) {
    throw new TypeError('database must be an open, synchronous handle of libsql, better-sqlite3 or node:sqlite')
  }
  const storage = sqlStorage(createRun(database), sqliteDialect, options)
  makeDurable(database)
  return storage
}

function isSynchronous(database: SqliteDatabase): boolean {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') return false
  return typeof database.prepare('SELECT 1')?.all === 'function'
}
