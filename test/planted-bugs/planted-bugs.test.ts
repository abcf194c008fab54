/** The rule guarded here: every planted bug still fits the sources, so that the list cannot rot. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
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

// Vitest takes a path for a part of one, so a file of another folder that ends alike would run with it, or in its place.
test('no test file of a bug is the end of the path of another', () => {
  const files = ['packages', 'test'].flatMap((folder) => testsIn(join(root, folder)))
  const named = new Set(bugs.flatMap(({ threats }) => threats.map(testFileOf)))
  expect([...named].filter((name) => files.filter((file) => file.endsWith(`/${name}`)).length !== 1)).toEqual([])
})

test('no two bugs have one name', () => {
  expect(new Set(bugs.map(({ name }) => name)).size).toBe(bugs.length)
  expect(bugs.length).toBeGreaterThanOrEqual(30)
})

function testsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? testsIn(path) : path.endsWith('.test.ts') ? [path] : []
  })
}
