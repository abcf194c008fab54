import { join } from 'node:path'
import { Client } from 'pg'
import { complete } from './process.ts'
import { requirePrograms } from './programs.mjs'
import type { Kind } from './server.ts'

const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']

/** PostgreSQL, with what it needs to survive a kill where `durable`. */
export function postgresKind(durable: boolean, extra: readonly string[]): Kind {
  const { server, others } = requirePrograms('postgres')
  const [initdb = ''] = others
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=300']
  const options = [...settings, ...(durable ? [] : fast)].flatMap((setting) => ['-c', setting])
  return {
    name: 'postgres',
    accounts: ['postgres'],
    // An immediate shutdown. A kill would leave its shared memory behind in the system.
    ending: 'SIGQUIT',
    prepare: (place) => {
      const args = ['-N', '-A', 'trust', '-U', 'latchkey', '-E', 'UTF8', '--locale=C', '-D', join(place.folder, 'data')]
      return complete({ path: initdb, args }, place)
    },
    command: (folder, port) => ({
      path: server,
      args: ['-D', join(folder, 'data'), '-p', String(port), ...options, ...extra],
    }),
    askFolder: (port) => query(url(port, 'postgres'), 'SHOW data_directory'),
    arrange: (port) => query(url(port, 'postgres'), 'CREATE DATABASE latchkey'),
    url: (port) => url(port, 'latchkey'),
  }
}

/** Runs one statement on a connection of its own, and gives its rows. */
export async function query(connectionString: string, statement: string): Promise<unknown> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

function url(port: number, database: string): string {
  return `postgres://latchkey@127.0.0.1:${port}/${database}`
}
