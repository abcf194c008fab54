import { size } from '../extent.ts'
import { closingAfter } from '../opened.ts'
import { type Loader, startServer } from '../processes.ts'
import type { Goal, Section } from '../report/section.ts'
import { type Contestant, type Measured, middle, ratio, spread, takeTurns } from './rounds.ts'

interface Enrollee {
  readonly name: string
  /** The file of its server, below the benchmark's folder. */
  readonly entry: string
  readonly contestant: string
  readonly users?: number
  readonly atOnce?: number
}

const latchkey = { name: 'Latchkey on Express', entry: 'servers/latchkey.ts', contestant: 'express' }
const floor = { name: 'floor', entry: 'servers/floor.ts', contestant: 'floor' }
const floorWithJose = { name: 'floor with jose', entry: 'servers/floor.ts', contestant: 'floor-jose' }
const betterAuth = { name: 'better-auth', entry: 'contestants/better-auth.mjs', contestant: 'better-auth' }
/** Its transactions copy every table whole, so that with thousands of users a sign-in takes seconds. */
const ownAdapter = {
  name: 'better-auth on its own memory adapter',
  entry: 'contestants/better-auth.mjs',
  contestant: 'better-auth-memory-adapter',
  users: Math.min(1000, size.users),
  atOnce: 4,
}

const enrollees: readonly Enrollee[] = [
  latchkey,
  { name: 'Latchkey on Koa', entry: 'servers/latchkey.ts', contestant: 'koa' },
  { name: 'Latchkey, bare core', entry: 'servers/latchkey.ts', contestant: 'core' },
  floor,
  floorWithJose,
  { name: 'passport and passport-totp', entry: 'contestants/passport.mjs', contestant: 'passport' },
  betterAuth,
  ownAdapter,
]

/** Password step and second factor over HTTP, each for another user, all storages in memory. */
export function journey(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const contestants: Contestant[] = []
    for (const { name, entry, contestant, users = size.users, atOnce = size.atOnce } of enrollees) {
      const server = await startServer(entry, { contestant, users })
      opened(server.stop)
      contestants.push({ name, server, users, atOnce })
    }
    const measured = await takeTurns(loader, contestants)
    return { title: 'Journey', tables: [tableOf(measured)], goals: goalsOf(measured) }
  })
}

function tableOf(contestants: readonly Measured[]) {
  const least = found(contestants, floor)
  return {
    caption: `Each journey is a password step and a code, for another user; the middle of ${size.rounds} rounds.`,
    columns: [
      '',
      'users',
      'at once',
      'journeys a second',
      'lowest to highest',
      'to the floor',
      'p50 ms',
      'p99 ms',
      'CPU µs',
    ],
    rows: contestants.map((one) => [
      one.name,
      one.users,
      one.atOnce,
      middle(one, ({ perSecond }) => perSecond),
      spread(one),
      ratio(one, least),
      middle(one, ({ p50Ms }) => p50Ms),
      middle(one, ({ p99Ms }) => p99Ms),
      middle(one, ({ cpuUsPerJourney }) => cpuUsPerJourney),
    ]),
  }
}

function goalsOf(contestants: readonly Measured[]): readonly Goal[] {
  const to = (other: Enrollee): number => ratio(found(contestants, latchkey), found(contestants, other))
  const promise = 'journeys a second on Express, to those of'
  return [
    { promise: `${promise} ${ownAdapter.name}`, found: to(ownAdapter), atLeast: 10 },
    { promise: `${promise} better-auth on tables with indexes`, found: to(betterAuth), atLeast: 10 },
    { promise: `${promise} the floor`, found: to(floor), atLeast: 0.85 },
    { promise: `${promise} the floor with jose`, found: to(floorWithJose), atLeast: 0.85 },
  ]
}

function found(contestants: readonly Measured[], { name }: Enrollee): Measured {
  const one = contestants.find((contestant) => contestant.name === name)
  if (one === undefined) throw new Error(`nobody is called ${name}`)
  return one
}
