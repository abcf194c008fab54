/** The rule guarded here: every planted bug still fits the sources, so that the list cannot rot. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bugs } from './bugs.mjs'
import { testFileOf } from './test-file.mjs'

const root = join(import.meta.dirname, '..', '..')

test.each(bugs)('$name', ({ changes, threats }) => {
  for (const { file, search, replace } of changes) {
    const source = readFileSync(join(root, 'packages', file), 'utf8')
    expect({ search, places: source.split(search).length - 1 }).toEqual({ search, places: 1 })
    expect(replace).not.toBe(search)
  }
  expect(threats.length).toBeGreaterThan(0)
  for (const threat of threats) {
    expect({ threat, exists: existsSync(join(root, testFileOf(threat))) }).toEqual({
      threat,
      exists: true,
    })
  }
})

test('no two bugs have one name', () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length)
  expect(bugs.length).toBeGreaterThanOrEqual(30)
})
