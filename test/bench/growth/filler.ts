import type { StoredRecord } from '@latchkey/core'
import type { Place, StorageKind } from '../../storages/place.ts'
import { userIdOf } from '../people.ts'
import { enrolledRows, type Row } from '../servers/enroll.ts'

/** Writes many records at once past the storage, and tells what they take. */
export interface Filler {
  readonly write: (rows: readonly Row[]) => Promise<unknown>
  /** Bytes that all records take, indexes and overhead included. */
  readonly bytes: (users: number) => Promise<number>
  readonly close: () => unknown
}

/** A place outside of the process. */
export interface FarPlace extends Place {
  readonly kind: Exclude<StorageKind, 'memory'>
}

const fillers: Readonly<Record<FarPlace['kind'], (place: Place) => Promise<Filler>>> = {
  async SQLite({ addresses: [file = ''] }) {
    const { default: Database } = await import('libsql')
    const { createReadStream } = await import('node:fs')
    const database = new Database(file)
    const insert = database.prepare('INSERT INTO latchkey_records VALUES (?, ?, ?, ?, ?)')
    return {
      async write(rows) {
        database.exec('BEGIN')
        for (const [userId, { revision, sealed, updatedAt }] of rows) {
          insert.run(userId, revision, sealed, 1, updatedAt.getTime())
        }
        database.exec('COMMIT')
      },
      async bytes() {
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        // Read as a whole, so that the system has it in its cache: SQLite's own is small.
        let size = 0
        for await (const chunk of createReadStream(file)) size += chunk.length
        return size
      },
      close: () => database.close(),
    }
  },

  async PostgreSQL({ addresses: [connectionString = ''] }) {
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString })
    await client.connect()
    const insert = `INSERT INTO latchkey_records (user_id, revision, sealed, enabled, updated_at)
      SELECT u, r, s, true, now() FROM unnest($1::text[], $2::text[], $3::text[]) AS row (u, r, s)`
    return {
      write: (rows) =>
        client.query(insert, [
          rows.map(([userId]) => userId),
          rows.map(([, { revision }]) => revision),
          rows.map(([, { sealed }]) => sealed),
        ]),
      async bytes() {
        await client.query('VACUUM (ANALYZE) latchkey_records')
        await client.query('CHECKPOINT')
        const { rows } = await client.query(`SELECT pg_total_relation_size('latchkey_records') AS bytes`)
        return Number(rows[0].bytes)
      },
      close: () => client.end(),
    }
  },

  async MariaDB({ addresses: [uri = ''] }) {
    const { createConnection } = await import('mysql2/promise')
    const connection = await createConnection({ uri })
    const insert = 'INSERT INTO latchkey_records (user_id, revision, sealed, enabled, updated_at) VALUES ?'
    return {
      write: (rows) =>
        connection.query(insert, [
          rows.map(([userId, { revision, sealed }]) => [userId, revision, sealed, 1, '2026-01-01 00:00:00']),
        ]),
      async bytes() {
        const [rows] = await connection.query(
          `SELECT FILE_SIZE AS bytes FROM information_schema.INNODB_SYS_TABLESPACES
           WHERE NAME = CONCAT(DATABASE(), '/latchkey_records')`,
        )
        return Number((rows as { bytes: unknown }[])[0]?.bytes)
      },
      close: () => connection.end(),
    }
  },

  async Redis({ addresses: [url = ''], prefix }) {
    const { createClient } = await import('redis')
    const client = await createClient({ url }).connect()
    return {
      write: (rows) => Promise.all(rows.map(([userId, record]) => client.hSet(prefix + userId, fieldsOf(record)))),
      async bytes(users) {
        const sizes = await Promise.all(
          sampleOf(users).map((user) => client.sendCommand(['MEMORY', 'USAGE', `${prefix}${user}`])),
        )
        return meanOf(sizes.map(Number)) * users
      },
      close: () => client.destroy(),
    }
  },

  async 'Redis cluster'({ addresses, prefix }) {
    const { Cluster } = await import('ioredis')
    const client = new Cluster([...addresses])
    return {
      write: (rows) => Promise.all(rows.map(([userId, record]) => client.hset(prefix + userId, fieldsOf(record)))),
      async bytes(users) {
        const sizes = await Promise.all(
          sampleOf(users).map((user) => client.call('MEMORY', 'USAGE', `${prefix}${user}`)),
        )
        return meanOf(sizes.map(Number)) * users
      },
      close: () => client.disconnect(),
    }
  },
}

/** Opens the way past the storage of a place. */
export function openFiller(place: FarPlace): Promise<Filler> {
  return fillers[place.kind](place)
}

/** Enrolls so many users in each of the places, of whom `drawn` will sign in; a row is made once for all of them. */
export async function fill(fillers: readonly Filler[], users: number, drawn = users): Promise<void> {
  for await (const rows of enrolledRows(users, { drawn })) await Promise.all(fillers.map(({ write }) => write(rows)))
}

function fieldsOf({ revision, sealed, updatedAt }: StoredRecord) {
  return { revision, sealed, enabled: '1', updated_at: String(updatedAt.getTime()) }
}

function sampleOf(users: number): readonly string[] {
  const samples = Math.min(1000, users)
  return Array.from({ length: samples }, (_, index) => userIdOf(Math.floor((index * users) / samples)))
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
