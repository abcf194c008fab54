/** The promise guarded here: each row of the table of acknowledgements that are no commits has the test that it names. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './pages.ts'

const page = readFileSync(join(root, 'docs', 'acknowledged-writes.md'), 'utf8')
const rows = [...page.matchAll(/^\| (\S+) +\| (.*?) +\|.*\[([^\]]+)\]\(\.\.\/([^)]+)\) +\|$/gm)].map((row) =>
  row.slice(1),
)

test('every row of the table names a test', () => {
  const lines = page.split('\n').filter((line) => line.startsWith('| '))
  // Its head is a line too.
  expect(rows).toHaveLength(lines.length - 2)
  expect(rows.length).toBeGreaterThan(20)
})

test.each(rows)('%s: %s', (_storage, _what, title = '', file = '') => {
  expect(existsSync(join(root, file))).toBe(true)
  expect(readFileSync(join(root, file), 'utf8')).toContain(title)
})
