import { byExtent, size } from '../extent.ts'
import { median } from '../load/figures.ts'
import { type Loader, type Server, startServer } from '../processes.ts'
import type { Goal, Section } from '../report/section.ts'

const frameworks = { Express: 'express', Koa: 'koa' } as const
const sides = ['bare', 'adapter'] as const

type Framework = keyof typeof frameworks
type Side = (typeof sides)[number]

interface Round {
  readonly perSecond: number
  /** Of all the server's threads, in microseconds. */
  readonly cpuUs: number
}

type Pair = Readonly<Record<Side, { readonly server: Server; readonly rounds: Round[] }>>

/** Many short rounds: two servers of one framework differ by little. */
const rounds = byExtent({ full: 20, quick: 3, check: 1 })
const roundSeconds = byExtent({ full: 0.5, quick: 0.3, check: 0.1 })

/** What an adapter costs over a route of its framework that gives the same answer. */
export async function adapters(loader: Loader): Promise<Omit<Section, 'title'>> {
  const found = new Map<Framework, Pair>()
  for (const [name, contestant] of Object.entries(frameworks)) {
    found.set(name as Framework, await measured(loader, contestant))
  }
  const table = {
    caption: `The same answer from a bare route and through the adapter alone, ${size.atOnce} at once; the middle of ${rounds} rounds.`,
    columns: ['', 'requests a second', 'to the bare route', 'server CPU µs a request', 'to the bare route'],
    rows: [...found].flatMap(([name, pair]) =>
      sides.map((side) => [
        side === 'bare' ? `${name}, bare route` : `${name}, adapter`,
        median(pair[side].rounds.map(({ perSecond }) => perSecond)),
        ratio(pair, side, 'perSecond'),
        median(pair[side].rounds.map(({ cpuUs }) => cpuUs)),
        ratio(pair, side, 'cpuUs'),
      ]),
    ),
  }
  const goals = [...found].map(
    ([name, pair]): Goal => ({
      promise: `CPU of a request through the adapter of ${name}, to that of a bare route`,
      found: ratio(pair, 'adapter', 'cpuUs'),
      atMost: 1.15,
    }),
  )
  return { tables: [table], goals }
}

async function measured(loader: Loader, contestant: string): Promise<Pair> {
  const start = (name: string) => startServer('pieces/route.ts', { contestant: name, users: 0 })
  const bare = { server: await start(`${contestant} bare`), rounds: [] }
  const adapter = { server: await start(contestant), rounds: [] }
  const pair: Pair = { bare, adapter }
  try {
    await expectSameAnswers(pair)
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) await turn(loader, pair, round)
  } finally {
    await Promise.all(sides.map((side) => pair[side].server.stop()))
  }
  return pair
}

/** Bare and adapter, or the other way round in every other round. */
async function turn(loader: Loader, pair: Pair, round: number): Promise<void> {
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
    const { server, rounds: kept } = pair[side]
    const { port, login: path } = server.target
    const before = await server.usage()
    const { journeys, perSecond } = await loader.requests({ port, path, atOnce: size.atOnce, seconds: roundSeconds })
    const { cpuMs } = await server.usage()
    if (round > 0) kept.push({ perSecond, cpuUs: ((cpuMs - before.cpuMs) * 1000) / journeys })
  }
}

/** @throws Error where the two do not give the very same answer */
async function expectSameAnswers(pair: Pair): Promise<void> {
  const [bare, adapter] = await Promise.all(sides.map((side) => answerOf(pair[side].server)))
  if (bare !== adapter) throw new Error(`the answers differ:\n${bare}\n${adapter}`)
}

async function answerOf({ target: { port, login } }: Server): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${port}${login}`, { method: 'POST', headers, body: '{}' })
  const told = [...answer.headers].filter(([name]) => name !== 'date')
  return JSON.stringify([answer.status, told, await answer.text()])
}

/** The middle of the ratios to the bare route, each to that of the same turn. */
function ratio(pair: Pair, side: Side, figure: keyof Round): number {
  return median(
    pair[side].rounds.map((round, index) => round[figure] / (pair.bare.rounds[index]?.[figure] ?? Number.NaN)),
  )
}
