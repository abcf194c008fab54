import { byExtent } from '../extent.ts'
import type { Stretch } from '../load/figures.ts'
import { warmedUp } from '../load/warm.ts'
import { closingAfter } from '../opened.ts'
import { type Loader, startServer } from '../processes.ts'
import type { Section } from '../report/section.ts'
import { type Found, inTurns, middleOf, ratioOf } from '../turns.ts'

const levels: readonly number[] = byExtent({ full: [1, 10, 100, 1000], quick: [1, 100], check: [1, 100] })
const { rounds, seconds, journeys } = byExtent({
  full: { rounds: 3, seconds: 1, journeys: 5000 },
  quick: { rounds: 1, seconds: 0.5, journeys: 1000 },
  check: { rounds: 1, seconds: 0.1, journeys: 200 },
})
const contestants = { 'Latchkey on Express': ['latchkey', 'express'], floor: ['floor', 'floor'] } as const

/** One journey under way, and up to a thousand: Latchkey on Express beside the floor. */
export function atOnce(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    // A code is good for one sign-in, so each turn has users of its own.
    const users = journeys * levels.length * (rounds + 1)
    const turns = await Promise.all(
      Object.entries(contestants).map(async ([name, [file, contestant]]) => {
        const server = await startServer(`servers/${file}.ts`, { contestant, users })
        opened(server.stop)
        return levels.map((level, index) => ({ name, level, index, target: server.target }))
      }),
    )
    // The two take turns at each level.
    const all = levels.flatMap((_, level) => turns.flatMap((own) => own[level] ?? []))
    const found = await inTurns(all, rounds, async ({ target, level, index }, round) => {
      const first = (round * levels.length + index) * journeys
      return loader.closed(await warmedUp(loader, { target, atOnce: level, seconds, users: journeys, first }))
    })
    return { title: 'At once', tables: [tableOf(all, found)], goals: [] }
  })
}

function tableOf(all: readonly { readonly name: string; readonly level: number }[], found: Found<Stretch>) {
  return {
    caption: `Journeys under way at once, each on its own connection, opened before; the middle of ${rounds} rounds.`,
    columns: ['at once', '', 'journeys a second', 'to the floor', 'p50 ms', 'p99 ms'],
    rows: all.map(({ name, level }, index) => [
      level,
      name,
      middleOf(found[index], ({ perSecond }) => perSecond),
      ratioOf(speeds(found[index]), speeds(found[all.findIndex((one) => one.level === level && one.name === 'floor')])),
      middleOf(found[index], ({ p50Ms }) => p50Ms),
      middleOf(found[index], ({ p99Ms }) => p99Ms),
    ]),
  }
}

function speeds(rounds: readonly Stretch[] = []): readonly number[] {
  return rounds.map(({ perSecond }) => perSecond)
}
