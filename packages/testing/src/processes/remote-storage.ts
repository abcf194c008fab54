import { randomUUID } from 'node:crypto'
import type { Storage } from '@latchkey/core'
import { hear, post, type SentRecord, type StorageCall, type StorageChannel } from './channel.ts'
import { decodeError, decodeRecord, encodeRecord } from './encoding.ts'

/**
 * Returns the storage that another process serves with `serveStorage`: a `ChildProcess`, or the parent. What it throws
 * there is thrown here. Calls wait until it is served, and fail when that process ends.
 *
 * @param channel - Where the other process is. @defaultValue `process`, which is the way to the parent
 */
export function remoteStorage(channel: StorageChannel = process): Storage {
  const ask = createCaller(channel)
  return Object.freeze<Storage>({
    async get(userId) {
      const found = await ask({ method: 'get', userId })
      return found === null ? null : decodeRecord(found as SentRecord)
    },
    async put(userId, next, expected) {
      return (await ask({ method: 'put', userId, next: encodeRecord(next), expected })) as boolean
    },
    async delete(userId, expected) {
      return (await ask({ method: 'delete', userId, expected })) as boolean
    },
    async *userIds() {
      const list = randomUUID()
      let isOpen = true
      const next = async () => {
        isOpen = false
        const { done, value } = (await ask({ method: 'next', list })) as { done: boolean; value: string }
        isOpen = !done
        return value
      }
      try {
        for (let userId = await next(); isOpen; userId = await next()) yield userId
      } finally {
        if (isOpen) await ask({ method: 'leave', list })
      }
    },
  })
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** Sends calls, and matches the answers to them. */
function createCaller(channel: StorageChannel): (call: StorageCall) => Promise<unknown> {
  const waiting = new Map<string, Waiting>()
  let nowServed: () => void = () => undefined
  const served = new Promise<void>((resolve) => {
    nowServed = resolve
  })
  const ended = () => new Error('the process that serves the storage has ended')

  hear(channel, (message) => {
    if (message.latchkeyStorage === 'served') nowServed()
    if (message.latchkeyStorage === 'answer') waiting.get(message.id)?.resolve(message.result)
    if (message.latchkeyStorage === 'failure') waiting.get(message.id)?.reject(decodeError(message.error))
  })
  channel.on('disconnect', () => {
    for (const { reject } of waiting.values()) reject(ended())
  })
  void post(channel, { latchkeyStorage: 'is_served' }).catch(() => undefined)

  return async (call) => {
    if (!channel.connected) throw ended()
    const id = randomUUID()
    try {
      return await new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        served.then(() => post(channel, { latchkeyStorage: 'call', id, call })).catch(reject)
      })
    } finally {
      waiting.delete(id)
    }
  }
}
