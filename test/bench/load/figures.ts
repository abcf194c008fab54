/** What came of a stretch of load. Times in milliseconds. */
export interface Stretch {
  readonly journeys: number
  readonly seconds: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly worstMs: number
  /** The first refusals and faults, in words; load with any is no figure. */
  readonly faults: readonly string[]
}

export function stretchOf(times: readonly number[], seconds: number, faults: readonly string[]): Stretch {
  const sorted = times.toSorted((one, other) => one - other)
  return {
    journeys: times.length,
    seconds,
    perSecond: times.length / seconds,
    p50Ms: percentile(sorted, 50),
    p99Ms: percentile(sorted, 99),
    worstMs: sorted.at(-1) ?? Number.NaN,
    faults: faults.slice(0, 5),
  }
}

/** The nearest rank of sorted figures. */
export function percentile(sorted: readonly number[], at: number): number {
  return sorted[Math.max(0, Math.ceil((at / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** The middle of figures in any order. */
export function median(figures: readonly number[]): number {
  return percentile(
    figures.toSorted((one, other) => one - other),
    50,
  )
}
