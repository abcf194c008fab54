import { warmedUp } from '../load/warm.ts'
import type { Opened } from '../opened.ts'
import { type Loader, startServer } from '../processes.ts'
import type { Table } from '../report/section.ts'
import type { ServerSettings } from '../target.ts'
import { inTurns, middleOf, ratioOf } from '../turns.ts'

/** A Latchkey on Express, and what is particular about it. */
export interface Enrollee {
  readonly name: string
  readonly settings: Pick<ServerSettings, 'place' | 'holding'>
}

interface Load {
  readonly users: number
  readonly rounds: number
  readonly seconds: number
  readonly atOnce: number
  readonly opened: Opened
}

/** Lets them sign people in by turns, and compares each with the first. */
export async function compared(
  loader: Loader,
  enrollees: readonly Enrollee[],
  { users, rounds, seconds, atOnce, opened }: Load,
): Promise<Omit<Table, 'caption'>> {
  const servers = await Promise.all(
    enrollees.map(async ({ settings }) => {
      const server = await startServer('servers/latchkey.ts', { contestant: 'express', users, ...settings })
      opened(server.stop)
      return server
    }),
  )
  // A code is good for one sign-in, so each round has users of its own.
  const share = Math.floor(users / (rounds + 1))
  const found = await inTurns(servers, rounds, async ({ target }, round) =>
    loader.closed(await warmedUp(loader, { target, atOnce, seconds, users: share, first: round * share })),
  )
  const speeds = found.map((own) => own.map(({ perSecond }) => perSecond))
  const [first = [], reference] = [speeds[0], enrollees[0]?.name ?? '']
  return {
    columns: ['', 'journeys a second', `to ${reference}`, 'p50 ms', 'p99 ms'],
    rows: enrollees.map(({ name }, index) => [
      name,
      middleOf(found[index], ({ perSecond }) => perSecond),
      ratioOf(speeds[index] ?? [], first),
      middleOf(found[index], ({ p50Ms }) => p50Ms),
      middleOf(found[index], ({ p99Ms }) => p99Ms),
    ]),
  }
}
