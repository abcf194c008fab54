import type { Storage } from '@latchkey/core'
import type { SqliteDriverName } from './sqlite/drivers.ts'

/** The databases that Latchkey's own storages stand on. */
export const storageKinds = ['memory', 'SQLite', 'PostgreSQL', 'MariaDB', 'Redis', 'Redis cluster'] as const
export type StorageKind = (typeof storageKinds)[number]

/** A kind of database, and for SQLite the driver, which is libsql unless another one is named. */
export interface Ground {
  readonly kind: StorageKind
  readonly driver?: SqliteDriverName
}

/** What the storage contract's processes and the proofs run on: each kind, and SQLite by each of its drivers. */
export const provenGrounds: readonly Ground[] = [
  ...storageKinds.map((kind) => ({ kind })),
  { kind: 'SQLite', driver: 'node:sqlite' },
  { kind: 'SQLite', driver: 'better-sqlite3' },
]

/** The ground in words. */
export function nameOf({ kind, driver }: Ground): string {
  return driver === undefined ? kind : `${kind} by ${driver}`
}

/** Where records lie; plain data, so that another process can open the same place. */
export interface Place extends Ground {
  /** The file, or addresses of the server; none for memory. */
  readonly addresses: readonly string[]
  /** Tells places on one Redis apart. */
  readonly prefix: string
  /** Most connections a process opens to SQL servers. @defaultValue 4 */
  readonly connections?: number
}

/** A storage that is open, with connections of its own. */
export interface OpenStorage {
  readonly storage: Storage
  /** Makes room for records; harmless to repeat. */
  readonly migrate: () => Promise<void>
  readonly close: () => Promise<void>
}
