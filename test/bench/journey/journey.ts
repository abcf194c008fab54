import { size } from '../extent.ts'
import { type Loader, startServer } from '../processes.ts'
import type { Goal, Section } from '../report/section.ts'
import { type Contestant, middle, ratio, spread, takeTurns } from './rounds.ts'

/** Everybody who takes part, by the name of the server and the file it is in. */
const servers = {
  'Latchkey on Express': ['latchkey', 'express'],
  'Latchkey on Koa': ['latchkey', 'koa'],
  'Latchkey, bare core': ['latchkey', 'core'],
  floor: ['floor', 'floor'],
  'floor with jose': ['floor', 'floor-jose'],
} as const

/** Password step and second factor over HTTP, each for another user, all storages in memory. */
export async function journey(loader: Loader): Promise<Section> {
  const contestants: Contestant[] = []
  for (const [name, [file, contestant]] of Object.entries(servers)) {
    const server = await startServer(`servers/${file}.ts`, { contestant, users: size.users })
    contestants.push({ name, server, rounds: [] })
  }
  await takeTurns(loader, contestants, size.atOnce)
  await Promise.all(contestants.map(({ server }) => server.stop()))
  return { title: 'Journey', tables: [tableOf(contestants)], goals: goalsOf(contestants) }
}

function tableOf(contestants: readonly Contestant[]) {
  const floor = named(contestants, 'floor')
  return {
    caption: `Journeys by ${size.atOnce} at once; ${size.users} users enrolled; the middle of ${size.rounds} rounds.`,
    columns: ['', 'journeys a second', 'lowest to highest', 'to the floor', 'p50 ms', 'p99 ms', 'server CPU µs'],
    rows: contestants.map((one) => [
      one.name,
      middle(one, ({ perSecond }) => perSecond),
      spread(one),
      ratio(one, floor),
      middle(one, ({ p50Ms }) => p50Ms),
      middle(one, ({ p99Ms }) => p99Ms),
      middle(one, ({ cpuUsPerJourney }) => cpuUsPerJourney),
    ]),
  }
}

function goalsOf(contestants: readonly Contestant[]): readonly Goal[] {
  const latchkey = named(contestants, 'Latchkey on Express')
  return [
    {
      promise: 'journeys a second on Express, to those of the floor',
      found: ratio(latchkey, named(contestants, 'floor')),
      atLeast: 0.85,
    },
  ]
}

function named(contestants: readonly Contestant[], name: keyof typeof servers): Contestant {
  const found = contestants.find((one) => one.name === name)
  if (found === undefined) throw new Error(`nobody is called ${name}`)
  return found
}
