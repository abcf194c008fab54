// The way in from a fresh clone: checks Node, installs what the lockfile says, then does what was asked for.
// It needs nothing but Node and npm, so it imports nothing that has to be installed.
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manifest, root, run, runNode } from './run.mjs'

const stamp = join(root, 'node_modules', '.latchkey-installed')
const demo = 'examples/express-session/demo/run.mjs'

/** The version whose own SQLite driver the tests use if this Node has none. */
const newerNode = 24
const sqliteTests = ['packages/sql/test/sqlite', 'test/storages']
const betterSqlite3 = join(root, 'test/storages/sqlite/better-sqlite3')

/** Nothing may be left out there. */
const isCi = /^(?:true|1)$/.test(process.env['CI'] ?? '')
/** What could not be run here. @type {string[]} */
const leftOut = []

const tasks = new Map([
  ['test', isCi ? testAll : testLoop],
  ['all', testAll],
  ['demo', runDemo],
  ['races', () => prove('test/proof/races')],
  ['proof', () => prove('test/proof', 'packages/core/test/properties/journeys packages/core/test/sealing/nonces')],
  ['bench', bench],
])
const [name = '', ...args] = process.argv.slice(2)
const task = tasks.get(name) ?? stop(`There is no task "${name}". Known are: ${[...tasks.keys()].join(', ')}.`)

requireNode(20, 19)
await install()
await task()

/** The moment after a change: what needs nothing but Node, in a few minutes. */
async function testLoop() {
  if (args.length === 0) {
    for (const check of ['types', 'style', 'lint', 'imports']) {
      await step(`Checking ${check}`, manifest.scripts[`check:${check}`])
    }
  }
  await step('Running the tests that need nothing but Node', manifest.scripts['test:only'], args, {
    LATCHKEY_TESTS: 'loop',
  })
  say('Everything passed that needs nothing but Node. `npm run test:all` runs the rest.')
}

/** Everything, as continuous integration runs it. */
async function testAll() {
  await step('Checking the build, types, style, imports and packages', manifest.scripts['check'])
  await step('Running the tests', manifest.scripts['test:only'], args)
  if (args.length === 0) {
    await onNewerNode('Running the tests on node:sqlite', [...sqliteTests, 'test/proof', '-t', 'node:sqlite'])
    // The example on other databases has nothing to do with node:sqlite.
    await onNewerNode('Running the examples', ['examples', '--exclude', '**/switch.test.ts'])
  }
  if (args.length === 0) await step('Measuring what they cover of the core', manifest.scripts['test:coverage'])
  sayLeftOut()
  say('Everything passed.')
}

/**
 * Runs what needs `node:sqlite` by a newer Node if this one has none. In CI that may not be left out; elsewhere the end of
 * the run says that it was.
 * @param {string} title
 * @param {readonly string[]} filters
 * @param {Record<string, string>} [env]
 */
async function onNewerNode(title, filters, env) {
  if (process.getBuiltinModule('node:sqlite') !== undefined) return
  const newer = `npx --yes -p node@${newerNode} node`
  const { status } = await run(`${newer} --version`, { quiet: true })
  if (status !== 0 && !isCi) {
    leftOut.push(`${title}: this Node has no node:sqlite, and Node ${newerNode} cannot be had from the registry.`)
    return
  }
  await step(`${title} by Node ${newerNode}`, `${newer} node_modules/vitest/vitest.mjs run`, filters, env)
}

/**
 * The long form of tests that `npm test` runs in a short one; one file after the other, and each says what it saw.
 * @param {string} filter
 */
async function prove(filter, beyond = '') {
  await installBetterSqlite3()
  const options = ['--no-file-parallelism', '--reporter=verbose', ...args]
  const env = { LATCHKEY_PROOF: 'long' }
  await step('Proving at length', `vitest run ${filter} ${beyond}`, options, env)
  await onNewerNode('Proving at length on node:sqlite', [filter, ...options, '-t', 'node:sqlite'], env)
  sayLeftOut()
}

/** It is compiled if no binary can be fetched, so only the proofs have it. Without a compiler they go on without it. */
async function installBetterSqlite3() {
  say('Installing better-sqlite3, which may have to be compiled')
  const args = ['install', '--ignore-workspace', '--frozen-lockfile', '--dir', betterSqlite3]
  const { status, output } = await run(`npx --yes ${manifest.packageManager}`, {
    args,
    env: { CI: 'true' },
    quiet: true,
  })
  if (status !== 0) leftOut.push(`The proofs on better-sqlite3, which could not be installed:\n${output.slice(-1000)}`)
}

/**
 * The benchmark: alone on the machine, as far as that goes. Prints what it found, and keeps it beside itself. `--quick` is a
 * shorter form, `--hour` the steady load alone, for an hour; `--record` keeps what was found as the figures of the docs.
 */
async function bench() {
  const own = ['--quick', '--hour', '--record']
  const [quick, hour, record] = own.map((option) => args.includes(option))
  const rest = args.filter((arg) => !own.includes(arg))
  const only = hour ? ['-t', 'steady|report'] : []
  // What is imported cold is what users get.
  await step('Building the packages', manifest.scripts['build'])
  await step('Measuring', 'vitest run test/bench/bench.test.ts', [...only, ...rest], {
    LATCHKEY_BENCH: quick ? 'quick' : 'full',
    ...(hour && { LATCHKEY_BENCH_STEADY_SECONDS: '3600' }),
  })
  const found = join(root, 'test/bench/results/bench')
  say(readFileSync(`${found}.md`, 'utf8'))
  if (!record) return
  for (const form of ['md', 'json']) copyFileSync(`${found}.${form}`, join(root, `docs/speed-results.${form}`))
}

async function runDemo() {
  await step('Building the packages', manifest.scripts['build'])
  if (!existsSync(join(root, demo))) stop(`The demo is missing: ${demo}`)
  say('Starting the demo')
  const { status } = await runNode(demo, args)
  process.exitCode = status
}

/**
 * @param {number} major
 * @param {number} minor
 */
function requireNode(major, minor) {
  const [haveMajor = 0, haveMinor = 0] = process.versions.node.split('.').map(Number)
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return
  stop(`Latchkey needs Node ${major}.${minor} or later; this is ${process.versions.node}.`)
}

async function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'pnpm-lock.yaml')))
    .digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const command = `npx --yes ${manifest.packageManager} install --frozen-lockfile`
  // Without CI, pnpm would ask on the terminal before it replaces an old node_modules.
  await step('Installing the dependencies', command, [], { CI: 'true' })
  writeFileSync(stamp, wanted)
}

/**
 * @param {string} title
 * @param {string | undefined} command
 * @param {readonly string[]} [commandArgs]
 * @param {Record<string, string>} [env]
 */
async function step(title, command = '', commandArgs = [], env = {}) {
  say(`${title}: ${[command, ...commandArgs].join(' ')}`)
  const { status } = await run(command, { args: commandArgs, env })
  if (status !== 0) stop(`${title} failed.`, status)
}

function sayLeftOut() {
  for (const what of leftOut) say(`LEFT OUT: ${what}`)
}

/** @param {string} text */
function say(text) {
  console.log(`\n> ${text}`)
}

/**
 * @param {string} text
 * @param {number} [status]
 * @returns {never}
 */
function stop(text, status = 1) {
  console.error(`\n> ${text}`)
  process.exit(status)
}
