import { join } from 'node:path'
import { query } from './postgres.ts'
import { requirePrograms } from './programs.mjs'
import type { Kind } from './server.ts'

/** PgBouncer in transaction mode, in front of the PostgreSQL at this address: each transaction has another connection. */
export function pgbouncerKind([upstream = '']: readonly string[]): Kind {
  const { server } = requirePrograms('pgbouncer')
  const { hostname, port: upstreamPort, username } = new URL(upstream)
  const settings = (folder: string, port: number) => `
    [databases]
    * = host=${hostname} port=${upstreamPort} user=${username}
    [pgbouncer]
    listen_addr = 127.0.0.1
    listen_port = ${port}
    unix_socket_dir =
    auth_type = any
    admin_users = ${username}
    pool_mode = transaction
    default_pool_size = 4
    pidfile = ${join(folder, 'pid')}
  `
  const url = (port: number, database: string) => `postgres://${username}@127.0.0.1:${port}/${database}`
  return {
    name: 'pgbouncer',
    accounts: ['postgres'],
    ending: 'SIGKILL',
    prepare: async () => undefined,
    command: (folder, port) => ({ path: '/bin/sh', args: ['-c', script(server, settings(folder, port))] }),
    askFolder: (port) => query(url(port, 'pgbouncer'), 'SHOW CONFIG'),
    url: (port) => url(port, 'postgres'),
  }
}

/** Writes the settings, which hold the port that is known only now, and becomes the program. */
function script(server: string, settings: string): string {
  const lines = settings.split('\n').map((line) => line.trim())
  return `cat > pgbouncer.ini <<'END'\n${lines.join('\n')}\nEND\nrm -f pid && exec '${server}' pgbouncer.ini`
}
