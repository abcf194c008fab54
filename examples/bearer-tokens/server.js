// `npm start`: serves the example on this machine only, since everybody knows its passwords.
import { isAbsolute } from 'node:path'
import { printable, readSettings } from './settings.js'

const { buildApp } = await import('./app.js').catch(sayWhatIsMissing)
try {
  const { port, secretSource, ...options } = readSettings(process.env)
  const app = await buildApp({ ...options, onEvent: print })
  const server = app.listen(port, '127.0.0.1')
  server.on('error', stop)
  server.on('listening', () => {
    const address = /** @type {import('node:net').AddressInfo} */ (server.address())
    console.log(`Database: ${printable(options.database)}`)
    console.log(`Secret: ${secretSource}`)
    console.log(`Listening on http://127.0.0.1:${address.port}`)
  })
} catch (error) {
  stop(error)
}

/** @param {import('@latchkey/core').MfaEvent} event */
function print({ type, result, reason, userId }) {
  console.log(`mfa ${type}: ${reason ?? result}${userId === null ? '' : `, user ${userId}`}`)
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function stop(error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function sayWhatIsMissing(error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error)
  if (code !== 'ERR_MODULE_NOT_FOUND') throw error
  const [, missing = ''] = /'([^']+)'/.exec(message) ?? []
  const isBuild = /[\\/]dist[\\/]/.test(missing)
  if (isAbsolute(missing) && !isBuild) throw error
  console.error(`${missing} is missing: the workspace is not ${isBuild ? 'built' : 'installed'}.`)
  console.error('Once, in the folder at the top of the repository: npm run demo -- --exit')
  console.error('It installs what is needed, builds the packages and walks through this example.')
  process.exit(1)
}
