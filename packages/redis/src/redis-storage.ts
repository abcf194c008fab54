import type { Storage } from '@latchkey/core'
import type { RedisClient } from './client.ts'
import { createConnection } from './connection.ts'
import { toRecord, toValues } from './hash.ts'
import { isWhole, type RedisStorageOptions, resolveOptions } from './options.ts'
import { textOf, unexpected } from './reply.ts'
import { runScript } from './script.ts'
import { createServerCheck } from './server-check.ts'
import { listUserIds } from './user-ids.ts'

/** A core `Storage` that can also check whether its server may be used. Frozen. */
export interface RedisStorage extends Storage {
  /**
   * Checks whether the server may be used. There is nothing to create. Call it when the app starts. Repeating it is harmless.
   * Without it the first call of the storage checks.
   *
   * @throws Error that says what to set, if a server may drop records or is a replica, or INFO is not allowed
   */
  migrate(): Promise<void>
}

/**
 * Keeps records in Redis or Valkey, one hash for each user, through a client of node-redis or ioredis that the host connected.
 * Any number of processes may use them.
 *
 * Reads and writes go to the master, never to a replica, and throw if the server may not write.
 *
 * @example
 * ```ts
 * import { redisStorage } from '@latchkey/redis'
 * import { createClient } from 'redis'
 *
 * const client = await createClient({ url: 'redis://localhost:6379' }).connect()
 * const storage = redisStorage(client)
 * await storage.migrate()
 * ```
 * @throws TypeError that names the option and says what would be right
 */
export function redisStorage(client: RedisClient, options: RedisStorageOptions = {}): RedisStorage {
  const settings = resolveOptions(options)
  const connection = createConnection(client)
  const check = createServerCheck(client, connection, settings)
  const keyOf = (userId: string): string => {
    if (isWhole(userId)) return settings.prefix + userId
    throw new TypeError('a user id that holds half of a character cannot be stored')
  }
  const write = async (done: string, userId: string, ...args: string[]): Promise<boolean> => {
    const key = keyOf(userId)
    await check.ensure()
    const reply = await runScript(connection, key, ...args)
    const answer = textOf(reply)
    if (answer === done || answer === 'beaten') return answer === done
    throw unexpected(reply)
  }
  const storage: RedisStorage = {
    async get(userId) {
      const key = keyOf(userId)
      await check.ensure()
      const reply = await runScript(connection, key)
      if (Array.isArray(reply)) return toRecord(reply)
      if (textOf(reply) === 'none') return null
      throw unexpected(reply)
    },
    async put(userId, next, expected) {
      return write('written', userId, ...toValues(next), ...(expected === null ? [] : [expected]))
    },
    delete: (userId, expected) => write('deleted', userId, expected),
    async *userIds() {
      await check.ensure()
      yield* listUserIds(connection, settings.prefix)
    },
    migrate: () => check.run(),
  }
  return Object.freeze(storage)
}
