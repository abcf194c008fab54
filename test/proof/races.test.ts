/**
 * The threat: eight processes act on one user at one instant, over a storage they share, and two of them win or a count
 * is lost. Half of the rounds are as bad as they can be: everybody has read before anybody writes.
 */
import { createMfa } from '@latchkey/core'
import { manualClock } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { secret } from '../security/accounts.ts'
import { type FreshPlace, freshPlace, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { nameOf, provenGrounds } from '../storages/place.ts'
import { atOnce, type Participant, startCrew } from './crew.ts'
import { rounds, tell } from './extent.ts'
import { racers, races } from './races.ts'

const findUser = (id: string) => ({ id, name: id, stamp: '1' })
const timeout = 60_000 + rounds * 1000

for (const ground of provenGrounds) {
  describe.skipIf(whyLeftOut(ground) !== null)(`on ${titleOf(ground)}`, () => {
    let place: FreshPlace
    let crew: readonly Participant[]
    beforeAll(async () => {
      place = await freshPlace(ground)
      crew = await startCrew(racers, place)
    }, timeout)
    afterAll(() => place.close())

    test.each(races)('$name', { timeout }, async ({ name, prepare }) => {
      const { storage } = place
      const { now } = manualClock()
      const mfa = createMfa({ secret, issuer: 'Latchkey', storage, findUser, now })
      const startedAt = performance.now()
      for (let round = 0; round < rounds; round += 1) {
        const id = `${name} ${round}`
        const { acts, check } = await prepare({ mfa, storage, user: findUser(id), nowMs: now() })
        await check(await atOnce(crew, acts, round % 2 === 0 ? 'held' : 'free'))
      }
      const beaten = (await Promise.all(crew.map(({ tell }) => tell('takeBeaten')))).reduce((sum, one) => sum + one, 0)
      // Had nobody been beaten, they would never have met, and the test would show nothing.
      expect(beaten).toBeGreaterThanOrEqual(rounds / 2)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      tell(`races | ${nameOf(ground)} | ${name} | ${rounds} rounds | ${beaten} writes beaten | ${seconds} s`)
    })
  })
}
