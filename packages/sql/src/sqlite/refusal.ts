/** Primary result code of SQLite for a database that another connection has locked. */
const busyCode = 5
/** SQLite's words for a BEGIN inside a transaction. */
const isInTransaction = /cannot start a transaction within a transaction/
/** SQLite's words for a statement that writes and has not ended, and better-sqlite3's for any that has not. */
const isUnderWay = /SQL statements in progress|busy executing a query/

/**
 * Whether a transaction could not begin because of others: another connection's lock, or what the host has under
 * way on the same handle. It has left nothing behind, and it may succeed in a moment.
 */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  // libsql and better-sqlite3 name the code, node:sqlite gives its number; both may say more behind the primary code.
  const isBusy = (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) || (Number(errcode) & 0xff) === busyCode
  return isBusy || isInTransaction.test(error.message) || isUnderWay.test(error.message)
}

/** Returns the error, or one that says what to do about it. */
export function explainRefusal(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  if (isInTransaction.test(error.message)) return ownHandle('a transaction is open', error)
  if (isUnderWay.test(error.message)) return ownHandle('a statement is still under way', error)
  return error
}

function ownHandle(reason: string, cause: Error): Error {
  return new Error(`${reason} on the database handle: give Latchkey its own handle`, { cause })
}
