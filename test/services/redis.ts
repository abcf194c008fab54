import { createClient } from 'redis'
import { requirePrograms } from './programs.mjs'
import type { Kind } from './server.ts'

const always = ['--bind', '127.0.0.1', '--daemonize', 'no', '--save', '', '--maxmemory-policy', 'noeviction']
const kept = (durable: boolean): string[] => ['--appendonly', 'yes', '--appendfsync', durable ? 'always' : 'no']

/** Redis or Valkey, with an append-only file that is synced at each write where `durable`. */
export function redisKind(durable: boolean, extra: readonly string[]): Kind {
  const { server } = requirePrograms('redis')
  return {
    name: 'redis',
    accounts: ['redis'],
    ending: 'SIGKILL',
    prepare: async () => {},
    command: (folder, port) => ({
      path: server,
      args: ['--port', String(port), '--dir', folder, ...always, ...kept(durable), ...extra],
    }),
    askFolder: async (port) => {
      // While it still reads its file it refuses this, unlike the question after it.
      await send(redisUrl(port), ['DBSIZE'])
      return await send(redisUrl(port), ['CONFIG', 'GET', 'dir'])
    },
    url: redisUrl,
  }
}

/** Sends one command on a connection of its own. */
export async function send(url: string, command: readonly string[]): Promise<unknown> {
  const client = createClient({ url, socket: { connectTimeout: 5000, reconnectStrategy: false } })
  client.on('error', () => {})
  await client.connect()
  try {
    return await client.sendCommand(command)
  } finally {
    client.destroy()
  }
}

export function redisUrl(port: number): string {
  return `redis://127.0.0.1:${port}`
}
