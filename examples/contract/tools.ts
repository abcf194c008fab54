import { spawnSync } from 'node:child_process'

/** Whether a program is on the PATH. If it is not, says loudly what is left out. */
export function hasTool(name: string, whatFor: string): boolean {
  const isThere = spawnSync(name, ['--version'], { stdio: 'ignore' }).error === undefined
  if (!isThere) console.warn(`\nLEFT OUT, as ${name} is not installed: ${whatFor}\n`)
  return isThere
}
