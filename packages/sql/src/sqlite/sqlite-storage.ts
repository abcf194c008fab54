import type { SqlStorageOptions } from '../layout.ts'
import { type SqlStorage, sqlStorage } from '../sql-storage.ts'
import { createRun, type SqliteDatabase } from './database.ts'
import { sqliteDialect } from './dialect.ts'
import { makeDurable } from './durability.ts'
import { warnOfWalReset } from './wal-reset.ts'

/** Where the records are kept, and how long to wait for other writers. */
export interface SqliteStorageOptions extends SqlStorageOptions {
  /**
   * How long a call waits for another connection's write, or for what the host has under way on the handle, in
   * milliseconds; then it throws. The event loop runs on meanwhile, except for the handle's own `busy_timeout`.
   *
   * @defaultValue 2000
   */
  readonly busyTimeoutMs?: number | undefined
}

/**
 * Keeps records in SQLite, through a handle of `node:sqlite`, better-sqlite3, or libsql that the host opened. Several
 * processes may use one file.
 *
 * **Give Latchkey its own handle.** A handle may be shared, but then what the host has under way on it is in the
 * way: while a transaction of the host is open, or a statement of the host that writes has not ended, calls wait for
 * `busyTimeoutMs` and then throw (the user gets `storage_unavailable`). Inside that transaction a write would not be
 * durable yet, a ROLLBACK would take back a failure count or a used code, and a read could be old. While the host reads
 * the rows of a SELECT one by one, and lets anything else run in between, reads on this handle see what was there when
 * the SELECT began.
 *
 * Each call is its own transaction, which takes its lock before it runs its statement. Sets `journal_mode = WAL`
 * (which stays with the file), `synchronous = FULL` if it is less, and a `busy_timeout` of 10 ms if the handle has none.
 * So what was acknowledged survives a power cut, as far as the disk keeps its word. Warns once
 * (`LATCHKEY_SQLITE_WAL_RESET`) if the driver's SQLite has a bug that can damage the file.
 *
 * @example
 * ```ts
 * import { DatabaseSync } from 'node:sqlite'
 * import { sqliteStorage } from '@latchkey/sql'
 *
 * const storage = sqliteStorage(new DatabaseSync('mfa.db'))
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right; Error if a setting did not take
 */
export function sqliteStorage(database: SqliteDatabase, options: SqliteStorageOptions = {}): SqlStorage {
  if (!isSynchronous(database)) {
    throw new TypeError('database must be an open, synchronous handle of node:sqlite, better-sqlite3, or libsql')
  }
  const { busyTimeoutMs = 2000 } = options
  if (!Number.isFinite(busyTimeoutMs) || busyTimeoutMs < 0) {
    throw new TypeError('busyTimeoutMs must be a number of milliseconds, 0 or more')
  }
  const storage = sqlStorage(createRun(database, busyTimeoutMs), sqliteDialect, options)
  makeDurable(database)
  warnOfWalReset(database)
  return storage
}

function isSynchronous(database: SqliteDatabase): boolean {
  if (typeof database?.prepare !== 'function' || typeof database.exec !== 'function') return false
  // A pragma that looks at no file, which another process may have locked.
  return typeof database.prepare('PRAGMA busy_timeout')?.all === 'function'
}
