import { randomBytes } from 'node:crypto'
import { afterAll } from 'vitest'
import { query } from '../services/postgres.ts'
import { type FreshDatabase, freshDatabase } from '../services/shared.ts'
import { type FreshPlace, freshPlace } from '../storages/fresh-place.ts'
import { openPlace } from '../storages/open.ts'
import type { StorageKind } from '../storages/place.ts'

let database: Promise<FreshDatabase> | null = null

afterAll(async () => (await database)?.drop())

/**
 * A place of one test with nothing in it. PostgreSQL copies files for each new database, and hundreds of tests would wait
 * for that: it gets one for a test file, with a schema for each test.
 */
export async function quickPlace(kind: StorageKind): Promise<FreshPlace> {
  if (kind !== 'PostgreSQL') return freshPlace(kind)
  database ??= freshDatabase('postgres')
  const url = new URL((await database).url)
  const schema = `test_${randomBytes(8).toString('hex')}`
  await query(url.href, `CREATE SCHEMA ${schema}`)
  url.searchParams.set('options', `-c search_path=${schema}`)
  const place = { kind, addresses: [url.href], prefix: '' }
  const open = await openPlace(place)
  await open.migrate()
  return { ...open, place }
}
