import type { ClockReading } from '../client.ts'
import { ClientError } from '../errors.ts'

/** The server's clock, as the headers `Date` show it (RFC 9110 section 6.6.1). */
export interface ServerClock {
  /** Learns from an answer: its `Date`, and this machine's time in milliseconds at the request and at the answer. */
  readonly learn: (date: string | null, sentMs: number, cameMs: number) => void
  readonly reading: () => ClockReading | null
  /**
   * The server's time in milliseconds, and how far it may be off in either direction.
   *
   * @throws ClientError `clock_skew`
   */
  readonly now: () => { readonly nowMs: number; readonly precisionMs: number }
}

interface Bounds {
  /** The server is ahead of this machine by at least and at most this many milliseconds. */
  readonly least: number
  readonly most: number
}

/** `Date` has whole seconds, rounded down. */
const granularityMs = 1000

export function createServerClock({ now, maxSkewMs }: { now: () => number; maxSkewMs: number }): ServerClock {
  let bounds: Bounds | null = null
  return {
    learn(date, sentMs, cameMs) {
      const ms = Date.parse(date ?? '')
      if (!Number.isNaN(ms) && cameMs >= sentMs) bounds = narrow(bounds, ms - cameMs, ms + granularityMs - sentMs)
    },
    reading() {
      if (bounds === null) return null
      const { least, most } = bounds
      return { offsetSeconds: (least + most) / 2000, precisionSeconds: (most - least) / 2000 }
    },
    now() {
      const { least, most } = bounds ?? { least: 0, most: 0 }
      // A server that says it is another day would collect codes of that day.
      const offset = (least + most) / 2
      if (Math.abs(offset) > maxSkewMs) throw skewError(offset)
      return { nowMs: now() + offset, precisionMs: (most - least) / 2 }
    },
  }
}

/** What both bounds agree on. If they disagree, one of the clocks was set, and the newer bounds count. */
function narrow(old: Bounds | null, least: number, most: number): Bounds {
  if (old === null || least > old.most || most < old.least) return { least, most }
  return { least: Math.max(least, old.least), most: Math.min(most, old.most) }
}

function skewError(offsetMs: number): ClientError {
  const seconds = Math.round(Math.abs(offsetMs) / 1000)
  const detail = `the server's clock is ${seconds} s ${offsetMs > 0 ? 'ahead of' : 'behind'} this one's: set the wrong one right`
  return new ClientError('clock_skew', { detail })
}
