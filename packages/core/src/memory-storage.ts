import type { Storage, StoredRecord } from './ports.ts'

/**
 * Records in this process's memory: for tests, trials and the examples. Nothing survives a restart.
 */
export function memoryStorage(): Storage {
  const rows = new Map<string, StoredRecord>()
  return Object.freeze<Storage>({
    async get(userId) {
      return rows.get(userId) ?? null
    },
    async put(userId, next, expected) {
      if ((rows.get(userId)?.revision ?? null) !== expected) return false
      rows.set(userId, Object.freeze({ ...next, updatedAt: new Date(next.updatedAt) }))
      return true
    },
    async delete(userId) {
      rows.delete(userId)
    },
    async *userIds() {
      yield* [...rows.keys()]
    },
  })
}
