import { stat } from 'node:fs/promises'
import { systemCode } from './file-faults.ts'
import { isOwnerGone, type Mark } from './file-marks.ts'

/** A mark that was not touched for this long is stale … */
const staleMs = 30_000
/** … if it was not touched either while somebody watched it. On a machine that slept, all marks are old. */
const watchMs = 5000

/** Tells marks of processes at work from what others left behind. */
export interface Watch {
  /** @param waitedMs - How long the watcher has chosen to wait so far */
  isStale(mark: Mark, waitedMs: number): Promise<boolean>
}

export function createWatch(now: () => number): Watch {
  const seen = new Map<string, { readonly mtimeMs: number; readonly sinceMs: number }>()
  return Object.freeze<Watch>({
    async isStale(mark, waitedMs) {
      if (isOwnerGone(mark)) return true
      const mtimeMs = await touchedAt(mark.path)
      if (mtimeMs === null) return true
      // In both directions, since the clocks of other machines may be ahead.
      if (Math.abs(now() - mtimeMs) <= staleMs) return false
      const before = seen.get(mark.path)
      if (before?.mtimeMs === mtimeMs) return waitedMs - before.sinceMs >= watchMs
      seen.set(mark.path, { mtimeMs, sinceMs: waitedMs })
      return false
    },
  })
}

async function touchedAt(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mtimeMs
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    throw error
  }
}
