import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import type { SqliteDatabase } from '../src/index.ts'

/** A handle as a host has it: what the storage uses, and a way to close it. */
export interface Handle extends SqliteDatabase {
  close(): unknown
}

/** A SQLite driver that tests run on. */
export interface Driver {
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

export const libsql: Driver = { name: 'libsql', unavailable: null, open: (path) => new Libsql(path) }

export const drivers: readonly Driver[] = [
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

/** The driver's name for a title, with the reason where its tests are skipped. */
export function titleOf({ name, unavailable }: Driver): string {
  return unavailable === null ? name : `${name}, skipped: ${unavailable}`
}

/** A database file of one test, and handles on it. Disposing it closes the handles and deletes the file. */
export class DatabaseFile {
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-sql-'))
  readonly #handles: Handle[] = []
  readonly #driver: Driver
  readonly path = join(this.#folder, 'app.db')

  constructor(driver: Driver = libsql) {
    this.#driver = driver
  }

  open(): Handle {
    const handle = this.#driver.open(this.path)
    this.#handles.push(handle)
    return handle
  }

  dispose(): void {
    for (const handle of this.#handles) handle.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** The first value of the first row that a statement gives. */
export function firstValue(handle: SqliteDatabase, text: string): unknown {
  const [row] = handle.prepare(text).all()
  return Object.values(row ?? {})[0]
}
