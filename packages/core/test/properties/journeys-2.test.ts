// Whatever several users and clients do, in whatever order, the core decides as a plain model of it does: no proof
// passes twice, no count is lost and nothing of one user moves by another's hand (I1 to I5, I7).

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { journeys, play } from './journey.ts'

test('5,000 random journeys end as the model says', { timeout: 300_000 }, async () => {
  const details = await fc.check(fc.asyncProperty(journeys, play), { numRuns: 5000 })
  expect(await fc.asyncDefaultReportMessage(details)).toBeUndefined()
  expect(details.numRuns).toBe(5000)
})
