import { size } from '../extent.ts'
import { median, type Stretch } from '../load/figures.ts'
import type { Loader, Server } from '../processes.ts'

/** A server under load, and what its rounds came to. */
export interface Contestant {
  readonly name: string
  readonly server: Server
  /** Enrolled there. */
  readonly users: number
  readonly atOnce: number
  readonly rounds: Round[]
}

interface Round extends Stretch {
  /** Of all the server's threads, in microseconds. */
  readonly cpuUsPerJourney: number
}

/** Lets the contestants take turns, so that what else the machine does hits all alike; the first turn warms up and is dropped. */
export async function takeTurns(loader: Loader, contestants: readonly Contestant[]): Promise<void> {
  for (let round = 0; round <= size.rounds; round += 1) {
    for (const { server, users, atOnce, rounds } of contestants) {
      // A code is good for one sign-in, so each round has users of its own.
      const share = Math.floor(users / (size.rounds + 1))
      const before = await server.usage()
      const load = { target: server.target, atOnce, seconds: size.roundSeconds, users: share, first: round * share }
      const stretch = await loader.closed(load)
      const { cpuMs } = await server.usage()
      const cpuUsPerJourney = ((cpuMs - before.cpuMs) * 1000) / stretch.journeys
      if (round > 0) rounds.push({ ...stretch, cpuUsPerJourney })
    }
  }
}

/** The middle of a contestant's rounds. */
export function middle({ rounds }: Contestant, figure: (round: Round) => number): number {
  return median(rounds.map(figure))
}

/** The middle of the ratios of two contestants' rounds, each to the one of the same turn. */
export function ratio(of: Contestant, to: Contestant): number {
  return median(of.rounds.map(({ perSecond }, round) => perSecond / (to.rounds[round]?.perSecond ?? Number.NaN)))
}

/** The least and the most journeys a second of the rounds. */
export function spread({ rounds }: Contestant): string {
  const found = rounds.map(({ perSecond }) => perSecond)
  return `${Math.round(Math.min(...found))} to ${Math.round(Math.max(...found))}`
}
