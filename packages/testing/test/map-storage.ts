import type { Storage, StoredRecord } from '@latchkey/core'

/** What is stored, by user. */
export type Rows = Map<string, StoredRecord>

/** A sound storage in a map, for taking apart. */
export function mapStorage(rows: Rows, changes: Partial<Storage> = {}): Storage {
  const copy = (record: StoredRecord) => ({ ...record, updatedAt: new Date(record.updatedAt) })
  return {
    async get(userId) {
      const row = rows.get(userId)
      return row === undefined ? null : copy(row)
    },
    async put(userId, next, expected) {
      if ((rows.get(userId)?.revision ?? null) !== expected) return false
      rows.set(userId, copy(next))
      return true
    },
    async delete(userId, expected) {
      return rows.get(userId)?.revision === expected && rows.delete(userId)
    },
    async *userIds() {
      yield* [...rows.keys()]
    },
    ...changes,
  }
}
