import type { SqlStorageOptions } from '../layout.ts'
import { type SqlStorage, sqlStorage } from '../sql-storage.ts'
import { createRun, type SqliteDatabase } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import { makeDurable } from './durability.ts'

/** Where the records are kept, and how long to wait for others who write there. */
export interface SqliteStorageOptions extends SqlStorageOptions {
  /**
   * How long a call waits for another connection's write, in milliseconds; then it throws. The event loop runs on
   * meanwhile, save for the handle's own `busy_timeout`.
   *
   * @defaultValue 2000
   */
  readonly busyTimeoutMs?: number | undefined
}

/**
 * Records in SQLite, through a handle of libsql, better-sqlite3 or `node:sqlite` that the host opened.
 * Several processes may use one file.
 *
 * Sets `journal_mode = WAL` (which stays with the file), `synchronous = FULL` where it is less and, where the handle
 * has no `busy_timeout`, one of 10 ms. So what was acknowledged survives a power cut, as far as the disk keeps its word.
 *
 * **Transactions.** Latchkey writes in statements of their own. While the host holds a transaction open on this
 * handle, `put` and `delete` throw (the user gets `storage_unavailable`): inside it a write would not be durable yet,
 * and a ROLLBACK would take back a failure count or a used code. A host that awaits anything inside its transactions
 * gives Latchkey a second handle on the same file. Before Node 22.16 `node:sqlite` does not tell whether a transaction
 * is open, so there such a host must.
 *
 * @example
 * ```ts
 * import { sqliteStorage } from '@latchkey/sql'
 * import Database from 'libsql'
 *
 * const storage = sqliteStorage(new Database('app.db'))
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right; Error where a setting did not take
 */
export function sqliteStorage(database: SqliteDatabase, options: SqliteStorageOptions = {}): SqlStorage {
  if (!isSynchronous(database)) {
    throw new TypeError('database must be an open, synchronous handle of libsql, better-sqlite3 or node:sqlite')
  }
  const { busyTimeoutMs = 2000 } = options
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new TypeError('busyTimeoutMs must be a number of milliseconds, 0 or more')
  }
  const storage = sqlStorage(createRun(database, busyTimeoutMs), sqliteDialect, options)
  makeDurable(database)
  return storage
}

function isSynchronous(database: SqliteDatabase): boolean {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') return false
  return typeof database.prepare('SELECT 1')?.all === 'function'
}
