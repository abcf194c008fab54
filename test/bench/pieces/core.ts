import { join } from 'node:path'
import { forkEntry } from '../../processes/fork.ts'
import { byExtent } from '../extent.ts'
import { median } from '../load/figures.ts'
import { type Cell, type Goal, type Section, shown, type Table } from '../report/section.ts'
import type { Spent } from './batch.ts'
import type { Batch, Dissected } from './core-work.ts'

/** Small batches in many rounds, so that what else the machine does hits the whole and its parts alike. */
const size = byExtent({
  full: { rounds: 15, warmUp: 5, batch: 200 },
  quick: { rounds: 3, warmUp: 1, batch: 100 },
  check: { rounds: 1, warmUp: 0, batch: 10 },
})
/** One alone, and as many as a server under load has under way. */
const manners = [1, 32] as const

type Manner = (typeof manners)[number]
const operations = {
  verify: 'verify',
  challenge: 'challenge',
  answered: 'login that brings its code, so that there is no token',
}

type Operation = keyof typeof operations

interface Rounds {
  readonly dissected: Readonly<Record<Manner, readonly Readonly<Record<Operation, Dissected>>[]>>
  readonly others: readonly Readonly<Record<string, Spent>>[]
}

/** The core's operations without HTTP, and what of their time its unavoidable parts take. */
export async function core(): Promise<Omit<Section, 'title'>> {
  const found = await measure()
  const names = Object.keys(operations) as readonly Operation[]
  const tables = [...names.map((name) => dissection(name, found)), otherTable(found)]
  const promise = 'at the core, 32 at once, to the sum of its unavoidable parts'
  const goals = [
    goalOf(`a verify ${promise}`, found, 'verify'),
    goalOf(`a login that brings its code, ${promise}`, found, 'answered'),
  ]
  return { tables, goals }
}

async function measure(): Promise<Rounds> {
  const all = size.rounds + size.warmUp
  const args = [JSON.stringify({ users: 2 * all * size.batch * manners.length })]
  const how = { args, env: { NODE_ENV: 'production' }, built: true }
  const work = await forkEntry(join(import.meta.dirname, 'core-work.ts'), how)
  const found = { dissected: { 1: [] as Record<Operation, Dissected>[], 32: [] as Record<Operation, Dissected>[] } }
  const others: Record<string, Spent>[] = []
  try {
    let first = 0
    for (let round = 0; round < all; round += 1) {
      for (const atOnce of manners) {
        const batch: Batch = { first, count: size.batch, atOnce }
        found.dissected[atOnce].push((await work.tell('signIns', batch)) as Record<Operation, Dissected>)
        first += size.batch
      }
      const few: Batch = { first: 0, count: Math.ceil(size.batch / 50), atOnce: 1 }
      others.push((await work.tell('others', few)) as Record<string, Spent>)
    }
  } finally {
    await work.kill()
  }
  const warm = <T>(rounds: readonly T[]): readonly T[] => rounds.slice(size.warmUp)
  return { dissected: { 1: warm(found.dissected[1]), 32: warm(found.dissected[32]) }, others: warm(others) }
}

function dissection(name: Operation, { dissected }: Rounds): Table {
  const columns = manners.map((atOnce) => dissected[atOnce].map((round) => round[name]))
  const rowOf = (title: string, figure: (round: Dissected, kind: keyof Spent) => number): readonly Cell[] => [
    title,
    ...columns.flatMap((rounds) =>
      (['wallUs', 'cpuUs'] as const).map((kind) => cellOf(median(rounds.map((round) => figure(round, kind))))),
    ),
  ]
  const parts = Object.keys(columns[0]?.[0]?.parts ?? {})
  return {
    caption: `A ${operations[name]}, at the core, memory storage, in microseconds; the middle of ${size.rounds} rounds of ${size.batch}, each of another user. The parts are timed in their own loops, and once by hand in one go.`,
    columns: ['', ...manners.flatMap((atOnce) => [`${atOnce} at once`, 'of all threads'])],
    rows: [
      rowOf('whole', ({ whole }, kind) => whole[kind]),
      ...parts.map((part) => rowOf(part, (round, kind) => round.parts[part]?.[kind] ?? Number.NaN)),
      rowOf('sum of the parts', sumOf),
      rowOf('all else', (round, kind) => round.whole[kind] - sumOf(round, kind)),
      rowOf('whole to sum', (round, kind) => round.whole[kind] / sumOf(round, kind)),
      rowOf('the parts in one go', ({ inOneGo }, kind) => inOneGo[kind]),
      rowOf('whole to that', ({ whole, inOneGo }, kind) => whole[kind] / inOneGo[kind]),
    ],
  }
}

function sumOf({ parts }: Dissected, kind: keyof Spent): number {
  return Object.values(parts).reduce((sum, part) => sum + part[kind], 0)
}

/** A difference may come out as nothing, or less: then it is told, but is no figure. */
function cellOf(figure: number): Cell {
  return figure > 0 ? figure : shown(figure)
}

function otherTable({ others }: Rounds): Table {
  const titles = Object.keys(others[0] ?? {})
  const middle = (title: string, kind: keyof Spent) =>
    cellOf(median(others.map((round) => round[title]?.[kind] ?? Number.NaN)))
  return {
    caption: 'What is done more seldom, one after the other, in microseconds.',
    columns: ['', 'one at a time', 'of all threads'],
    rows: titles.map((title) => [title, middle(title, 'wallUs'), middle(title, 'cpuUs')]),
  }
}

function goalOf(promise: string, { dissected }: Rounds, name: Operation): Goal {
  const ratios = dissected[32].map((round) => round[name].whole.wallUs / sumOf(round[name], 'wallUs'))
  return { promise, found: median(ratios), atMost: 1.2 }
}
