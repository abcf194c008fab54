import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { type SqliteDatabase, type SqlStorageOptions, sqliteStorage } from '../../src/index.ts'
import type { Database, Driver, Row } from '../database.ts'

/** A handle as a host has it: what the storage uses, and a way to close it. */
export interface Handle extends SqliteDatabase {
  close(): unknown
}

/** A SQLite driver that tests run on. */
export interface SqliteDriver {
  readonly name: string
  /** Why it cannot be used here; `null` where it can. */
  readonly unavailable: string | null
  readonly open: (path: string) => Handle
}

interface NodeSqlite {
  readonly DatabaseSync: new (path: string, options?: { enableDoubleQuotedStringLiterals?: boolean }) => Handle
}

/** Node's own driver; undefined before Node 22.5, and before 22.13 without its flag. */
export const nodeSqlite = process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined

export const libsql: SqliteDriver = { name: 'libsql', unavailable: null, open: (path) => new Libsql(path) }

export const drivers: readonly SqliteDriver[] = [
  libsql,
  {
    name: 'node:sqlite',
    unavailable: nodeSqlite === undefined ? `Node ${process.versions.node} has none, 22.13 and later have` : null,
    open: (path) => {
      if (nodeSqlite === undefined) throw new Error('node:sqlite is not there')
      return new nodeSqlite.DatabaseSync(path)
    },
  },
]

/** The drivers on a file, and on a database in memory. */
export const placesOf = (driver: SqliteDriver): { readonly file: Driver; readonly memory: Driver } => {
  const { name, unavailable } = driver
  const shared = { dialect: 'sqlite', unavailable } as const
  return {
    file: { ...shared, name: `${name}, in file`, isInside: false, create: () => new DatabaseFile(driver) },
    memory: { ...shared, name: `${name}, in memory`, isInside: true, create: () => new DatabaseInMemory(driver) },
  }
}

/** A database file of one test, and handles on it. Disposing it closes the handles and deletes the file. */
export class DatabaseFile implements Database {
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-sql-'))
  readonly #handles: Handle[] = []
  readonly #driver: SqliteDriver
  readonly path = join(this.#folder, 'app.db')

  constructor(driver: SqliteDriver = libsql) {
    this.#driver = driver
  }

  open(): Handle {
    const handle = this.#driver.open(this.path)
    this.#handles.push(handle)
    return handle
  }

  storage(options: SqlStorageOptions = {}) {
    return sqliteStorage(this.open(), options)
  }

  run(text: string, params: readonly string[] = []) {
    return run(this.#handles[0] ?? this.open(), text, params)
  }

  dispose(): void {
    for (const handle of this.#handles) handle.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

class DatabaseInMemory implements Database {
  readonly #handle: Handle

  constructor(driver: SqliteDriver) {
    this.#handle = driver.open(':memory:')
  }

  storage(options: SqlStorageOptions = {}) {
    return sqliteStorage(this.#handle, options)
  }

  run(text: string, params: readonly string[] = []) {
    return run(this.#handle, text, params)
  }

  dispose(): void {
    this.#handle.close()
  }
}

async function run(handle: Handle, text: string, params: readonly string[]): Promise<readonly Row[]> {
  if (/^(?:SELECT|PRAGMA)/.test(text)) return handle.prepare(text).all(...params) as readonly Row[]
  // With parameters not by run(): it tells the number of the row, and node:sqlite throws where that is beyond 2^53.
  if (params.length === 0) handle.exec(text)
  else handle.prepare(`${text} RETURNING 1`).all(...params)
  return []
}

/** The first value of the first row that a statement gives. */
export function firstValue(handle: SqliteDatabase, text: string): unknown {
  const [row] = handle.prepare(text).all()
  return Object.values(row ?? {})[0]
}
