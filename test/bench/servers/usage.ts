import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Usage } from '../target.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

// What is asked for here is no part of the load.
let collectingMs = 0

/** What this process has used so far. */
export function usage(): Usage {
  const cpuMs = cpuMsOfAll()
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  const loadMs = cpuMs - collectingMs
  collectingMs += cpuMsOfAll() - cpuMs
  return { cpuMs: loadMs, heapBytes: heapUsed, residentBytes: rss }
}

function cpuMsOfAll(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
