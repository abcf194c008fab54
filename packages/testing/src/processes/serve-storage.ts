import type { Storage } from '@latchkey/core'
import { hear, post, type StorageCall, type StorageChannel } from './channel.ts'
import { decodeRecord, encodeError, encodeRecord } from './encoding.ts'
import { createOpenLists, type OpenLists } from './open-lists.ts'

/**
 * Lets another process use a storage of this process. The other process holds a {@link remoteStorage}.
 *
 * Without a channel the parent uses it, and this process ends with its parent. A process that {@link storageContract}
 * starts needs to do nothing more. With a `ChildProcess` the child uses it.
 *
 * @param channel - Where the other process is. @defaultValue `process`
 * @throws Error if the process was not started with an IPC channel
 */
export function serveStorage(storage: Storage, channel: StorageChannel = process): void {
  if (channel.send === undefined) throw new Error('the process has no IPC channel: start it with fork()')
  const lists = createOpenLists(storage)
  hear(channel, (message) => {
    if (message.latchkeyStorage === 'is_served') announce(channel)
    if (message.latchkeyStorage !== 'call') return
    const { id, call } = message
    void perform(storage, lists, call)
      .then((result) => post(channel, { latchkeyStorage: 'answer', id, result }))
      .catch((thrown: unknown) => post(channel, { latchkeyStorage: 'failure', id, error: encodeError(thrown) }))
      // The process that asked has gone.
      .catch(() => undefined)
  })
  const end = () => {
    lists.leaveAll()
    if (channel === process) process.exit()
  }
  channel.on('disconnect', end)
  // The parent may have gone while the storage was being opened.
  if (channel.connected) announce(channel)
  else end()
}

function announce(channel: StorageChannel): void {
  void post(channel, { latchkeyStorage: 'served' }).catch(() => undefined)
}

/** Makes the call, and gives its result as a message carries it. */
async function perform(storage: Storage, lists: OpenLists, call: StorageCall): Promise<unknown> {
  switch (call.method) {
    case 'get': {
      const found = await storage.get(call.userId)
      return found === null ? null : encodeRecord(found)
    }
    case 'put':
      return storage.put(call.userId, decodeRecord(call.next), call.expected)
    case 'delete':
      return storage.delete(call.userId, call.expected)
    case 'next':
      return lists.next(call.list)
    case 'leave':
      return lists.leave(call.list)
  }
}
