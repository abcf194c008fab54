import type { RedisClient } from './client.ts'
import type { Connection, Send } from './connection.ts'
import type { Settings } from './options.ts'
import { textOf } from './reply.ts'
import { runScript } from './script.ts'

/** Checks whether the servers may be used. */
export interface ServerCheck {
  /** Checks now. @throws Error that says what to set */
  run(): Promise<void>
  /** Checks if that has not been done yet, or failed the last time. @throws Error that says what to set */
  ensure(): Promise<void>
}

/** Clients that were warned about: several storages on one client need one warning. */
const warned = new WeakSet<RedisClient>()

export function createServerCheck(client: RedisClient, connection: Connection, settings: Settings): ServerCheck {
  let current: Promise<void> | null = null
  const look = async (): Promise<void> => {
    // Shows that the script may run, and a client of a cluster knows all masters after it.
    await runScript(connection, settings.prefix)
    const infos = await Promise.all((await connection.masters()).map(readInfo))
    for (const info of infos) checkServer(info, settings)
    if (infos.some((info) => info.get('aof_enabled') === '0')) warnOnce(client)
  }
  const run = (): Promise<void> => {
    const mine = look()
    current = mine
    mine.catch(() => {
      if (current === mine) current = null
    })
    return mine
  }
  return Object.freeze({ run, ensure: () => current ?? run() })
}

type Info = ReadonlyMap<string, string>

function checkServer(info: Info, { allowEviction }: Settings): void {
  const role = info.get('role')
  if (role !== 'master') throw new Error(`Redis says that it is a ${role}: connect the client to the master`)
  const policy = info.get('maxmemory_policy') ?? 'unknown'
  // Policies named volatile-… drop only keys that expire, and a record never does.
  if (allowEviction || policy === 'noeviction' || policy.startsWith('volatile-')) return
  throw new Error(
    `Redis may drop records when its memory is full, and a user without a record needs no second factor: maxmemory-policy is "${policy}". Set it to noeviction, or give Latchkey its own server`,
  )
}

function warnOnce(client: RedisClient): void {
  if (warned.has(client)) return
  warned.add(client)
  const detail =
    'after a restart its records are gone or out of date: set appendonly to yes, see "What survives what" in the README of @latchkey/redis'
  process.emitWarning(`Redis keeps no append-only file, so ${detail}`, {
    type: 'LatchkeyWarning',
    code: 'LATCHKEY_REDIS_AOF',
  })
}

async function readInfo(send: Send): Promise<Info> {
  const text = textOf(await send('info').catch(explain))
  return new Map([...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name = '', value = '']) => [name, value]))
}

function explain(error: unknown): never {
  if (!(error instanceof Error) || !/NOPERM|unknown command/i.test(error.message)) throw error
  throw new Error(
    `Latchkey reads the eviction policy with INFO, which this Redis user may not run (${error.message}): grant +info`,
    { cause: error },
  )
}
