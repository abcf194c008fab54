// `npm run demo`: serves the example, walks through the whole journey, and leaves the server for you to try. With
// --exit it ends after the journey: 0 if all was as it should be, otherwise 1.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildApp } from '../app.js'
import { showHowToTry } from './how-to-try.mjs'
import { journey } from './journey.mjs'
import { createTerminal, wantsColour } from './terminal.mjs'

const usage = `npm run demo -- [--exit] [--url <address>]
  --exit  end after the journey
  --url   walk through an app that is running already, and end`

const show = createTerminal(console.log, wantsColour())
try {
  const { exit = false, url } = readArgs()
  if (url === undefined) await demonstrate(exit)
  else await walk({ url })
} catch (error) {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  console.error(`\n${cause instanceof Error ? `${message}: ${cause.message}` : message}`)
  process.exit(1)
}

function readArgs() {
  try {
    return parseArgs({ options: { exit: { type: 'boolean' }, url: { type: 'string' } } }).values
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : ''}\n${usage}`)
  }
}

/** @param {boolean} exits */
async function demonstrate(exits) {
  const directory = mkdtempSync(join(tmpdir(), 'latchkey-demo-'))
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }))
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0))
  /** @type {import('@latchkey/core').MfaEvent[]} */
  const events = []
  /** @type {import('@latchkey/core').MfaEventListener} */
  let hear = (event) => events.push(event)
  const app = await buildApp({ database: join(directory, 'latchkey.db'), onEvent: (event) => hear(event) })
  const url = await serve(app)
  await walk({ url, takeEvents: () => events.splice(0) })
  if (exits) process.exit(0)
  hear = ({ type, result, reason }) => show.note(`(the app's own log: ${type}, ${reason ?? result})`)
  await showHowToTry({ url, directory: join(directory, 'kept'), show })
}

/** @param {Pick<import('./stage.mjs').World, 'url' | 'takeEvents'>} world */
async function walk(world) {
  show.write(`Latchkey in an app with Express and sessions, at ${world.url}`)
  await journey({ ...world, show })
  show.write('\nEverything was as it should be.')
}

/**
 * Serves on the port of PORT. Without one on 3000, or on a free one if that is taken.
 * @param {import('node:http').RequestListener} app
 */
async function serve(app) {
  const wanted = process.env['PORT']
  const port = wanted ? await listen(app, Number(wanted)) : await listen(app, 3000).catch(() => listen(app, 0))
  return `http://127.0.0.1:${port}`
}

/**
 * @param {import('node:http').RequestListener} app
 * @param {number} port
 * @returns {Promise<number>}
 */
function listen(app, port) {
  const server = createServer(app)
  return new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(port, '127.0.0.1', () => {
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()).port)
    })
  })
}
