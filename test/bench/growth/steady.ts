import { setTimeout as pause } from 'node:timers/promises'
import { byExtent, extent } from '../extent.ts'
import { median } from '../load/figures.ts'
import { closingAfter } from '../opened.ts'
import { type Loader, type Server, startServer } from '../processes.ts'
import { type Section, shown } from '../report/section.ts'
import type { Memory } from '../target.ts'
import { fill } from './filler.ts'
import { steadySeconds } from './steady-seconds.ts'
import { openSite } from './towns.ts'

const perSecond = extent === 'check' ? 50 : 100
const samples = 30
/** Nobody comes again before there is a new code. */
const users = Math.min(perSecond * steadySeconds, perSecond * 120)
const warmUp = byExtent({ full: 4000, quick: 500, check: 50 })

interface Sample extends Memory {
  readonly atSeconds: number
}

/**
 * A steady load, in which memory must stay flat. The records lie in a file: in the server's memory they would grow with what
 * is remembered of each user for some minutes, and hide what leaks.
 */
export function steady(loader: Loader): Promise<Section> {
  return closingAfter(async (opened) => {
    const { place, filler } = await openSite('SQLite', opened)
    await fill([filler], users + warmUp)
    const server = await startServer('servers/latchkey.ts', { contestant: 'express', users: users + warmUp, place })
    opened(server.stop)
    const { target } = server
    await loader.closed({ target, atOnce: 16, seconds: 60, users: warmUp, first: users })
    const load = loader.steady({ target, perSecond, seconds: steadySeconds, users, first: 0 })
    const [stretch, sampled] = await Promise.all([load, watch(server)])
    // The first half is still for warming up.
    const settled = sampled.slice(sampled.length / 2)
    const heap = grown(settled, ({ heapBytes }) => heapBytes)
    const resident = grown(settled, ({ residentBytes }) => residentBytes)
    const caption = `Latchkey on Express over a SQLite file, ${perSecond} journeys a second for ${steadySeconds} s (${stretch.journeys} in all), its memory after a garbage collection looked at ${samples} times. What has grown is of the second half.`
    const columns = ['', 'MiB in the middle', 'MiB at the end', 'end to middle', 'slope, KiB a minute']
    const rows = [
      ['heap', ...cellsOf(heap)],
      ['resident', ...cellsOf(resident)],
    ]
    const goals = [
      { promise: 'heap at the end of a steady load to that in its middle', found: heap.ratio, atMost: 1.05 },
    ]
    return { title: 'Steady load', tables: [{ caption, columns, rows }], goals }
  })
}

async function watch(server: Server): Promise<readonly Sample[]> {
  const startedAt = performance.now()
  const found: Sample[] = []
  for (let sample = 1; sample <= samples; sample += 1) {
    await pause(startedAt + (sample * steadySeconds * 1000) / samples - performance.now())
    found.push({ ...(await server.memory()), atSeconds: (performance.now() - startedAt) / 1000 })
  }
  return found
}

interface Grown {
  readonly from: number
  readonly to: number
  readonly ratio: number
  readonly perSecond: number
}

/** How a figure has moved: the middle of its first third, that of its last third, and the slope of the line through all. */
function grown(settled: readonly Sample[], figure: (sample: Sample) => number): Grown {
  const third = Math.floor(settled.length / 3)
  const from = median(settled.slice(0, third).map(figure))
  const to = median(settled.slice(-third).map(figure))
  const points = settled.map((sample) => [sample.atSeconds, figure(sample)] as const)
  return { from, to, ratio: to / from, perSecond: slopeOf(points) }
}

/** Of the straight line with the least squares. */
function slopeOf(points: readonly (readonly [x: number, y: number])[]): number {
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const across = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return across / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

function cellsOf({ from, to, ratio, perSecond: slope }: Grown) {
  // A slope may be none, or downwards.
  return [from / 2 ** 20, to / 2 ** 20, ratio, shown((slope * 60) / 1024)]
}
