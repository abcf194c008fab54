import { createConnection } from 'mysql2/promise'
import { execute } from '../services/mariadb.ts'
import { query } from '../services/postgres.ts'
import { send } from '../services/redis.ts'
import type { Server } from '../services/servers.ts'
import type { StorageKind } from '../storages/place.ts'

/** Where the app keeps its records on a server of the test's own. */
export interface AppRoom {
  /** The addresses of an operator, who may do everything. */
  readonly operator: readonly [string, ...string[]]
  /** The addresses of the app. */
  readonly addresses: readonly [string, ...string[]]
}

/** Makes something go wrong; gives what heals it. */
export type ServerFault = (room: AppRoom) => Promise<() => Promise<unknown>>

/** The app comes as a user without special rights, as it should: an operator is often exempt from what goes wrong. */
export async function prepareRoom(kind: StorageKind, { urls: operator }: Server): Promise<AppRoom> {
  const [url] = operator
  if (kind === 'PostgreSQL') {
    await query(url, 'CREATE ROLE app LOGIN')
    await query(url, 'GRANT CREATE ON SCHEMA public TO app')
  } else if (kind === 'MariaDB') {
    await execute(url, "CREATE USER app@'127.0.0.1'")
    await execute(url, appRights('GRANT'))
  } else return { operator, addresses: operator }
  const own = new URL(url)
  own.username = 'app'
  return { operator, addresses: [own.href] }
}

function appRights(verb: 'GRANT' | 'REVOKE'): string {
  return `${verb} ALL ON latchkey.latchkey_records ${verb === 'GRANT' ? 'TO' : 'FROM'} app@'127.0.0.1'`
}

const postgres: Readonly<Record<string, ServerFault>> = {
  'a table that is gone': ({ operator: [url] }) => {
    return between(
      () => query(url, 'ALTER TABLE latchkey_records RENAME TO elsewhere'),
      () => query(url, 'ALTER TABLE elsewhere RENAME TO latchkey_records'),
    )
  },
  'a server that is read-only': ({ operator: [url] }) => {
    const set = async (value: string) => {
      await query(url, `ALTER SYSTEM SET default_transaction_read_only = ${value}`)
      await query(url, 'SELECT pg_reload_conf()')
    }
    return between(
      () => set('on'),
      () => set('off'),
    )
  },
  'too many connections': ({ operator: [url] }) =>
    between(
      async () => {
        await query(url, 'ALTER ROLE app CONNECTION LIMIT 0')
        await query(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
      },
      () => query(url, 'ALTER ROLE app CONNECTION LIMIT -1'),
    ),
  'rights that were taken away': ({ operator: [url] }) =>
    between(
      () => query(url, 'REVOKE ALL ON latchkey_records FROM app'),
      () => query(url, 'GRANT ALL ON latchkey_records TO app'),
    ),
}

const mariadb: Readonly<Record<string, ServerFault>> = {
  'a table that is gone': ({ operator: [url] }) =>
    between(
      () => execute(url, 'RENAME TABLE latchkey_records TO elsewhere'),
      () => execute(url, 'RENAME TABLE elsewhere TO latchkey_records'),
    ),
  'a server that is read-only': ({ operator: [url] }) =>
    between(
      () => execute(url, 'SET GLOBAL read_only = ON'),
      () => execute(url, 'SET GLOBAL read_only = OFF'),
    ),
  'too many connections': async ({ operator: [url], addresses: [own] }) => {
    await execute(url, "ALTER USER app@'127.0.0.1' WITH MAX_USER_CONNECTIONS 1")
    await execute(url, 'KILL USER app')
    const only = await createConnection({ uri: own })
    return async () => {
      only.destroy()
      await execute(url, "ALTER USER app@'127.0.0.1' WITH MAX_USER_CONNECTIONS 0")
    }
  },
  'rights that were taken away': ({ operator: [url] }) =>
    between(
      () => execute(url, appRights('REVOKE')),
      () => execute(url, appRights('GRANT')),
    ),
}

const everyRedis: Readonly<Record<string, ServerFault>> = {
  'a server out of memory': ({ operator }) =>
    between(
      () => sendAll(operator, 'CONFIG SET maxmemory 1'),
      () => sendAll(operator, 'CONFIG SET maxmemory 0'),
    ),
  'a server without the replicas it must have': ({ operator }) =>
    between(
      () => sendAll(operator, 'CONFIG SET min-replicas-to-write 1'),
      () => sendAll(operator, 'CONFIG SET min-replicas-to-write 0'),
    ),
  'rights that were taken away': ({ operator }) =>
    between(
      () => sendAll(operator, 'ACL SETUSER default -eval -evalsha'),
      () => sendAll(operator, 'ACL SETUSER default +eval +evalsha'),
    ),
}

const redis: Readonly<Record<string, ServerFault>> = {
  ...everyRedis,
  'a server that is a replica': ({ operator }) =>
    between(
      // Of nobody: it would take over what another has.
      () => sendAll(operator, 'REPLICAOF 127.0.0.1 1'),
      () => sendAll(operator, 'REPLICAOF NO ONE'),
    ),
}

const cluster: Readonly<Record<string, ServerFault>> = {
  ...everyRedis,
  'slots that nobody holds': async ({ operator }) => {
    const slot = String(await send(operator[0], ['CLUSTER', 'KEYSLOT', 'app:alice']))
    const holder = await holderOf(Number(slot), operator)
    return between(
      () => send(holder, ['CLUSTER', 'DELSLOTS', slot]),
      () => send(holder, ['CLUSTER', 'ADDSLOTS', slot]),
    )
  },
}

/** What can be wrong with a server, by the storage that is on it. */
export const serverFaults: Readonly<Record<StorageKind, Readonly<Record<string, ServerFault>>>> = {
  memory: {},
  SQLite: {},
  PostgreSQL: postgres,
  MariaDB: mariadb,
  Redis: redis,
  'Redis cluster': cluster,
}

async function between(spoil: () => Promise<unknown>, heal: () => Promise<unknown>): Promise<() => Promise<unknown>> {
  await spoil()
  return heal
}

function sendAll(urls: readonly string[], command: string): Promise<unknown> {
  return Promise.all(urls.map((url) => send(url, command.split(' '))))
}

async function holderOf(slot: number, urls: readonly string[]): Promise<string> {
  for (const url of urls) {
    const ranges = (await send(url, ['CLUSTER', 'SLOTS'])) as readonly [number, number, [string, number]][]
    const [, , node] = ranges.find(([first, last]) => first <= slot && slot <= last) ?? []
    if (node !== undefined) return `redis://${node[0]}:${node[1]}`
  }
  throw new Error(`nobody holds slot ${slot}`)
}
