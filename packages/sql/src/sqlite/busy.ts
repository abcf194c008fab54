import { setTimeout as pause } from 'node:timers/promises'

/** Primary result code of SQLite for a database that another connection has locked. */
const busyCode = 5
/** SQLite has no queue: whoever asks at the right moment is next. So ask at uneven times. */
const longestPauseMs = 25

/**
 * Makes the attempt again while the database is locked, and lets the event loop run in between. A statement that met a
 * lock has done nothing, so making it again does not do it twice.
 *
 * @throws what the attempt threw, where it was something else or the time is over
 */
export async function whileBusy<T>(attempt: () => T, patienceMs: number): Promise<T> {
  const deadline = performance.now() + patienceMs
  while (true) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || performance.now() >= deadline) throw error
    }
    await pause(1 + Math.random() * longestPauseMs)
  }
}

function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  // libsql and better-sqlite3 name the code, node:sqlite gives its number; both may say more behind the primary code.
  return (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) || (Number(errcode) & 0xff) === busyCode
}
