import type { Awaitable } from '@latchkey/core'
import { vi } from 'vitest'
import { whyMissing } from '../../../test/services/shared.ts'
import type { DialectName, ServerStorageOptions, SqlStorage } from '../src/index.ts'

/** Milliseconds; the first test on a server waits until it has started, and the cores may be busy with other tests. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** A row as a driver gives it. */
export type Row = Readonly<Record<string, unknown>>

/** A database of a test's own, seen through one driver. */
export interface Database {
  /** A storage through its own client, as another process has. */
  storage(options?: ServerStorageOptions): Awaitable<SqlStorage>
  /** Runs a statement beside the storages, and gives its rows. */
  run(text: string, params?: readonly string[]): Promise<readonly Row[]>
  /** Keeps writers of the table waiting until the function that it gives is called. Left out if there is one client. */
  holdLock?(table: string): Awaitable<() => Awaitable<unknown>>
  /** Closes all clients; nothing is left of the database. */
  dispose(): Awaitable<void>
}

/** A way to a database: a driver, or a way of using one. */
export interface Driver {
  readonly name: string
  readonly dialect: DialectName
  /** Why it cannot be used here; `null` if it can. */
  readonly unavailable: string | null
  /** Whether all storages share one client, since the database is inside it. */
  readonly isInside: boolean
  readonly create: () => Awaitable<Database>
}

/** The driver's name for a title, with the reason if its tests are skipped. */
export function titleOf({ name, unavailable }: Pick<Driver, 'name' | 'unavailable'>): string {
  return unavailable === null ? name : `${name}, skipped: ${unavailable}`
}

/** Why tests that need a server are skipped; `null` if they are not. */
export const missing = { postgres: whyMissing('postgres'), mariadb: whyMissing('mariadb') }

const quotes = { sqlite: '"', postgres: '"', mysql: '`' } as const

/** A name as it stands in a statement. */
export function quoted(dialect: DialectName, name: string): string {
  const quote = quotes[dialect]
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`
}

/** The statement that makes a user's row if there is none, with the id as its parameter. */
export const addUser: Readonly<Record<DialectName, string>> = {
  sqlite: 'INSERT OR IGNORE INTO users (id) VALUES (?)',
  postgres: 'INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING',
  mysql: 'INSERT IGNORE INTO users (id) VALUES (?)',
}
