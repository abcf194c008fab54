import type { Outcome, Row, Run } from '../dialect.ts'
import { errorCodes } from '../error-codes.ts'
import { patiently } from '../patience.ts'
import { withoutAutocommit } from './dialect.ts'

/**
 * Runs one statement, which has all its values in its text. Resolves to what mysql2 gives (a list of the result and the
 * fields), or to the result alone: rows, or an object with `affectedRows`.
 */
export type MysqlQuery = (text: string) => PromiseLike<unknown>

/**
 * The client that runs statements: a pool or a connection of mysql2 or of the MariaDB connector, or a function around
 * anything else. The host opens it and closes it.
 */
export type MysqlClient = MysqlQuery | Queryable | Promising

interface Queryable {
  query(text: string, params: never[]): PromiseLike<unknown>
}

/** A pool or connection of mysql2 that takes callbacks. */
interface Promising {
  promise(): Queryable
}

interface Pool extends Queryable {
  getConnection(): Promise<PooledConnection>
}

interface PooledConnection extends Queryable {
  release(): unknown
  destroy(): void
}

/** ER_DUP_ENTRY */
const duplicate = '1062'
/** ER_LOCK_DEADLOCK: another transaction was preferred, or in a cluster certified first, and this one is undone. */
const deadlock = '1213'
/** How long to retry. */
const patienceMs = 1000
/** SERVER_STATUS_IN_TRANS of the protocol: a transaction is open after the statement. */
const inTransaction = 1

/** @throws TypeError if the client can run nothing */
export function createRun(client: MysqlClient): Run {
  const queryable = queryableOf(client)
  const pool = isPool(queryable) ? queryable : null
  const query = pool === null ? (text: string) => send(queryable, text) : (text: string) => queryOnPool(pool, text)
  const attempt = async (text: string) => {
    try {
      return outcomeOf(await query(text))
    } catch (error) {
      const codes = errorCodes(error)
      if (text.startsWith('INSERT') && codes.includes(duplicate)) return { rows: [], changes: 0 }
      if (!codes.includes(withoutAutocommit)) throw error
      throw new Error('the session does not commit by itself: set autocommit to 1 for Latchkey', { cause: error })
    }
  }
  // A pool runs each statement outside of transactions. Elsewhere the deadlock may have undone the host's: it must know.
  const hasLost = (error: unknown) => pool !== null && errorCodes(error).includes(deadlock)
  return (text) => patiently(() => attempt(text), patienceMs, hasLost)
}

function queryableOf(client: MysqlClient): Queryable {
  if (typeof client === 'function') return { query: (text) => client(text) }
  const queryable = isPromising(client) ? client.promise() : client
  if (typeof queryable?.query === 'function') return queryable
  throw new TypeError(
    'client must be a pool or connection of mysql2 or mariadb, or a function (text) => Promise<result>',
  )
}

function isPromising(client: object): client is Promising {
  return typeof (client as { readonly promise?: unknown } | null)?.promise === 'function'
}

function isPool(queryable: Queryable): queryable is Pool {
  return typeof (queryable as Partial<Pool>).getConnection === 'function'
}

function send(queryable: Queryable, text: string): PromiseLike<unknown> {
  // The empty list: without it mysql2 may look for named placeholders, and a name may hold what looks like one.
  return queryable.query(text, [])
}

/**
 * Runs the statement on a connection of the pool. Other code may have returned that connection inside a transaction.
 * The write is then part of it, so the connection is closed, which undoes both.
 */
async function queryOnPool(pool: Pool, text: string): Promise<unknown> {
  const connection = await pool.getConnection()
  let isLeftOpen = false
  try {
    const answer = await send(connection, text)
    isLeftOpen = (statusOf(answer) & inTransaction) !== 0
    if (!isLeftOpen) return answer
  } finally {
    if (isLeftOpen) connection.destroy()
    else await connection.release()
  }
  throw new Error('the pool gave a connection inside a transaction that was left open: look for a missing ROLLBACK')
}

/** Returns the status of the server after a write, as mysql2 gives it. 0 if it does not. */
function statusOf(answer: unknown): number {
  const { serverStatus } = Object(isPair(answer) ? answer[0] : answer) as { readonly serverStatus?: unknown }
  return typeof serverStatus === 'number' ? serverStatus : 0
}

/** @throws Error if the answer does not say what happened */
function outcomeOf(answer: unknown): Outcome {
  const result: unknown = isPair(answer) ? answer[0] : answer
  if (Array.isArray(result)) return { rows: result as readonly Row[], changes: 0 }
  const { affectedRows } = Object(result) as { readonly affectedRows?: unknown }
  if (typeof affectedRows !== 'number') throw new Error('the MySQL client gave neither rows nor affectedRows')
  return { rows: [], changes: affectedRows }
}

/** Whether it is a list of a result and its fields, not of rows. */
function isPair(answer: unknown): answer is readonly unknown[] {
  if (!Array.isArray(answer)) return false
  const [first] = answer as readonly unknown[]
  return Array.isArray(first) || 'affectedRows' in Object(first)
}
