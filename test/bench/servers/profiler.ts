import { existsSync, readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { SelfTime } from '../target.ts'

// Often enough for a stretch of a second, seldom enough that what is looked at is not the looking.
const intervalUs = 250

type Frame = Profiler.ProfileNode['callFrame']

let session: Session | undefined

/** Begins to note where the main thread of this process is. */
export async function profile(): Promise<void> {
  session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: intervalUs })
  await session.post('Profiler.start')
}

/** Ends it, and tells how long the thread was in each file's own lines, or in what of the engine they called. */
export async function profiled(): Promise<readonly SelfTime[]> {
  if (session === undefined) throw new Error('nothing is being profiled')
  const {
    profile: { nodes, samples = [], timeDeltas = [] },
  } = await session.post('Profiler.stop')
  session.disconnect()
  const places = placesOf(nodes)
  const times = new Map<string, number>()
  for (const [index, id] of samples.entries()) {
    const place = places.get(id) ?? ''
    // Of samples that the engine took out of turn the delta is below zero.
    times.set(place, (times.get(place) ?? 0) + Math.max(0, timeDeltas[index] ?? 0))
  }
  return [...times].map(([place, us]) => ({ place, us }))
}

/** The source file of each node, or that of its caller where it has none; or the engine's word in brackets: `(idle)`. */
function placesOf(nodes: readonly Profiler.ProfileNode[]): ReadonlyMap<number, string> {
  const places = new Map<number, string>()
  const maps = new Map<string, SourceMap | null>()
  // Parents come before their children.
  for (const { id, callFrame, children = [] } of nodes) {
    const { url, functionName } = callFrame
    const own = url === '' && functionName.startsWith('(') ? functionName : sourceOf(callFrame, maps)
    places.set(id, own || (places.get(id) ?? ''))
    for (const child of children) places.set(child, places.get(id) ?? '')
  }
  return places
}

/** The file that a function was written in: what is built of several tells by its map. */
function sourceOf({ url, lineNumber, columnNumber }: Frame, maps: Map<string, SourceMap | null>): string {
  if (!maps.has(url)) maps.set(url, mapOf(url))
  const entry = maps.get(url)?.findEntry(lineNumber, columnNumber)
  return entry !== undefined && 'originalSource' in entry ? new URL(entry.originalSource, url).href : url
}

function mapOf(url: string): SourceMap | null {
  const path = url.startsWith('file:') ? `${fileURLToPath(url)}.map` : ''
  return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : null
}
