// A driver for SQLite: Node's own, which is there from Node 22.13 on, or libsql, which needs no compiler either.

/** @typedef {new (file: string) => import('@latchkey/sql').SqliteDatabase} Driver */

const nodeSqlite = /** @type {{ DatabaseSync: Driver } | undefined} */ (process.getBuiltinModule('node:sqlite'))

/** @type {Driver} */
export const Database = nodeSqlite?.DatabaseSync ?? (await import('libsql')).default
