import type { Row, Run } from '../dialect.ts'
import { errorCodes } from '../error-codes.ts'
import type { Value } from '../fragment.ts'
import { patiently } from '../patience.ts'

/** The rows of a statement, by themselves or as `rows`. */
export type PostgresAnswer = readonly unknown[] | { readonly rows: readonly unknown[] }

/** Runs one statement with its parameters, `$1` and so on. */
export type PostgresQuery = (text: string, params: Value[]) => PromiseLike<PostgresAnswer>

/**
 * The client that runs statements: a pool or a client of `pg`, PGlite or anything with their `query`, `sql` of
 * postgres.js, or a function around anything else. The host opens it and closes it.
 */
export type PostgresClient = PostgresQuery | Queryable | Sql

interface Queryable {
  readonly query: PostgresQuery
}

interface Sql {
  readonly unsafe: PostgresQuery
}

/** The part of pg's `Pool` that is used. */
interface Pool {
  connect(): Promise<PooledClient>
}

interface PooledClient extends Queryable {
  on(event: 'error', listener: () => void): unknown
  removeListener(event: 'error', listener: () => void): unknown
  release(destroy: boolean): void
  /** `I` outside of transactions, `T` inside, `E` if it has failed; null if it is not known. Older versions lack it. */
  getTransactionStatus?(): string | null
}

/** SQLSTATE serialization_failure and deadlock_detected: another transaction was preferred, and this one is undone. */
const lost = ['40001', '40P01']
/** How long to retry. Inside a transaction of the host the second attempt is refused, since that transaction is over. */
const patienceMs = 1000

/** @throws TypeError if the client can run nothing */
export function createRun(client: PostgresClient): Run {
  const query = queryOf(client)
  const attempt = async (text: string, params: readonly Value[]) => {
    const rows = rowsOf(await query(text, [...params]))
    return { rows, changes: rows.length }
  }
  const hasLost = (error: unknown) => errorCodes(error).some((code) => lost.includes(code))
  return (text, params) => patiently(() => attempt(text, params), patienceMs, hasLost)
}

function queryOf(client: PostgresClient): PostgresQuery {
  const { query, unsafe } = Object(client) as { readonly query?: unknown; readonly unsafe?: unknown }
  // First, since `sql` of postgres.js is a function too, for templates.
  if (typeof unsafe === 'function') return (text, params) => (client as Sql).unsafe(text, params)
  if (typeof client === 'function') return client
  if (isPool(client)) return (text, params) => queryOnPool(client, text, params)
  if (typeof query === 'function') return (text, params) => (client as Queryable).query(text, params)
  throw new TypeError(
    'client must be a pool or client of pg, PGlite, sql of postgres.js, or a function (text, params) => Promise<rows>',
  )
}

/** A `Client` of pg has `connect` too, and counts nothing. */
function isPool(client: object | null | undefined): client is Pool {
  const { connect, totalCount } = Object(client) as { readonly connect?: unknown; readonly totalCount?: unknown }
  return typeof connect === 'function' && typeof totalCount === 'number'
}

/**
 * Runs the statement on a client of the pool. Other code may have returned that client inside a transaction. The
 * statement is then part of it, so the client is closed, which undoes both.
 */
async function queryOnPool(pool: Pool, text: string, params: Value[]): Promise<PostgresAnswer> {
  const client = await pool.connect()
  // What ends the connection rejects the query as well. Without a listener, the event would end the process.
  client.on('error', ignore)
  let isUsable = false
  try {
    const answer = await client.query(text, params)
    isUsable = (client.getTransactionStatus?.() ?? 'I') === 'I'
    if (isUsable) return answer
  } finally {
    client.removeListener('error', ignore)
    client.release(!isUsable)
  }
  throw new Error('the pool gave a client inside a transaction that was left open: look for a missing ROLLBACK')
}

function ignore(): void {}

/** Requires rows, since only they show whether anything was written: every write returns one for each row. */
function rowsOf(answer: unknown): readonly Row[] {
  const rows: unknown = Array.isArray(answer) ? answer : (answer as { readonly rows?: unknown } | null)?.rows
  if (!Array.isArray(rows)) throw new Error('the PostgreSQL client gave no rows')
  return rows as readonly Row[]
}
