/** The promise guarded here: the storage that we teach to write keeps the contract, and its tests run as they are shown. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { memoryStorage } from '@latchkey/core'
import { storageContract } from '@latchkey/testing'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createProject, type Project } from '../../packages/testing/test/runners/project.ts'
import { freshDatabase, whyMissing } from '../services/shared.ts'
import { pageOf, root } from './pages.ts'

/** Milliseconds; each run is the whole contract, on cores that may be busy with other tests. */
const timeout = 300_000
const installed = join(root, 'test', 'node_modules')
// Disks are not what the contract asks about, and would make its many small writes slow.
const fast = existsSync('/dev/shm') ? { TMPDIR: '/dev/shm' } : {}

/** The same on PostgreSQL: for each file of the page's tests a schema of its own. */
const onPostgres = `
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { queryStorage, table } from './query-storage.ts'

export function openStorage(file) {
  // In lower case, since the path is no name in quotes.
  const schema = (file === ':memory:' ? randomUUID() : file).replace(/\\W/g, '_').toLowerCase()
  const connectionString = process.env.DATABASE_URL
  const options = '-c search_path=' + schema
  const pool = new pg.Pool({ connectionString, options, max: 4, allowExitOnIdle: true })
  pool.on('error', () => undefined)
  // Of several that make a table at once, all but one would fail.
  const made = pool.query(
    'BEGIN; SELECT pg_advisory_xact_lock(1);' +
      'CREATE SCHEMA IF NOT EXISTS "' + schema + '"; ' + table + '; COMMIT',
  )
  return queryStorage(async (text, params) => {
    await made
    let count = 0
    const { rows, rowCount } = await pool.query(text.replace(/\\?/g, () => '$' + ++count), [...params])
    return { rows, changes: rowCount }
  })
}
`

const create = () => ({ storage: memoryStorage() })
const reopen = memoryStorage
const startProcess = () => expect.unreachable('only counted')
const alone = storageContract({ create }).length
const together = storageContract({ create, reopen, startProcess }).length

let project: Project
beforeEach(() => {
  project = createProject({ libsql: installed, pg: installed })
  for (const { text } of pageOf('docs/writing-a-storage.md').blocks) {
    const [, name] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? []
    if (name !== undefined) project.write(name, text)
  }
  onTestFinished(() => project.remove())
})

async function expectPasses(name: string, passed: number, env: Readonly<Record<string, string>>): Promise<void> {
  const run = await project.test([name], env)
  expect(run, run.said).toMatchObject({ code: 0, passed, failed: 0 })
}

describe('on SQLite, as the page has it', () => {
  test('the test in five lines passes', { timeout }, () => expectPasses('query-storage.test.ts', alone, fast))

  test('the test with processes passes', { timeout }, () => expectPasses('processes.test.ts', together, fast))

  test.each([
    ['an update', 'updated_at = ? WHERE user_id = ?', 'update a record'],
    ['a deletion', 'DELETE FROM mfa WHERE user_id = ?', 'update or delete a record'],
  ])('%s that does not compare is found out by the test in five lines', { timeout }, async (_, statement, words) => {
    const blocks = pageOf('docs/writing-a-storage.md').blocks.map(({ text }) => text)
    const storage = blocks.find((text) => text.startsWith('// query-storage.ts')) ?? ''
    const condition = `${statement} AND revision = ?`
    expect(storage.split(condition)).toHaveLength(2)
    project.write('query-storage.ts', storage.replace(condition, `${statement} AND ? IS NOT NULL`))
    const run = await project.test(['query-storage.test.ts'], fast)
    expect(run.code).toBe(1)
    expect(run.said).toMatch(new RegExp(`^not ok \\d+ - of 50 that ${words} at once exactly one wins$`, 'm'))
  })
})

const missing = whyMissing('postgres')

describe.skipIf(missing !== null)(`on PostgreSQL${missing === null ? '' : `, skipped: ${missing}`}`, () => {
  test.each([
    ['query-storage.test.ts', alone],
    ['processes.test.ts', together],
  ])('%s passes', { timeout }, async (name, passed) => {
    const { url, drop } = await freshDatabase('postgres')
    onTestFinished(drop)
    project.write('open-storage.ts', onPostgres)
    await expectPasses(name, passed, { ...fast, DATABASE_URL: url })
  })
})
