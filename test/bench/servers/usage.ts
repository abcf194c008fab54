import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Usage } from '../target.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What this process has used so far. */
export function usage(): Usage {
  const { user, system } = process.cpuUsage()
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  return { cpuMs: (user + system) / 1000, heapBytes: heapUsed, residentBytes: rss }
}
