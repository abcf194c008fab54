// What is said about a service that is there, or missing.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findPrograms, nameOfPrograms, requirements, searchedFolders, serviceNames } from './programs.mjs'

/** @typedef {import('./programs.mjs').ServiceName} ServiceName */
/** @typedef {import('./programs.mjs').Manager} Manager */

/** @typedef {{ readonly env?: NodeJS.ProcessEnv, readonly folders?: readonly string[] }} Where */

const commands = /** @type {const} */ ({
  'apt-get': 'sudo apt-get install',
  dnf: 'sudo dnf install',
  brew: 'brew install',
})

/**
 * The addresses that stand in for a shared server, or null.
 * @param {ServiceName} name
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {readonly [string, ...string[]] | null}
 */
export function standIn(name, env = process.env) {
  const [first, ...rest] = (env[requirements[name].variable ?? ''] ?? '').split(',').filter((url) => url !== '')
  return first === undefined ? null : [first, ...rest]
}

/**
 * Why a service's tests cannot run; null where they can.
 * @param {ServiceName} name
 * @param {Where} [where]
 * @returns {string | null}
 * @throws {Error} where it is missing and `CI` is set, as nothing may be left out there
 */
export function whyUnavailable(name, { env = process.env, folders = searchedFolders() } = {}) {
  if (standIn(name, env) !== null || findPrograms(name, folders) !== null) return null
  const reason = `no ${nameOfPrograms(name)} on this machine`
  if (isTrue(env['CI'])) throw new Error(`There is ${reason}, and with CI set its tests may not be left out.`)
  return reason
}

/**
 * A text on all services, for people, and which are missing.
 * @param {Where} [where]
 * @returns {{ readonly text: string, readonly missing: readonly ServiceName[] }}
 */
export function reportServices({ env = process.env, folders = searchedFolders() } = {}) {
  const missing = serviceNames.filter((name) => standIn(name, env) === null && findPrograms(name, folders) === null)
  return { text: serviceNames.map((name) => `${describe(name, env, folders)}\n`).join('\n'), missing }
}

/**
 * @param {ServiceName} name
 * @param {NodeJS.ProcessEnv} env
 * @param {readonly string[]} folders
 */
function describe(name, env, folders) {
  const { title, variable, example } = requirements[name]
  const found = findPrograms(name, folders)
  const address = standIn(name, env)
  const lines =
    found === null ? [`missing: ${nameOfPrograms(name)}`, ...howToInstall(name, folders)] : foundAt(found.server)
  const instead =
    address === null
      ? `${variable}=${example} would let a server of yours stand in.`
      : `${variable} is set: ${address.length} address(es) of yours stand in.`
  if (variable !== undefined) lines.push(instead)
  return [title, ...lines.map((line) => `  ${line}`)].join('\n')
}

/** @param {string} path */
function foundAt(path) {
  const version = execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  return [`found: ${path}`, version.replace(`${path} `, '').trim()]
}

/**
 * @param {ServiceName} name
 * @param {readonly string[]} folders
 */
function howToInstall(name, folders) {
  const managers = /** @type {Manager[]} */ (Object.keys(commands))
  const here = managers.filter((manager) => folders.some((folder) => existsSync(join(folder, manager))))
  return (here.length > 0 ? here : managers).map(
    (manager) => `to install: ${commands[manager]} ${requirements[name].packages[manager]}`,
  )
}

/** @param {string | undefined} value */
function isTrue(value) {
  return value === 'true' || value === '1'
}
