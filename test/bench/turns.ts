import { median } from './load/figures.ts'

/** What came of each one's rounds. */
export type Found<R> = readonly (readonly R[])[]

/**
 * Lets all act once a round, so that what else the machine does hits all alike; who begins changes by the round. The first
 * round warms up and is dropped.
 */
export async function inTurns<T, R>(
  all: readonly T[],
  rounds: number,
  act: (one: T, round: number) => Promise<R>,
): Promise<Found<R>> {
  const found = all.map((): R[] => [])
  for (let round = 0; round <= rounds; round += 1) {
    for (let turn = 0; turn < all.length; turn += 1) {
      const index = (turn + round) % all.length
      const result = await act(all[index] as T, round)
      if (round > 0) found[index]?.push(result)
    }
  }
  return found
}

/** The middle of somebody's rounds. */
export function middleOf<R>(rounds: readonly R[] = [], figure: (round: R) => number): number {
  return median(rounds.map(figure))
}

/** The middle of the ratios of two figures of the same round. */
export function ratioOf(of: readonly number[], to: readonly number[]): number {
  return median(of.map((figure, round) => figure / (to[round] ?? Number.NaN)))
}
