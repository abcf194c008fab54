import type { Storage } from '../ports/storage.ts'

/**
 * The storage with a time limit on each call: one that hangs must become an error, since a request that waits
 * for ever is an outage in itself. A late answer is dropped.
 */
export function timedStorage(storage: Storage, limitMs: number): Pick<Storage, 'get' | 'put' | 'delete'> {
  return {
    get: (userId) => within(limitMs, () => storage.get(userId)),
    put: (userId, next, expected) => within(limitMs, () => storage.put(userId, next, expected)),
    delete: (userId, expected) => within(limitMs, () => storage.delete(userId, expected)),
  }
}

function within<T>(limitMs: number, call: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the storage did not answer within ${limitMs} ms`)), limitMs)
    const stopTimer = (): void => clearTimeout(timer)
    // Async, so that a storage that throws at once rejects like any other.
    const answer = (async () => call())()
    answer.then(resolve, reject)
    answer.then(stopTimer, stopTimer)
  })
}
