import { readFileSync } from 'node:fs'
import { execute } from '../services/mariadb.ts'
import { query } from '../services/postgres.ts'
import { send } from '../services/redis.ts'
import type { Place, StorageKind } from '../storages/place.ts'

/** What somebody reads who has a copy of the database, the names of what is in it included. */
export async function rawRows(place: Place): Promise<string> {
  return readers[place.kind](place)
}

const table = 'latchkey_records'

const readers: Readonly<Record<StorageKind, (place: Place) => string | Promise<string>>> = {
  memory: () => '',
  SQLite: ({ addresses: [file = ''] }) =>
    ['', '-wal'].map((suffix) => readFileSync(file + suffix).toString('latin1')).join(),
  PostgreSQL: async ({ addresses: [url = ''] }) => textOf(await query(url, `SELECT * FROM ${table}`)),
  MariaDB: async ({ addresses: [url = ''] }) => textOf(await execute(url, `SELECT * FROM ${table}`)),
  Redis: redisHashes,
  'Redis cluster': redisHashes,
}

async function redisHashes({ addresses, prefix }: Place): Promise<string> {
  const found = addresses.map(async (url) => {
    const keys = (await send(url, ['KEYS', `${prefix}*`])) as readonly string[]
    const hashes = keys.map(async (key) => [key, await send(url, ['HGETALL', key])])
    return Promise.all(hashes)
  })
  return JSON.stringify(await Promise.all(found))
}

/** Columns of bytes are read as text. */
function textOf(rows: unknown): string {
  return (rows as readonly Readonly<Record<string, unknown>>[]).map((row) => Object.values(row).map(String)).join()
}
