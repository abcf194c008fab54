import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Handle, type SqliteDriver, sqliteDrivers } from '../../../../test/storages/sqlite/drivers.ts'
import { type SqliteDatabase, type SqlStorageOptions, sqliteStorage } from '../../src/index.ts'
import type { Database, Driver, Row } from '../database.ts'

export type { Handle } from '../../../../test/storages/sqlite/drivers.ts'

/** The driver on which everything is tried. */
export const libsql: SqliteDriver = sqliteDrivers.libsql

export const drivers: readonly SqliteDriver[] = Object.values(sqliteDrivers)

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
  #lockHolder: Handle | undefined
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

  holdLock() {
    this.#lockHolder ??= this.open()
    const holder = this.#lockHolder
    holder.exec('BEGIN IMMEDIATE')
    return () => holder.exec('ROLLBACK')
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
  // With parameters not by run(): it tells the number of the row, and node:sqlite throws if that is beyond 2^53.
  if (params.length === 0) handle.exec(text)
  else handle.prepare(`${text} RETURNING 1`).all(...params)
  return []
}

/** The first value of the first row that a statement gives. */
export function firstValue(handle: SqliteDatabase, text: string): unknown {
  const [row] = handle.prepare(text).all()
  return Object.values(row ?? {})[0]
}
