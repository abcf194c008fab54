import type { Outcome, Row, Run } from '../dialect.ts'
import type { Value } from '../fragment.ts'
import { patiently } from '../patience.ts'
import { explainRefusal, isPassing } from './refusal.ts'

/** The part of a prepared statement that is used. */
export interface SqliteStatement {
  all(...params: Value[]): unknown[]
  run(...params: Value[]): { readonly changes: number | bigint }
  /** Makes `node:sqlite` give integers as bigints. */
  setReadBigInts?(enabled: boolean): unknown
}

/**
 * The part of an open database that is used: that of `node:sqlite`'s `DatabaseSync`, better-sqlite3, and libsql.
 * The host opens it and closes it.
 */
export interface SqliteDatabase {
  exec(text: string): unknown
  prepare(text: string): SqliteStatement
}

/**
 * What every transaction begins with. It does nothing, and is refused if a statement that writes is still under way on
 * the handle. A COMMIT would be refused then too, but only a ROLLBACK could follow it, and that would undo the host's
 * statement along with ours.
 */
const refuseBegunWrites = 'SAVEPOINT latchkey; RELEASE latchkey'

/**
 * Runs each statement on the handle in its own transaction, and waits for others' transactions for so many
 * milliseconds.
 *
 * Locks are taken by `exec`, which ends its statements even if they fail. A prepared statement that meets a lock stays
 * begun on libsql. SQLite then commits nothing that is acknowledged on that handle, and reads see nothing new there.
 */
export function createRun(database: SqliteDatabase, busyTimeoutMs: number): Run {
  const prepare = createPrepare(database)
  const attempt = (text: string, params: readonly Value[]): Outcome => {
    switch (text.slice(0, text.indexOf(' '))) {
      case 'SELECT':
        return transact(database, 'BEGIN', () => {
          database.exec('SELECT 1 FROM sqlite_schema LIMIT 0')
          return { rows: prepare(text).all(...params) as readonly Row[], changes: 0 }
        })
      case 'INSERT':
      case 'UPDATE':
      case 'DELETE':
        return transact(database, 'BEGIN IMMEDIATE', () => ({
          rows: [],
          changes: Number(prepare(text).run(...params).changes),
        }))
      // Of a migration, which the host may run in a transaction.
      case 'PRAGMA':
        return { rows: database.prepare(text).all() as readonly Row[], changes: 0 }
      default:
        database.exec(text)
        return { rows: [], changes: 0 }
    }
  }
  return async (text, params) => {
    try {
      return await patiently(() => attempt(text, params), busyTimeoutMs, isPassing)
    } catch (error) {
      throw explainRefusal(error)
    }
  }
}

/** Prepares each text once. */
function createPrepare(database: SqliteDatabase): (text: string) => SqliteStatement {
  const prepared = new Map<string, SqliteStatement>()
  return (text) => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    // Otherwise node:sqlite throws after a write if the host has inserted a row whose number is beyond 2^53.
    statement.setReadBigInts?.(true)
    prepared.set(text, statement)
    return statement
  }
}

/** Acts between BEGIN and COMMIT, in one turn of the event loop. Leaves no transaction open, whatever happens. */
function transact<T>(database: SqliteDatabase, begin: 'BEGIN' | 'BEGIN IMMEDIATE', act: () => T): T {
  // If this throws, a transaction that is open is the host's.
  database.exec(`${refuseBegunWrites}; ${begin}`)
  try {
    const result = act()
    database.exec('COMMIT')
    return result
  } catch (error) {
    rollBack(database)
    throw error
  }
}

function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite has done it already, as it does when the disk is full.
  }
}
