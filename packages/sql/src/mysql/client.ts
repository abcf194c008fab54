import type { Outcome, Row, Run } from '../dialect.ts'
import { errorCodes } from '../error-codes.ts'
import { patiently } from '../patience.ts'

/**
 * Runs one statement, which has all its values in its text. Resolves to what mysql2 gives (a list of the result and the
 * fields), or to the result alone: rows, or an object with `affectedRows`.
 */
export type MysqlQuery = (text: string) => PromiseLike<unknown>

/**
 * What runs statements: a pool or a connection of mysql2 or of the MariaDB connector, or a function around anything
 * else. The host opens it and closes it.
 */
export type MysqlClient = MysqlQuery | Queryable | Promising

interface Queryable {
  query(text: string, params: never[]): PromiseLike<unknown>
}

/** A pool or connection of mysql2 that takes callbacks. */
interface Promising {
  promise(): Queryable
}

/** ER_DUP_ENTRY */
const duplicate = '1062'
/** ER_LOCK_DEADLOCK: another transaction was preferred, or in a cluster certified first, and this one is undone. */
const deadlock = '1213'
/** How long to go on losing. */
const patienceMs = 1000

/** @throws TypeError where the client can run nothing */
export function createRun(client: MysqlClient): Run {
  const query = queryOf(client)
  const attempt = async (text: string) => {
    try {
      return outcomeOf(await query(text))
    } catch (error) {
      if (text.startsWith('INSERT') && errorCodes(error).includes(duplicate)) return { rows: [], changes: 0 }
      throw error
    }
  }
  // A pool runs each statement outside of transactions. Elsewhere the deadlock may have undone the host's: it must know.
  const mayRetry = typeof (client as { readonly getConnection?: unknown }).getConnection === 'function'
  const hasLost = (error: unknown) => mayRetry && errorCodes(error).includes(deadlock)
  return (text) => patiently(() => attempt(text), patienceMs, hasLost)
}

function queryOf(client: MysqlClient): MysqlQuery {
  if (typeof client === 'function') return client
  const queryable = isPromising(client) ? client.promise() : client
  if (typeof queryable?.query !== 'function') {
    throw new TypeError(
      'client must be a pool or connection of mysql2 or mariadb, or a function (text) => Promise<result>',
    )
  }
  // The empty list: without it mysql2 may look for named placeholders, and a name may hold what looks like one.
  return (text) => queryable.query(text, [])
}

function isPromising(client: object): client is Promising {
  return typeof (client as { readonly promise?: unknown } | null)?.promise === 'function'
}

/** @throws where there is no telling what happened */
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
