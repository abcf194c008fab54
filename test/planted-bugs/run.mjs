// Plants each bug of the list in a copy of the workspace and demands that the tests of its threat go red.
// `npm run test:planted` runs all, `npm run test:planted -- replay "wait does"` those whose threat or name holds one of the texts.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from '../scripts/run.mjs'
import { bugs } from './bugs.mjs'
import { testFileOf } from './test-file.mjs'
import { copyWorkspace } from './workspace-copy.mjs'

/** @typedef {{ bug: import('./bug.d.ts').PlantedBug, fault: string | null, red: string, seconds: number }} Outcome */

const wanted = process.argv.slice(2)
const chosen = bugs.filter(
  ({ name, threats }) => wanted.length === 0 || wanted.some((text) => name.includes(text) || threats.includes(text)),
)
if (chosen.length === 0) stop(`No bug is named so: ${wanted.join(', ')}`)

const copies = Array.from({ length: Math.max(1, Math.min(availableParallelism(), chosen.length)) }, copyWorkspace)
process.on('exit', () => {
  for (const { remove } of copies) remove()
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => process.exit(1))

const threats = [...new Set(chosen.flatMap((bug) => bug.threats))]
const [first = stop('There is no copy')] = copies
console.log(`Without a bug: ${threats.join(', ')}`)
const unchanged = await runTests(first.folder, threats)
if (unchanged.fault !== null || unchanged.failed.length > 0) {
  stop(`The tests are red without a bug: ${unchanged.fault ?? unchanged.failed.join('; ')}`)
}

const waiting = [...chosen]
/** @type {Outcome[]} */
const outcomes = []
await Promise.all(copies.map(work))
const failed = outcomes.filter(({ fault }) => fault !== null)
console.log(`\n${outcomes.length - failed.length} passed, ${failed.length} failed`)
process.exitCode = failed.length === 0 ? 0 : 1

/** @param {import('./workspace-copy.mjs').WorkspaceCopy} copy */
async function work(copy) {
  for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
    const outcome = await tried(copy, bug)
    outcomes.push(outcome)
    report(outcome)
  }
}

/**
 * @param {import('./workspace-copy.mjs').WorkspaceCopy} copy
 * @param {import('./bug.d.ts').PlantedBug} bug
 * @returns {Promise<Outcome>}
 */
async function tried(copy, bug) {
  const startMs = Date.now()
  const done = (/** @type {string | null} */ fault, red = '') => ({
    bug,
    fault,
    red,
    seconds: (Date.now() - startMs) / 1000,
  })
  let takeBack
  try {
    takeBack = copy.plant(bug)
  } catch (error) {
    return done(error instanceof Error ? error.message : String(error))
  }
  try {
    // Each threat that is named must notice by itself.
    for (const threat of bug.threats) {
      const { fault, failed: red } = await runTests(copy.folder, [threat], ['--bail=1', ...namedTests(bug)])
      if (fault !== null) return done(fault)
      if (red.length === 0) return done(`the tests of ${threat} stay green`)
      if (threat === bug.threats.at(-1)) return done(null, red[0])
    }
    return done('no threat is named')
  } finally {
    takeBack()
  }
}

/** @param {import('./bug.d.ts').PlantedBug} bug */
function namedTests({ test }) {
  return test === undefined ? [] : ['--testNamePattern', test.replace(/[^\w ',]/g, '.')]
}

/** @param {Outcome} outcome */
function report({ bug, fault, red, seconds }) {
  const mark = fault === null ? 'red  ' : 'FAILED'
  console.log(
    `${mark} ${bug.threats.join(', ').padEnd(20)} ${bug.name} (${seconds.toFixed(1)} s)\n       ${fault ?? red}`,
  )
}

/**
 * @param {string} folder
 * @param {readonly string[]} names
 * @param {readonly string[]} [options]
 * @returns {Promise<{ fault: string | null, failed: readonly string[] }>} what kept the tests from running, and those that failed
 */
async function runTests(folder, names, options = []) {
  const report = join(folder, 'report.json')
  rmSync(report, { force: true })
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const paths = names.map(testFileOf)
  const args = [vitest, 'run', '--root', folder, '--reporter=json', `--outputFile=${report}`, ...options, ...paths]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk) => (said += String(chunk)))
  await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  return readReport(report, names.length, said)
}

/**
 * @param {string} file
 * @param {number} expected how many test files there are
 * @param {string} said
 */
function readReport(file, expected, said) {
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  let results
  try {
    results = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return { fault: `the tests did not run: ${said}`, failed: [] }
  }
  const files = results.testResults
  const unloaded = files.find(({ assertionResults }) => assertionResults.length === 0)
  if (unloaded !== undefined) return { fault: `${unloaded.name} does not load: ${unloaded.message}`, failed: [] }
  if (files.length !== expected) return { fault: `${files.length} of ${expected} test files were found`, failed: [] }
  const tests = files.flatMap(({ assertionResults }) => assertionResults)
  const ran = tests.filter(({ status }) => status === 'passed' || status === 'failed')
  if (ran.length === 0) return { fault: 'no test of that name was run', failed: [] }
  return { fault: null, failed: ran.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName) }
}

/**
 * @param {string} text
 * @returns {never}
 */
function stop(text) {
  console.error(text)
  process.exit(1)
}
