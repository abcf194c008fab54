import { size } from '../extent.ts'
import type { Stretch } from '../load/figures.ts'
import { warmedUp } from '../load/warm.ts'
import type { Loader, Server } from '../processes.ts'
import { inTurns, middleOf, ratioOf } from '../turns.ts'

/** A server under load. */
export interface Contestant {
  readonly name: string
  readonly server: Server
  /** Enrolled there. */
  readonly users: number
  readonly atOnce: number
}

/** A contestant, and what its rounds came to. */
export interface Measured extends Contestant {
  readonly rounds: readonly Round[]
}

interface Round extends Stretch {
  /** Of all the server's threads, in microseconds. */
  readonly cpuUsPerJourney: number
}

/** Lets the contestants take turns. */
export async function takeTurns(loader: Loader, contestants: readonly Contestant[]): Promise<readonly Measured[]> {
  const found = await inTurns(contestants, size.rounds, async ({ server, users, atOnce }, round): Promise<Round> => {
    // A code is good for one sign-in, so each round has users of its own.
    const share = Math.floor(users / (size.rounds + 1))
    const turn = { target: server.target, atOnce, seconds: size.roundSeconds, users: share, first: round * share }
    const rest = await warmedUp(loader, turn)
    const before = await server.cpuMs()
    const stretch = await loader.closed(rest)
    return { ...stretch, cpuUsPerJourney: (((await server.cpuMs()) - before) * 1000) / stretch.journeys }
  })
  return contestants.map((contestant, index) => ({ ...contestant, rounds: found[index] ?? [] }))
}

/** The middle of a contestant's rounds. */
export function middle({ rounds }: Measured, figure: (round: Round) => number): number {
  return middleOf(rounds, figure)
}

/** The middle of the ratios of two contestants' rounds. */
export function ratio(of: Measured, to: Measured): number {
  return ratioOf(speeds(of), speeds(to))
}

/** The least and the most journeys a second of the rounds. */
export function spread(one: Measured): string {
  return `${Math.round(Math.min(...speeds(one)))} to ${Math.round(Math.max(...speeds(one)))}`
}

function speeds({ rounds }: Measured): readonly number[] {
  return rounds.map(({ perSecond }) => perSecond)
}
