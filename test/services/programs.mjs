// Which programs the real servers of the tests need, where they are looked for, and how they are installed.
// Plain JavaScript, as `npm run services` runs on the oldest Node we support, which reads no types.
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** @typedef {'postgres' | 'mariadb' | 'redis' | 'redis-cluster' | 'pgbouncer'} ServiceName */

/**
 * @typedef {object} Requirement
 * @property {string} title
 * @property {readonly (readonly [string, ...string[]])[]} programs sets of programs: one of the sets is enough, the server first in each
 * @property {string} [variable] the environment variable whose address stands in for the shared server, if one can
 * @property {string} [example] a value of it
 * @property {Record<Manager, string>} packages
 */

/** @typedef {'apt-get' | 'dnf' | 'brew'} Manager */

const redis = /** @type {const} */ ({
  programs: [['redis-server'], ['valkey-server']],
  packages: { 'apt-get': 'redis-server', dnf: 'valkey', brew: 'redis' },
})

/** @type {Readonly<Record<ServiceName, Requirement>>} */
export const requirements = Object.freeze({
  postgres: {
    title: 'PostgreSQL',
    programs: [['postgres', 'initdb']],
    variable: 'LATCHKEY_POSTGRES_URL',
    example: 'postgres://user:password@127.0.0.1:5432/latchkey',
    packages: { 'apt-get': 'postgresql', dnf: 'postgresql-server', brew: 'postgresql@17' },
  },
  mariadb: {
    title: 'MariaDB or MySQL',
    programs: [['mariadbd', 'mariadb-install-db'], ['mysqld']],
    variable: 'LATCHKEY_MYSQL_URL',
    example: 'mysql://user:password@127.0.0.1:3306/latchkey',
    packages: { 'apt-get': 'mariadb-server', dnf: 'mariadb-server', brew: 'mariadb' },
  },
  redis: {
    title: 'Redis or Valkey',
    ...redis,
    variable: 'LATCHKEY_REDIS_URL',
    example: 'redis://127.0.0.1:6379',
  },
  'redis-cluster': {
    title: 'Redis or Valkey, as a cluster',
    ...redis,
    variable: 'LATCHKEY_REDIS_CLUSTER_URLS',
    example: 'redis://127.0.0.1:7000,redis://127.0.0.1:7001',
  },
  pgbouncer: {
    title: 'PgBouncer',
    programs: [['pgbouncer']],
    packages: { 'apt-get': 'pgbouncer', dnf: 'pgbouncer', brew: 'pgbouncer' },
  },
})

export const serviceNames = /** @type {readonly ServiceName[]} */ (Object.keys(requirements))

// Servers are rarely on the path: Debian, PGDG on Fedora and RHEL, Fedora's MariaDB, Homebrew on both kinds of Mac, MySQL's own.
const beyondPath = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/*/bin',
  '/usr/local/opt/*/bin',
  '/usr/local/mysql/bin',
]

/** The folders that are searched, in order. */
export function searchedFolders() {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...path, ...beyondPath.flatMap(expand)]
}

/**
 * The paths of a service's programs, by name, or null where no set of them is complete.
 * @param {ServiceName} name
 * @param {readonly string[]} [folders]
 * @returns {{ readonly server: string, readonly others: readonly string[] } | null}
 */
export function findPrograms(name, folders = searchedFolders()) {
  for (const [server, ...others] of requirements[name].programs) {
    const folder = folders.find((candidate) => isProgram(join(candidate, server)))
    if (folder === undefined) continue
    // What is beside the server fits its version.
    const nearFirst = [folder, ...folders]
    const paths = others.map((other) => nearFirst.map((near) => join(near, other)).find(isProgram))
    if (paths.every((path) => path !== undefined)) return { server: join(folder, server), others: paths }
  }
  return null
}

/**
 * The same, where they have to be there.
 * @param {ServiceName} name
 * @throws {Error} where they are not
 */
export function requirePrograms(name) {
  const found = findPrograms(name)
  if (found === null) throw new Error(`There is no ${nameOfPrograms(name)} on this machine: see \`npm run services\``)
  return found
}

/**
 * The programs of a service in words.
 * @param {ServiceName} name
 */
export function nameOfPrograms(name) {
  return requirements[name].programs.map((set) => set.join(' with ')).join(', or ')
}

/**
 * @param {string} pattern a folder, one of its parts may hold a `*`
 * @returns {string[]} those that are there, the newest version first
 */
function expand(pattern) {
  const [before = '', after] = pattern.split('*')
  if (after === undefined) return [pattern]
  const parent = before.slice(0, before.lastIndexOf('/'))
  const start = before.slice(parent.length + 1)
  const newestFirst = namesIn(parent).sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  return newestFirst.filter((name) => name.startsWith(start)).map((name) => `${parent}/${name}${after}`)
}

/** @param {string} folder */
function namesIn(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** @param {string} path */
function isProgram(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
