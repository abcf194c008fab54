import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { standIn, whyUnavailable } from './availability.mjs'
import { noteLeftOut } from './left-out.ts'
import { execute } from './mariadb.ts'
import { query } from './postgres.ts'
import type { Service, ServiceName } from './servers.ts'

export type { Service, ServiceName } from './servers.ts'

/**
 * Why tests on this service are left out here, for titles and `describe.skipIf`; null where they run. The end of the run
 * says it once more, loudly.
 * @throws where it is missing and `CI` is set
 */
export function whyMissing(name: ServiceName): string | null {
  if (process.env['LATCHKEY_TESTS'] === 'loop') return '`npm run test:all` has it'
  const reason = whyUnavailable(name)
  if (reason !== null) noteLeftOut(inject('services').leftOutFile, name)
  return reason
}

/** The one server of this kind for the whole run, with fast settings: started when it is first asked for. */
export async function sharedService(name: ServiceName): Promise<Service> {
  const ready = standIn(name)
  if (ready !== null) return Object.freeze({ name, urls: ready })
  const response = await fetch(`${inject('services').address}/${name}`)
  if (!response.ok) throw new Error(await response.text())
  const urls = (await response.json()) as [string, ...string[]]
  return Object.freeze({ name, urls })
}

/** A database of a server. */
export interface FreshDatabase {
  readonly url: string
  readonly drop: () => Promise<void>
}

/** Makes a new, empty database, on the shared server unless another one is named. */
export async function freshDatabase(name: 'postgres' | 'mariadb', on?: Service): Promise<FreshDatabase> {
  const { urls } = on ?? (await sharedService(name))
  const [server] = urls
  const run = name === 'postgres' ? query : execute
  const database = `latchkey_${randomBytes(8).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${database}`
  await run(server, `CREATE DATABASE ${database}`)
  // Clients that a test left open must not keep it.
  const force = name === 'postgres' ? ' WITH (FORCE)' : ''
  const drop = async (): Promise<void> => {
    await run(server, `DROP DATABASE ${database}${force}`)
  }
  return Object.freeze({ url: url.href, drop })
}
