/** The promise guarded here: adopters run all of this with Node's own runner, in plain JavaScript, as it is installed. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, type Project } from './project.ts'

let project: Project
beforeAll(() => {
  project = createProject()
})
afterAll(() => project.remove())

function source(url: URL): string {
  return readFileSync(url, 'utf8')
}

test('a storage’s contract over processes, and an app’s own tests, pass', { timeout: 120_000 }, async () => {
  project.write('adopter.test.ts', source(new URL('./adopter.ts', import.meta.url)))
  project.write('process.ts', source(new URL('./process.ts', import.meta.url)))
  const run = await project.test(['adopter.test.ts'])
  expect(run).toMatchObject({ code: 0, failed: 0 })
  expect(run.said).toMatch(/^ok \d+ - of 8 processes that count in one record none is lost$/m)
  expect(run.said).toMatch(/^ok \d+ - a code signs in once, and not while the storage is down$/m)
})

test('a storage that breaks a rule fails, by the name of the rule', { timeout: 120_000 }, async () => {
  const broken = `
    import { test } from 'node:test'
    import { memoryStorage } from '@latchkey/core'
    import { storageContract } from '@latchkey/testing'
    const create = () => ({ storage: { ...memoryStorage(), delete: async () => true } })
    for (const { name, run } of storageContract({ create })) void test(name, run)`
  project.write('broken.test.ts', broken)
  const run = await project.test(['broken.test.ts'])
  expect(run.code).toBe(1)
  expect(run.passed).toBeGreaterThan(10)
  expect(run.said).toMatch(/^not ok \d+ - delete with the stored revision removes the record$/m)
})
