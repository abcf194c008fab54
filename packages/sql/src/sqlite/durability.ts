import type { SqliteDatabase } from './database.ts'
import { isPassing } from './refusal.ts'

/** For a handle that waits for nobody: about one write of another process. It blocks the event loop. */
const handleTimeoutMs = 10
/** While the settings are made: switching to WAL takes the whole file, and other processes may start too. */
const startTimeoutMs = 5000
/** How long to block before the next attempt. */
const pauseMs = 5
/** `PRAGMA synchronous`: 2 is FULL, 3 is EXTRA. */
const full = 2

/**
 * Sets the connection up so that what was acknowledged survives a power cut, and checks that the settings took effect.
 *
 * @throws Error that names the setting that did not take
 */
export function makeDurable(database: SqliteDatabase): void {
  const timeoutMs = Number(read(database, 'busy_timeout'))
  database.exec(`PRAGMA busy_timeout = ${Math.max(timeoutMs, startTimeoutMs)}`)
  try {
    insist(() => {
      logAhead(database)
      syncFully(database)
    })
  } finally {
    database.exec(`PRAGMA busy_timeout = ${timeoutMs || handleTimeoutMs}`)
  }
}

/** Repeats the attempt while others have the file. SQLite does not wait for a switch to WAL, whatever its timeout. */
function insist(attempt: () => void): void {
  const deadline = performance.now() + startTimeoutMs
  while (true) {
    try {
      attempt()
      return
    } catch (error) {
      if (!isPassing(error) || performance.now() >= deadline) throw error
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, pauseMs)
  }
}

function logAhead(database: SqliteDatabase): void {
  if (read(database, 'journal_mode') === 'wal') return
  database.exec('PRAGMA journal_mode = WAL')
  const mode = String(read(database, 'journal_mode'))
  if (mode === 'wal' || (mode === 'memory' && isInMemory(database))) return
  throw new Error(
    `SQLite did not take journal_mode = WAL and stays with "${mode}": is the database read-only or on a network drive?`,
  )
}

function syncFully(database: SqliteDatabase): void {
  if (Number(read(database, 'synchronous')) >= full) return
  database.exec('PRAGMA synchronous = FULL')
  const synchronous = Number(read(database, 'synchronous'))
  if (synchronous < full) throw new Error(`SQLite did not take synchronous = FULL and stays with ${synchronous}`)
}

function read(database: SqliteDatabase, pragma: string): unknown {
  const [row] = database.prepare(`PRAGMA ${pragma}`).all()
  return Object.values(row ?? {})[0]
}

/** Whether there is no file. A file can be in journal mode "memory" too, and then a crash destroys it. */
export function isInMemory(database: SqliteDatabase): boolean {
  const rows = database.prepare('PRAGMA database_list').all() as readonly { name: string; file: string | null }[]
  return rows.some(({ name, file }) => name === 'main' && !file)
}
