import type { Storage } from '@latchkey/core'
import { redisStorage } from '@latchkey/redis'
import { mysqlStorage, postgresStorage, sqliteStorage } from '@latchkey/sql'
import { remoteStorage } from '@latchkey/testing'
import type { OpenStorage, Place, StorageKind } from './place.ts'

/** Connections a process opens: enough for requests at one instant, few enough for many processes. */
const few = 4

const openers: Readonly<Record<StorageKind, (place: Place) => Promise<OpenStorage>>> = {
  /** The memory of the parent process, which serves it. */
  async memory() {
    const storage = remoteStorage()
    return { storage, migrate: async () => undefined, close: async () => undefined }
  },

  async SQLite({ addresses: [file = ''], driver = 'libsql' }) {
    const { sqliteDrivers } = await import('./sqlite/drivers.ts')
    const database = sqliteDrivers[driver].open(file)
    const storage = sqliteStorage(database)
    return { storage, migrate: () => storage.migrate(), close: async () => void database.close() }
  },

  async PostgreSQL({ addresses: [connectionString = ''], connections = few }) {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({ connectionString, max: connections })
    // Idle connections tell here that the server has gone; without a listener that ends the process.
    pool.on('error', () => undefined)
    const storage = postgresStorage(pool)
    return { storage, migrate: () => storage.migrate(), close: () => pool.end() }
  },

  async MariaDB({ addresses: [uri = ''], connections = few }) {
    const { createPool } = await import('mysql2/promise')
    const pool = createPool({ uri, connectionLimit: connections })
    const storage = mysqlStorage(pool)
    return { storage, migrate: () => storage.migrate(), close: () => pool.end() }
  },

  async Redis({ addresses: [url = ''], prefix }) {
    const { createClient } = await import('redis')
    const client = createClient({ url })
    client.on('error', () => undefined)
    await client.connect()
    const storage = redisStorage(client, { prefix })
    return { storage, migrate: () => storage.migrate(), close: async () => client.destroy() }
  },

  async 'Redis cluster'({ addresses, prefix }) {
    const { Cluster } = await import('ioredis')
    const client = new Cluster([...addresses], { clusterRetryStrategy: () => 50, lazyConnect: true })
    client.on('error', () => undefined)
    await client.connect()
    const storage = redisStorage(client, { prefix })
    return { storage, migrate: () => storage.migrate(), close: async () => client.disconnect() }
  },
}

/** Opens a place with connections of its own; in a child process too. */
export function openPlace(place: Place): Promise<OpenStorage> {
  return openers[place.kind](place)
}

/** What a parent opens: memory is its own. */
export function ownMemory(storage: Storage): OpenStorage {
  return { storage, migrate: async () => undefined, close: async () => undefined }
}
