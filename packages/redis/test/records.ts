import { randomUUID } from 'node:crypto'
import type { StoredRecord } from '@latchkey/core'

/** A record that no other resembles. */
export function someRecord(changes: Partial<StoredRecord> = {}): StoredRecord {
  const updatedAt = new Date('2026-02-28T23:59:59.987Z')
  return { revision: randomUUID(), sealed: `1.k.${randomUUID()}`, enabled: true, updatedAt, ...changes }
}

/** All ids, in the order in which they come. */
export async function listed(userIds: AsyncIterable<string>): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const id of userIds) ids.push(id)
  return ids
}
