/** How much is measured: all that the figures of the docs come from, enough to see a change, or just that it works. */
type Extent = 'full' | 'quick' | 'check'

/** Set by `npm run bench`; every other run of the tests only checks that the benchmark works. */
export const extent = (process.env['LATCHKEY_BENCH'] ?? 'check') as Extent

const sizes = {
  full: { users: 15_000, rounds: 5, roundSeconds: 2, atOnce: 32 },
  quick: { users: 1500, rounds: 2, roundSeconds: 0.3, atOnce: 32 },
  check: { users: 200, rounds: 1, roundSeconds: 0.1, atOnce: 4 },
} as const satisfies Record<Extent, unknown>

/** What every section takes from it. */
export const size: Size = byExtent<Size>(sizes)

/** Enrolled users, rounds in which contestants take turns, how long each turn is, and journeys under way at once. */
export interface Size {
  readonly users: number
  readonly rounds: number
  readonly roundSeconds: number
  readonly atOnce: number
}

/** One of three, by the extent. */
export function byExtent<T>(values: Readonly<Record<Extent, T>>): T {
  return values[extent]
}
