import { byExtent, size } from '../extent.ts'
import { closingAfter } from '../opened.ts'
import { type Loader, type Server, startServer } from '../processes.ts'
import type { Goal, Section } from '../report/section.ts'
import { inTurns, middleOf, ratioOf } from '../turns.ts'

const frameworks = { Express: 'express', Koa: 'koa' }

interface Round {
  readonly perSecond: number
  /** Of all the server's threads, in microseconds. */
  readonly cpuUs: number
}

/** The rounds of a framework's bare route, and of the adapter. */
interface Pair {
  readonly bare: readonly Round[]
  readonly adapter: readonly Round[]
}

/** Many short rounds: two servers of one framework differ by little. */
const rounds = byExtent({ full: 20, quick: 3, check: 1 })
const roundSeconds = byExtent({ full: 0.5, quick: 0.3, check: 0.1 })

/** What an adapter costs over a route of its framework that gives the same answer. */
export async function adapters(loader: Loader): Promise<Omit<Section, 'title'>> {
  const found = new Map<string, Pair>()
  for (const [name, contestant] of Object.entries(frameworks)) found.set(name, await measured(loader, contestant))
  const table = {
    caption: `The same answer from a bare route and through the adapter alone, ${size.atOnce} at once; the middle of ${rounds} rounds.`,
    columns: ['', 'requests a second', 'to the bare route', 'server CPU µs a request', 'to the bare route'],
    rows: [...found].flatMap(([name, { bare, adapter }]) => [
      [`${name}, bare route`, ...cellsOf(bare, bare)],
      [`${name}, adapter`, ...cellsOf(adapter, bare)],
    ]),
  }
  const goals = [...found].map(
    ([name, { bare, adapter }]): Goal => ({
      promise: `CPU of a request through the adapter of ${name}, to that of a bare route`,
      found: ratioOf(adapter.map(cpu), bare.map(cpu)),
      atMost: 1.15,
    }),
  )
  return { tables: [table], goals }
}

const speed = ({ perSecond }: Round): number => perSecond
const cpu = ({ cpuUs }: Round): number => cpuUs

function cellsOf(own: readonly Round[], bare: readonly Round[]): readonly number[] {
  return [speed, cpu].flatMap((figure) => [middleOf(own, figure), ratioOf(own.map(figure), bare.map(figure))])
}

function measured(loader: Loader, contestant: string): Promise<Pair> {
  return closingAfter(async (opened) => {
    const servers: Server[] = []
    for (const name of [`${contestant} bare`, contestant]) {
      const server = await startServer('pieces/route.ts', { contestant: name, users: 0 })
      opened(server.stop)
      servers.push(server)
    }
    await expectSameAnswers(servers)
    const [bare = [], adapter = []] = await inTurns(servers, rounds, (server) => requestsOf(loader, server))
    return { bare, adapter }
  })
}

async function requestsOf(loader: Loader, server: Server): Promise<Round> {
  const { port, login: path } = server.target
  const before = await server.cpuMs()
  const { journeys, perSecond } = await loader.requests({ port, path, atOnce: size.atOnce, seconds: roundSeconds })
  return { perSecond, cpuUs: (((await server.cpuMs()) - before) * 1000) / journeys }
}

/** @throws Error where they do not give the very same answer */
async function expectSameAnswers(servers: readonly Server[]): Promise<void> {
  const answers = await Promise.all(servers.map(answerOf))
  if (new Set(answers).size > 1) throw new Error(`the answers differ:\n${answers.join('\n')}`)
}

async function answerOf({ target: { port, login } }: Server): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`http://127.0.0.1:${port}${login}`, { method: 'POST', headers, body: '{}' })
  const told = [...answer.headers].filter(([name]) => name !== 'date')
  return JSON.stringify([answer.status, told, await answer.text()])
}
