import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What stands between a client and a server, hears the names of the commands, and can cut the line. */
export interface Wire {
  readonly url: string
  /** Every command of every client so far, in lower case. */
  readonly commands: readonly string[]
  /** Lets the next command of this name reach the server, and cuts the line in place of the answer. */
  readonly cutAfter: (name: string) => void
  readonly close: () => void
}

export async function openWire(url: string): Promise<Wire> {
  const commands: string[] = []
  const sockets = new Set<Socket>()
  let cutter: string | null = null
  const server = createServer((near) => {
    const far = connect(Number(new URL(url).port), '127.0.0.1')
    let cut = false
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (data) => {
      const names = namesOf(data.toString('latin1'))
      commands.push(...names)
      if (cutter !== null && names.includes(cutter)) {
        cut = true
        cutter = null
      }
      far.write(data)
    })
    far.on('data', (data) => (cut ? near.destroy() : near.write(data)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return Object.freeze({
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    commands,
    cutAfter: (name: string) => {
      cutter = name
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  })
}

/** A command is an array of strings, and its name the first. Ours are short enough to come in one piece. */
function namesOf(data: string): readonly string[] {
  return [...data.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)].map(([, name = '']) => name.toLowerCase())
}
