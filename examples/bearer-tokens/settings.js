// How the example is served, as the environment says: PORT, DATABASE and LATCHKEY_SECRET.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const besideTheApp = fileURLToPath(new URL('data/latchkey.db', import.meta.url))

/**
 * @param {NodeJS.ProcessEnv} env
 * @throws Error that says which of them is not right
 */
export function readSettings(env) {
  const database = env['DATABASE'] || besideTheApp
  if (database !== ':memory:' && !isAddress(database)) mkdirSync(dirname(database), { recursive: true })
  return { port: readPort(env['PORT'] || '3000'), database, ...readSecret(env['LATCHKEY_SECRET'], database) }
}

/**
 * The database as it may be printed: who the app is to a server, and its password, are left out.
 * @param {string} database
 */
export function printable(database) {
  return isAddress(database) ? database.replace(/:\/\/.*@/, '://') : database
}

/**
 * Whether it is a database server's, for an app that was switched to one.
 * @param {string} database
 */
function isAddress(database) {
  return database.includes('://')
}

/** @param {string} text */
function readPort(text) {
  const port = Number(text)
  if (/^\d+$/.test(text) && port <= 65_535) return port
  throw new Error(`PORT must be a number from 0 to 65535, and is "${text}"`)
}

/**
 * @param {string | undefined} given
 * @param {string} database
 * @returns {{ secret: string, secretSource: string }}
 */
function readSecret(given, database) {
  if (given) return { secret: given, secretSource: 'from LATCHKEY_SECRET' }
  if (isAddress(database)) throw new Error('a database server takes a LATCHKEY_SECRET, the same for all its processes')
  const secret = randomBytes(32).toString('base64')
  if (database === ':memory:') return { secret, secretSource: 'made anew, and gone with the process like the data' }
  const file = `${database}.secret`
  if (existsSync(file)) return { secret: readFileSync(file, 'utf8').trim(), secretSource: `from ${file}` }
  if (existsSync(database) && statSync(database).size > 0) {
    throw new Error(`${database} was made with a secret that is in neither LATCHKEY_SECRET nor ${file}`)
  }
  writeFileSync(file, `${secret}\n`, { mode: 0o600, flag: 'wx' })
  return { secret, secretSource: `made, and kept in ${file}: without it the stored second factors cannot be read` }
}
