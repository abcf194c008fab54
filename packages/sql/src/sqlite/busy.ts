/** Primary result code of SQLite for a database that another connection has locked. */
const busyCode = 5

/** Whether another connection has locked the database. A statement that met its lock has done nothing. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown }
  // libsql and better-sqlite3 name the code, node:sqlite gives its number; both may say more behind the primary code.
  return (typeof code === 'string' && code.startsWith('SQLITE_BUSY')) || (Number(errcode) & 0xff) === busyCode
}
