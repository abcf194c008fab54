// Whatever several users and clients do, in whatever order, the core decides as a plain model of it does: no proof
// passes twice, no count is lost and nothing of one user moves by another's hand (I1 to I5, I7).

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { journeys, play } from './journey.ts'

/** A thousand in every run of the tests, many more by `npm run test:proof`. */
const runs = process.env['LATCHKEY_PROOF'] === 'long' ? 20_000 : 1000

test('random journeys end as the model says', { timeout: 900_000 }, async () => {
  const details = await fc.check(fc.asyncProperty(journeys, play), { numRuns: runs })
  expect(await fc.asyncDefaultReportMessage(details)).toBeUndefined()
  expect(details.numRuns).toBe(runs)
})
