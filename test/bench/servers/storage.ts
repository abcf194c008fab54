import { memoryStorage, type Storage } from '@latchkey/core'
import { openPlace } from '../../storages/open.ts'
import type { ServerSettings } from '../target.ts'
import { enrolledRows } from './enroll.ts'

/** Opens the place where the records lie already, or enrolls all in the memory of this process. */
export async function openStorage({
  place,
  users,
  ...which
}: Pick<ServerSettings, 'place' | 'users' | 'holding' | 'drawn'>): Promise<Storage> {
  if (place !== undefined) return (await openPlace(place)).storage
  const storage = memoryStorage()
  for await (const rows of enrolledRows(users, which)) {
    for (const [userId, record] of rows) await storage.put(userId, record, null)
  }
  return storage
}
