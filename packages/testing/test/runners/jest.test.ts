/** The promise guarded here: adopters run the contracts with jest, as it is installed and with modules as they are. */
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, type Project } from './project.ts'

const timeout = 120_000

let project: Project
beforeAll(() => {
  project = createProject({ jest: join(import.meta.dirname, '..', '..', 'node_modules') })
})
afterAll(() => project.remove())

function contractOf(storage: string): string {
  return `
    import { memoryStorage } from '@latchkey/core'
    import { storageContract } from '@latchkey/testing'
    const create = () => ({ storage: ${storage} })
    test.each(storageContract({ create }).map(({ name, run }) => [name, run]))('%s', (_, run) => run())`
}

test('a storage that is sound passes', { timeout }, async () => {
  project.write('sound.test.ts', contractOf('memoryStorage()'))
  const run = await project.jest(['sound.test.ts'])
  expect(run, run.said).toMatchObject({ code: 0, failed: 0 })
  expect(run.passed).toBeGreaterThan(10)
})

test('a storage that breaks a rule fails, by the name of the rule', { timeout }, async () => {
  project.write('broken.test.ts', contractOf('{ ...memoryStorage(), delete: async () => true }'))
  const run = await project.jest(['broken.test.ts'])
  expect(run.code).toBe(1)
  expect(run.passed).toBeGreaterThan(10)
  expect(run.said).toMatch(/✕ delete with the stored revision removes the record/)
})
