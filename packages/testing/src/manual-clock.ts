/** A clock that stands still until a test moves it. */
export interface ManualClock {
  /** Returns milliseconds since 1970. Pass it as the option `now`. */
  readonly now: () => number
  /** Moves the clock on by so many seconds (back, if negative) and returns the new time in milliseconds. */
  readonly advance: (seconds: number) => number
  /** Sets the time, in milliseconds since 1970. */
  readonly set: (ms: number) => void
}

/** 2026-01-01T00:00:00Z, the start of a 30 s time step. */
const defaultStartMs = 1_767_225_600_000

/**
 * Makes a clock for the option `now`, so that no test sleeps.
 *
 * @param startMs - Milliseconds since 1970. @defaultValue 2026-01-01T00:00:00Z
 */
export function manualClock(startMs: number = defaultStartMs): ManualClock {
  let nowMs = startMs
  return Object.freeze<ManualClock>({
    now: () => nowMs,
    advance(seconds) {
      nowMs += seconds * 1000
      return nowMs
    },
    set(ms) {
      nowMs = ms
    },
  })
}
