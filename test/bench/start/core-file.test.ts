/** How the core is published: the code in one file, so that a cold start reads no more, and libraries apart, so that a fix of theirs is one update. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const core = join(import.meta.dirname, '../../../packages/core')
const { dependencies } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>
}
const code = readFileSync(join(core, 'dist/index.js'), 'utf8')
const imported = [...code.matchAll(/^(?:import|export) [^'"]*from "(?<name>[^"]+)"/gm)].map((found) => found[1] ?? '')

test('it imports no file of its own', () => {
  expect(imported.filter((name) => name.startsWith('.'))).toEqual([])
})

test.each(Object.keys(dependencies))('it imports %s as a package', (dependency) => {
  expect(imported.filter((name) => name === dependency || name.startsWith(`${dependency}/`))).not.toEqual([])
})

test('of jose it imports parts, not all', () => {
  expect(imported).not.toContain('jose')
})
