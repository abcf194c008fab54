import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage } from '@latchkey/core'
import type { Server } from '../services/servers.ts'
import { freshDatabase, type ServiceName, sharedService, whyMissing } from '../services/shared.ts'
import { openPlace, ownMemory } from './open.ts'
import type { OpenStorage, Place, StorageKind } from './place.ts'

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

/** Why tests over this kind of storage are left out here; `null` where they run. */
export function whyLeftOut(kind: StorageKind): string | null {
  const service = serviceOf(kind)
  return service === null ? null : whyMissing(service)
}

/** The kind's name for a title, with the reason where its tests are skipped. */
export function titleOf(kind: StorageKind): string {
  const why = whyLeftOut(kind)
  return why === null ? kind : `${kind}, skipped: ${why}`
}

/** Makes a place on the shared server of its kind, or on a server of the test's own. `close` takes it away again. */
export async function freshPlace(kind: StorageKind, server?: Server): Promise<FreshPlace> {
  const { addresses, remove } = await roomOn(kind, server)
  const place = { kind, addresses, prefix: `${randomUUID()}:` }
  const open = kind === 'memory' ? ownMemory(memoryStorage()) : await openPlace(place)
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
