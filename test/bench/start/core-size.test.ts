/** What the core weighs: whoever adds to it sees here by how much it grows. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { allOf, bytesOf } from './bytes.ts'

// A little over what it is.
const budgetBytes = 98_000

test("the core's own code, minified, stays within its budget", { timeout: 60_000 }, async () => {
  const { minified } = await bytesOf({
    entry: allOf('@latchkey/core'),
    folder: join(import.meta.dirname, '..', '..'),
    packages: /^@latchkey\//,
    conditions: ['@latchkey/source', 'default'],
  })
  expect(minified).toBeGreaterThan(budgetBytes / 2)
  expect(minified).toBeLessThanOrEqual(budgetBytes)
})
