import { join } from 'node:path'
import { forkEntry } from '../../processes/fork.ts'
import { type Server as Service, startServer } from '../../services/servers.ts'
import { freshPlace, serviceOf } from '../../storages/fresh-place.ts'
import type { Place, StorageKind } from '../../storages/place.ts'
import { extent } from '../extent.ts'
import type { Opened } from '../opened.ts'
import type { Memory, ServerSettings } from '../target.ts'
import { type FarPlace, type Filler, openFiller } from './filler.ts'
import type { SignIns, Times } from './town.ts'

/** What apps with many users set: a cache that holds their rows, and no rewriting in the midst of a measurement. */
const settings: Readonly<Partial<Record<StorageKind, readonly string[]>>> = {
  PostgreSQL: ['-c', 'shared_buffers=2GB'],
  MariaDB: ['--innodb-buffer-pool-size=2G'],
  Redis: ['--auto-aof-rewrite-percentage', '0'],
  'Redis cluster': ['--auto-aof-rewrite-percentage', '0'],
}

/** A place outside of the process, and the way to fill it. */
export interface Site {
  readonly place: Place
  readonly filler: Filler
}

/** Makes a place on a server of its own, as durable as an app's; where nothing is measured, on the shared one. */
export async function openSite(kind: FarPlace['kind'], opened: Opened): Promise<Site> {
  const place = await placeOf(kind, opened)
  const filler = await openFiller({ ...place, kind })
  opened(filler.close)
  return { place, filler }
}

async function placeOf(kind: StorageKind, opened: Opened): Promise<Place> {
  const { place, close } = await freshPlace(kind, await serverOf(kind, opened))
  opened(close)
  return place
}

async function serverOf(kind: StorageKind, opened: Opened): Promise<Service | undefined> {
  const service = serviceOf(kind)
  if (service === null || extent === 'check') return undefined
  const server = await startServer(service, { extra: settings[kind] ?? [] })
  opened(server.stop)
  return server
}

/** A process with Latchkey over one place, or over its own memory. */
export interface Town {
  readonly signIns: (which: SignIns) => Promise<Times>
  readonly memory: () => Promise<Memory>
  readonly stop: () => Promise<unknown>
}

export async function openTown(settings: Pick<ServerSettings, 'users' | 'drawn' | 'place'>): Promise<Town> {
  const { tell, kill } = await forkEntry(join(import.meta.dirname, 'town.ts'), {
    args: [JSON.stringify(settings)],
    env: { NODE_ENV: 'production', NODE_OPTIONS: '--max-old-space-size=8192' },
    built: true,
  })
  return {
    signIns: (which) => tell('signIns', which) as Promise<Times>,
    memory: () => tell('memory') as Promise<Memory>,
    stop: kill,
  }
}
