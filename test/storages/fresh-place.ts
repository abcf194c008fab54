import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@latchkey/core'
import type { Server } from '../services/servers.ts'
import { freshDatabase, type ServiceName, sharedService, whyMissing } from '../services/shared.ts'
import { openPlace, ownMemory } from './open.ts'
import { type Ground, nameOf, type OpenStorage, type Place, type StorageKind } from './place.ts'
import { sqliteDrivers } from './sqlite/drivers.ts'

/** A place of one test with nothing in it, open here. */
export interface FreshPlace extends OpenStorage {
  readonly place: Place
}

const services = {
  PostgreSQL: 'postgres',
  MariaDB: 'mariadb',
  Redis: 'redis',
  'Redis cluster': 'redis-cluster',
} as const satisfies Partial<Record<StorageKind, ServiceName>>

/** The server below a kind of storage, `null` where there is none. */
export function serviceOf(kind: StorageKind): ServiceName | null {
  return kind in services ? services[kind as keyof typeof services] : null
}

/** Why tests on this ground are left out here; `null` if they run. */
export function whyLeftOut(on: StorageKind | Ground): string | null {
  const { kind, driver = 'libsql' } = groundOf(on)
  if (kind === 'SQLite') return sqliteDrivers[driver].unavailable
  const service = serviceOf(kind)
  return service === null ? null : whyMissing(service)
}

/** The ground's name for a title, with the reason if its tests are skipped. */
export function titleOf(on: StorageKind | Ground): string {
  const why = whyLeftOut(on)
  const name = nameOf(groundOf(on))
  return why === null ? name : `${name}, skipped: ${why}`
}

function groundOf(on: StorageKind | Ground): Ground {
  return typeof on === 'string' ? { kind: on } : on
}

/** Makes a place on the shared server of its kind, or on a server of the test's own. `close` takes it away again. */
export async function freshPlace(on: StorageKind | Ground, server?: Server): Promise<FreshPlace> {
  const ground = groundOf(on)
  const { addresses, remove } = await roomOn(ground.kind, server)
  const place = { ...ground, addresses, prefix: `${randomUUID()}:` }
  const open = ground.kind === 'memory' ? ownMemory(memoryStorage()) : await openPlace(place)
  await open.migrate()
  return {
    ...open,
    place,
    async close() {
      await open.close()
      await remove()
    },
  }
}

interface Room {
  readonly addresses: readonly string[]
  readonly remove: () => unknown
}

const nothing = (): undefined => undefined

async function roomOn(kind: StorageKind, server: Server | undefined): Promise<Room> {
  if (kind === 'memory') return { addresses: [], remove: nothing }
  if (kind === 'SQLite') {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-place-'))
    return {
      addresses: [join(folder, 'latchkey.db')],
      remove: () => rmSync(folder, { recursive: true, force: true }),
    }
  }
  const service = services[kind]
  if (service === 'redis' || service === 'redis-cluster') {
    return { addresses: (server ?? (await sharedService(service))).urls, remove: nothing }
  }
  const { url, drop } = await freshDatabase(service, server)
  return { addresses: [url], remove: drop }
}
