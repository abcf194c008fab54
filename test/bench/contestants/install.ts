import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withLock } from '../../../packages/client/src/node/file-lock.ts'
import { manifest, run } from '../../scripts/run.mjs'

const folder = import.meta.dirname
const stamp = join(folder, 'node_modules', '.latchkey-installed')
const longestInstallSeconds = 300

/**
 * Installs what the contestants need into their folder, as its lockfile says, unless it is there. No package's script runs.
 *
 * @returns the folder
 * @throws Error where it fails
 */
export async function installContestants(): Promise<string> {
  // Test files run in processes of their own, and two package managers in one folder break it.
  await withLock(join(folder, 'package.json'), install, { timeoutSeconds: longestInstallSeconds })
  return folder
}

async function install(): Promise<void> {
  const wanted = createHash('sha256')
    .update(readFileSync(join(folder, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const args = ['install', '--ignore-workspace', '--frozen-lockfile', '--ignore-scripts']
  const options = { args, cwd: folder, env: { CI: 'true' }, quiet: true }
  const { status, output } = await run(`npx --yes ${manifest.packageManager}`, options)
  if (status !== 0) throw new Error(`the contestants were not installed: ${output}`)
  writeFileSync(stamp, wanted)
}
