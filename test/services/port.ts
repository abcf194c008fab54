import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

// Below what systems hand out to outgoing connections, also with the 10000 that a cluster's bus adds:
// else a client could take the port of a server that is down, or connect to itself.
const lowest = 12_000
const highest = 22_000

/** A port of 127.0.0.1 that is free now; `beside` are distances to others that must be free as well. */
export async function freePort(beside: readonly number[] = []): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(lowest, highest)
    const free = await Promise.all([0, ...beside].map((distance) => isFree(port + distance)))
    if (free.every(Boolean)) return port
  }
  throw new Error('No free port was found')
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
