// A process that uses the storage of its parent, begins before the parent serves it, and ends by itself.
import { remoteStorage } from '../../src/processes/remote-storage.ts'

const storage = remoteStorage()
process.send?.({ began: true })
const record = { revision: 'of the child', sealed: 's', enabled: true, updatedAt: new Date(5) }
const won = await storage.put('a', record, null)
const ids: string[] = []
for await (const userId of storage.userIds()) ids.push(userId)
process.send?.({ won, ids })
process.disconnect()
