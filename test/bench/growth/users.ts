import { byExtent } from '../extent.ts'
import type { Stretch } from '../load/figures.ts'
import { warmedUp } from '../load/warm.ts'
import { closingAfter, type Opened } from '../opened.ts'
import { type Loader, type Server, startServer } from '../processes.ts'
import type { Section, Table } from '../report/section.ts'
import { type Found, inTurns, middleOf, ratioOf } from '../turns.ts'

const populations: readonly number[] = byExtent({
  full: [1000, 10_000, 100_000, 1_000_000],
  quick: [500, 5000],
  check: [100, 2000],
})
const rounds = byExtent({ full: 10, quick: 2, check: 1 })
const [journeys = 0] = populations
const atOnce = 32
/** The first round is dropped. */
const drawn = journeys * (rounds + 1)
/** By then nothing is left of the last sign-in but the authenticator's count. */
const laterMs = 600_000

interface Town {
  readonly users: number
  readonly server: Server
  readonly heapBytes: number
  readonly residentBytes: number
}

/** Few users and many, in the memory of Latchkey on Express. */
export function users(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const towns = await Promise.all(populations.map((count) => openTown(count, opened)))
    let aheadMs = 0
    const found = await inTurns(towns, rounds, async ({ server, users: count }, round) => {
      // Everybody of the few signs in each round, so all clocks go on alike.
      if (round * laterMs > aheadMs) {
        aheadMs = round * laterMs
        await Promise.all(towns.map((town) => town.server.advance(laterMs)))
      }
      const which = { users: journeys, first: round * journeys, among: count }
      return loader.closed(await warmedUp(loader, { target: server.target, atOnce, seconds: 60, ...which, aheadMs }))
    })
    return { title: 'Users', tables: [tableOf(towns, found)], goals: [] }
  })
}

async function openTown(count: number, opened: Opened): Promise<Town> {
  const server = await startServer('servers/latchkey.ts', { contestant: 'express', users: count, drawn, heapMiB: 8192 })
  opened(server.stop)
  const { heapBytes, residentBytes } = await server.memory()
  return { users: count, server, heapBytes, residentBytes }
}

function tableOf(towns: readonly Town[], found: Found<Stretch>): Table {
  const [fewest] = towns
  const [least = []] = found
  return {
    caption: `Latchkey on Express, its users in memory: ${journeys} of them, spread over all, sign in each round, ${atOnce} at once; the middle of ${rounds} rounds.`,
    columns: ['users', 'journeys a second', 'p50 ms', 'p99 ms', 'p50 to that of the fewest', 'heap bytes a user'],
    rows: towns.map(({ users: count, heapBytes }, index) => [
      count,
      middleOf(found[index], ({ perSecond }) => perSecond),
      middleOf(found[index], ({ p50Ms }) => p50Ms),
      middleOf(found[index], ({ p99Ms }) => p99Ms),
      ratioOf(p50s(found[index]), p50s(least)),
      // What the server takes without users is in all of them.
      index === 0 ? '' : (heapBytes - (fewest?.heapBytes ?? 0)) / (count - journeys),
    ]),
  }
}

function p50s(rounds: readonly Stretch[] = []): readonly number[] {
  return rounds.map(({ p50Ms }) => p50Ms)
}
