import type { Storage, StoredRecord } from './ports/storage.ts'

/**
 * Records in this process's memory: for tests, trials and the examples. Nothing survives a restart.
 */
export function memoryStorage(): Storage {
  const rows = new Map<string, StoredRecord>()
  return Object.freeze<Storage>({
    async get(userId) {
      const row = rows.get(userId)
      return row === undefined ? null : copyOf(row)
    },
    async put(userId, next, expected) {
      if ((rows.get(userId)?.revision ?? null) !== expected) return false
      rows.set(userId, copyOf(next))
      return true
    },
    async delete(userId, expected) {
      return rows.get(userId)?.revision === expected && rows.delete(userId)
    },
    async *userIds() {
      yield* [...rows.keys()]
    },
  })
}

/** What is handed in and out can be changed without changing what is stored. */
function copyOf(row: StoredRecord): StoredRecord {
  return { ...row, updatedAt: new Date(row.updatedAt) }
}
