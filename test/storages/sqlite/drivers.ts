import { createRequire } from 'node:module'
import { join } from 'node:path'
import Libsql from 'libsql'
import type { SqliteDatabase } from '../../../packages/sql/src/index.ts'

/** A handle as a host has it: what the storage uses, and a way to close it. */
export interface Handle extends SqliteDatabase {
  close(): unknown
}

/** A SQLite driver that tests run on. */
export interface SqliteDriver {
  readonly name: SqliteDriverName
  /** Why it cannot be used here; `null` if it can. */
  readonly unavailable: string | null
  readonly open: (path: string) => Handle
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options?: { enableDoubleQuotedStringLiterals?: boolean }) => Handle
}

export type SqliteDriverName = 'libsql' | 'node:sqlite' | 'better-sqlite3'

/** Node's own driver; undefined before Node 22.5, and before 22.13 without its flag. */
export const nodeSqlite = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined

/** Where `npm run test:proof` installs better-sqlite3. A process that runs a bundle of this file inherits the path. */
const betterSqlite3Folder = process.env['LATCHKEY_BETTER_SQLITE3'] ?? join(import.meta.dirname, 'better-sqlite3')
process.env['LATCHKEY_BETTER_SQLITE3'] = betterSqlite3Folder
const betterSqlite3 = findBetterSqlite3()

/** Every driver, also one that cannot be used here. */
export const sqliteDrivers: Readonly<Record<SqliteDriverName, SqliteDriver>> = {
  libsql: { name: 'libsql', unavailable: null, open: (path) => new Libsql(path) as unknown as Handle },
  'node:sqlite': {
    name: 'node:sqlite',
    unavailable: nodeSqlite === undefined ? `Node ${process.versions.node} has none, 22.13 and later have` : null,
    open(path) {
      if (nodeSqlite === undefined) throw new Error('node:sqlite is not there')
      return new nodeSqlite.DatabaseSync(path)
    },
  },
  'better-sqlite3': {
    name: 'better-sqlite3',
    unavailable: betterSqlite3 === null ? '`npm run test:proof` installs it for its own Node' : null,
    open(path) {
      if (betterSqlite3 === null) throw new Error('better-sqlite3 is not there')
      // As libsql and node:sqlite have it; its own default is 5 s, in which nothing else runs.
      return new betterSqlite3(path, { timeout: 0 })
    },
  },
}

type BetterSqlite3 = new (path: string, options: { timeout: number }) => Handle

function findBetterSqlite3(): BetterSqlite3 | null {
  try {
    const found = createRequire(join(betterSqlite3Folder, 'package.json'))('better-sqlite3') as BetterSqlite3
    // Compiled for one version of Node, and loaded only here.
    new found(':memory:', { timeout: 0 }).close()
    return found
  } catch {
    return null
  }
}
