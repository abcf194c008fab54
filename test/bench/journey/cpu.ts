import { byExtent, size } from '../extent.ts'
import { warmedUp } from '../load/warm.ts'
import { closingAfter } from '../opened.ts'
import { type Loader, type Server, startServer } from '../processes.ts'
import type { Cell, Section } from '../report/section.ts'
import { inTurns, middleOf } from '../turns.ts'

const contestants = {
  'floor with jose': { entry: 'servers/floor.ts', contestant: 'floor-jose' },
  'Latchkey, bare core': { entry: 'servers/latchkey.ts', contestant: 'core' },
  'Latchkey on Express': { entry: 'servers/latchkey.ts', contestant: 'express' },
}
const users = byExtent({ full: 6000, quick: 300, check: 40 })
const rounds = byExtent({ full: 4, quick: 1, check: 1 })

/** Microseconds a journey, by whose code it was. */
type Shares = Readonly<Record<string, number>>

/** Whose code it is that a journey spends its time in. */
export function cpu(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const servers: Server[] = []
    for (const { entry, contestant } of Object.values(contestants)) {
      const server = await startServer(entry, { contestant, users })
      opened(server.stop)
      servers.push(server)
    }
    const found = await inTurns(servers, rounds, (server, round) => profiledRound(loader, server, round))
    return { title: 'Where the CPU goes', tables: [tableOf(found)], goals: [] }
  })
}

async function profiledRound(loader: Loader, server: Server, round: number): Promise<Shares> {
  // A code is good for one sign-in, so each round has users of its own.
  const share = Math.floor(users / (rounds + 1))
  const turn = { target: server.target, atOnce: size.atOnce, seconds: 60, users: share, first: round * share }
  const rest = await warmedUp(loader, turn)
  await server.profile()
  const { journeys } = await loader.closed(rest)
  const times = await server.profiled()
  const shares: Record<string, number> = {}
  for (const { place, us } of times) {
    const owner = ownerOf(place)
    if (owner !== null) shares[owner] = (shares[owner] ?? 0) + us / journeys
  }
  return shares
}

function tableOf(found: readonly (readonly Shares[])[]) {
  const owners = [...new Set(found.flat().flatMap(Object.keys))]
  const rows = owners
    .map((owner) => [owner, ...found.map((shares) => middleOf(shares, (each) => each[owner] ?? 0))] as const)
    .toSorted((one, other) => Math.max(...other.slice(1).map(Number)) - Math.max(...one.slice(1).map(Number)))
  const sums = found.map((shares) => middleOf(shares, (each) => Object.values(each).reduce((sum, us) => sum + us, 0)))
  return {
    caption: `Microseconds of a journey that the server's main thread spends in the own lines of each, ${size.atOnce} at once; the middle of ${rounds} rounds of ${Math.floor(((users / (rounds + 1)) * 5) / 6)} journeys. Being watched makes all of it slower.`,
    columns: ['', ...Object.keys(contestants)],
    rows: [...rows, ['sum', ...sums]].map((row) => row.map((cell): Cell => (cell === 0 ? '' : cell))),
  }
}

/** Who a file belongs to; null while the thread waits. */
function ownerOf(place: string): string | null {
  // Nor is the watching a part of it.
  if (place === '(idle)' || place === 'node:inspector') return null
  if (place === '(garbage collector)') return 'garbage collection'
  const own = /\/packages\/(?<name>\w+)\/src\/(?:(?<folder>[\w-]+)\/)?/.exec(place)?.groups
  if (own !== undefined) return `Latchkey: ${own['name'] === 'core' ? (own['folder'] ?? 'other files') : own['name']}`
  if (place.includes('/.latchkey-process-')) return "the app's own lines"
  const library = /\/node_modules\/(?<name>jose|otpauth)\//.exec(place)?.groups?.['name']
  if (library !== undefined) return library
  if (place.startsWith('file:') || place.startsWith('/')) return 'Express and what it uses'
  if (/^node:internal\/crypto\/(?:webcrypto|webidl|mac|util|keys)/.test(place)) return 'Node: WebCrypto, for jose'
  if (/^node:(?:internal\/)?crypto/.test(place)) return 'Node: other crypto'
  return 'Node: HTTP, streams, sockets'
}
