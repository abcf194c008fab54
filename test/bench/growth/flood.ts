import { setTimeout as pause } from 'node:timers/promises'
import { byExtent } from '../extent.ts'
import type { Stretch } from '../load/figures.ts'
import { closingAfter } from '../opened.ts'
import { type Attacker, type Loader, type Server, startAttacker, startServer } from '../processes.ts'
import type { Section, Table } from '../report/section.ts'
import { type Found, inTurns, middleOf, ratioOf } from '../turns.ts'

/** Rounds of the first way, and of the other. */
const { rounds, otherRounds, seconds, guesses, warmUp } = byExtent({
  full: { rounds: 6, otherRounds: 2, seconds: 4, guesses: 500, warmUp: 2000 },
  quick: { rounds: 1, otherRounds: 0, seconds: 2, guesses: 500, warmUp: 500 },
  check: { rounds: 1, otherRounds: 1, seconds: 0.4, guesses: 50, warmUp: 50 },
})
const perSecond = 100
const journeys = perSecond * seconds
const contestants = { 'Latchkey on Express': ['latchkey', 'express'], floor: ['floor', 'floor'] } as const
/** Those who sign in, and one more to flood, in each turn of both ways. */
const share = journeys + 1
const users = warmUp + share * (rounds + otherRounds + 2)

/** Who is flooded where, and on how many logins the guesses are. */
interface Way {
  readonly rounds: number
  readonly logins: number
  /** The first user of it. */
  readonly first: number
}

const oneLogin: Way = { rounds, logins: 1, first: warmUp }
const manyLogins: Way = { rounds: otherRounds, logins: guesses, first: warmUp + share * (rounds + 1) }

interface Came extends Stretch {
  readonly statuses: string
  readonly floodMs: number
}

/** Many wrong guesses at one instant on one user, beside a steady load of others, whose times are the figure. */
export function flood(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const attacker = await startAttacker()
    opened(attacker.stop)
    const servers = await Promise.all(
      Object.values(contestants).map(async ([file, contestant]) => {
        const server = await startServer(`servers/${file}.ts`, { contestant, users })
        opened(server.stop)
        return server
      }),
    )
    // A hundred a second would take a minute to have the code of a server compiled.
    for (const { target } of servers) await loader.closed({ target, atOnce: 16, seconds: 60, users: warmUp, first: 0 })
    const measure = (way: Way) =>
      inTurns(servers, way.rounds, (server, round) => underFlood({ loader, attacker, server }, way, round))
    const one = await measure(oneLogin)
    const other = otherRounds === 0 ? [] : [tableOf(await measure(manyLogins), manyLogins)]
    return {
      title: 'Flood',
      tables: [tableOf(one, oneLogin), ...other],
      goals: [{ promise: 'p99 of others during a flood, to that of the floor', found: toFloor(one), atMost: 1 }],
    }
  })
}

interface Parties {
  readonly loader: Loader
  readonly attacker: Attacker
  readonly server: Server
}

async function underFlood({ loader, attacker, server }: Parties, way: Way, round: number): Promise<Came> {
  const { target } = server
  // Who was flooded has to wait, so each turn floods another one.
  const first = way.first + round * share
  await attacker.prepare({ target, user: first + journeys, guesses, logins: way.logins })
  const others = loader.steady({ target, perSecond, seconds, users: journeys, first })
  const flooded = pause(seconds * 250).then(attacker.strike)
  const [stretch, { statuses, ms }] = await Promise.all([others, flooded])
  const counts = Object.entries(statuses).map(([status, count]) => `${count} × ${status}`)
  return { ...stretch, statuses: counts.join(', '), floodMs: ms }
}

function tableOf(found: Found<Came>, { rounds: own, logins }: Way): Table {
  const on = logins === 1 ? 'on one login' : `each on another login of theirs`
  return {
    caption: `${guesses} wrong guesses at one instant on one user, ${on}, a quarter into ${seconds} s of ${perSecond} journeys a second by others; the middle of ${own} rounds.`,
    columns: ['', 'p99 of others, ms', 'to the floor', 'p50, ms', 'worst, ms', 'flood answered after, ms', 'answers'],
    rows: Object.keys(contestants).map((name, index) => [
      name,
      middleOf(found[index], ({ p99Ms }) => p99Ms),
      name === 'floor' ? 1 : toFloor(found),
      middleOf(found[index], ({ p50Ms }) => p50Ms),
      middleOf(found[index], ({ worstMs }) => worstMs),
      middleOf(found[index], ({ floodMs }) => floodMs),
      found[index]?.at(-1)?.statuses ?? '',
    ]),
  }
}

function toFloor([latchkey = [], floor = []]: Found<Came>): number {
  return ratioOf(
    latchkey.map(({ p99Ms }) => p99Ms),
    floor.map(({ p99Ms }) => p99Ms),
  )
}
