import type { Outcome, Row, Run } from '../dialect.ts'
import type { Value } from '../fragment.ts'
import { patiently } from '../patience.ts'
import { isBusy } from './busy.ts'

/** The part of a prepared statement that is used. */
export interface SqliteStatement {
  all(...params: Value[]): unknown[]
  run(...params: Value[]): { readonly changes: number | bigint }
  /** Makes `node:sqlite` give integers as bigints. */
  setReadBigInts?(enabled: boolean): unknown
}

/**
 * The part of an open database that is used: that of libsql, better-sqlite3 and `node:sqlite`'s `DatabaseSync`.
 * The host opens it and closes it.
 */
export interface SqliteDatabase {
  exec(text: string): unknown
  prepare(text: string): SqliteStatement
  /** Whether a transaction is open, as libsql and better-sqlite3 tell. */
  readonly inTransaction?: boolean
  /** The same, as `node:sqlite` tells from Node 22.16 on. */
  readonly isTransaction?: boolean
  /** `false` once closed, as libsql and better-sqlite3 tell. */
  readonly open?: unknown
}

/** Runs statements on the handle, each prepared once. Waits for other connections' writes for so many milliseconds. */
export function createRun(database: SqliteDatabase, busyTimeoutMs: number): Run {
  const prepared = new Map<string, SqliteStatement>()
  const prepare = (text: string) => {
    const known = prepared.get(text)
    if (known !== undefined) return known
    const statement = database.prepare(text)
    // Else node:sqlite throws after a write, where the host has inserted a row whose number is beyond 2^53.
    statement.setReadBigInts?.(true)
    prepared.set(text, statement)
    return statement
  }
  const attempt = (text: string, params: readonly Value[]): Outcome => {
    // libsql ends the process where a closed handle is asked for its transaction.
    if (database.open === false) throw new Error('the database handle is not open any more')
    if (text.startsWith('SELECT')) return { rows: prepare(text).all(...params) as readonly Row[], changes: 0 }
    if (/^(?:INSERT|UPDATE|DELETE)/.test(text)) checkNoTransaction(database)
    return { rows: [], changes: Number(prepare(text).run(...params).changes) }
  }
  return async (text, params) => await patiently(() => attempt(text, params), busyTimeoutMs, isBusy)
}

/** A write inside somebody's transaction is not durable, and their ROLLBACK would take the failure count with it. */
function checkNoTransaction(database: SqliteDatabase): void {
  if (!database.inTransaction && !database.isTransaction) return
  throw new Error('a transaction is open on the database handle: give Latchkey a handle of its own')
}
