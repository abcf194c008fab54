import type { SqliteDatabase } from './database.ts'
import { isInMemory } from './durability.ts'

/** Versions with the fix, from the first up to but without the second: two older branches, and all later versions. */
const fixed: readonly (readonly [from: number, to: number])[] = [
  [3_044_006, 3_045_000],
  [3_050_007, 3_051_000],
  [3_051_003, Number.POSITIVE_INFINITY],
]

let isWarned = false

/**
 * Warns, once in a process, if the driver's SQLite can damage a file in WAL mode.
 *
 * @see https://www.sqlite.org/wal.html#walresetbug
 */
export function warnOfWalReset(database: SqliteDatabase): void {
  if (isWarned || isInMemory(database)) return
  const [row] = database.prepare('SELECT sqlite_version() AS "version"').all() as readonly { version: string }[]
  const version = String(row?.version)
  if (!hasWalResetBug(version)) return
  isWarned = true
  process.emitWarning(
    `use a driver with SQLite 3.51.3 or later, such as node:sqlite of a current Node or a current better-sqlite3. This driver bundles SQLite ${version}, which can, very rarely, damage a file that several connections write (its WAL-reset bug)`,
    { type: 'LatchkeyWarning', code: 'LATCHKEY_SQLITE_WAL_RESET' },
  )
}

/** Whether this version of SQLite has the bug. */
export function hasWalResetBug(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const number = major * 1_000_000 + minor * 1000 + patch
  return !fixed.some(([from, to]) => number >= from && number < to)
}
