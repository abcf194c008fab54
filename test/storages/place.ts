import type { Storage } from '@latchkey/core'

/** The databases that Latchkey's own storages stand on. */
export const storageKinds = ['memory', 'SQLite', 'PostgreSQL', 'MariaDB', 'Redis', 'Redis cluster'] as const
export type StorageKind = (typeof storageKinds)[number]

/** Where records lie; plain data, so that another process can open the same place. */
export interface Place {
  readonly kind: StorageKind
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
