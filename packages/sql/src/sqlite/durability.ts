import type { SqliteDatabase } from './database.ts'

/** How long a statement waits for another process's write. The driver blocks the event loop meanwhile. */
const busyTimeoutMs = 500
/** `PRAGMA synchronous`: 2 is FULL, 3 is EXTRA. */
const full = 2

/**
 * Sets the connection up so that what was acknowledged survives a power cut, and looks whether it took.
 *
 * @throws Error that names the setting that did not take
 */
export function makeDurable(database: SqliteDatabase): void {
  if (Number(read(database, 'busy_timeout')) === 0) database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`)
  if (read(database, 'journal_mode') !== 'wal') database.exec('PRAGMA journal_mode = WAL')
  const mode = read(database, 'journal_mode')
  if (mode !== 'wal' && !(mode === 'memory' && isInMemory(database))) {
    throw new Error(
      `SQLite did not take journal_mode = WAL and stays with "${String(mode)}": is the database read-only or on a network drive?`,
    )
  }
  if (Number(read(database, 'synchronous')) < full) database.exec('PRAGMA synchronous = FULL')
  const synchronous = read(database, 'synchronous')
  if (Number(synchronous) < full)
    throw new Error(`SQLite did not take synchronous = FULL and stays with ${String(synchronous)}`)
}

function read(database: SqliteDatabase, pragma: string): unknown {
  const [row] = database.prepare(`PRAGMA ${pragma}`).all()
  return Object.values(row ?? {})[0]
}

/** A file can be in journal mode "memory" too, and then a crash destroys it. */
function isInMemory(database: SqliteDatabase): boolean {
  const rows = database.prepare('PRAGMA database_list').all() as readonly { name: string; file: string | null }[]
  return rows.some(({ name, file }) => name === 'main' && !file)
}
