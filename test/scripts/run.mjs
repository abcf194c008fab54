// How scripts start other programs: without a package manager, and ending together with them.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** @type {{ packageManager: string, scripts: Record<string, string> }} */
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const path = join(root, 'node_modules', '.bin') + delimiter + process.env['PATH']

/**
 * Runs a command line with the tools of the workspace on its path.
 * @param {string} command
 * @param {{ args?: readonly string[], cwd?: string, env?: Record<string, string>, quiet?: boolean }} [options] `quiet` holds the output back
 * @returns {Promise<{ status: number, output: string }>} the exit status, and the output where it was held back
 */
export function run(command, { args = [], cwd = root, env = {}, quiet = false } = {}) {
  const line = [command, ...args.map(quote)].join(' ')
  const child = spawn(line, {
    cwd,
    shell: true,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path, ...env },
  })
  return finished(child)
}

/**
 * Runs a file with this Node, connected to the terminal.
 * @param {string} file
 * @param {readonly string[]} args
 */
export function runNode(file, args) {
  const child = spawn(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => child.kill(signal))
  return finished(child)
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<{ status: number, output: string }>}
 */
function finished(child) {
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ status: code ?? 1, output }))
  })
}

/** @param {string} text */
function quote(text) {
  return /^[\w@./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
