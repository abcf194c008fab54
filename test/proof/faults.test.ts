/**
 * The threat: a call of the storage fails, hangs or is the last of its process, and something is done by half, twice, or
 * for nothing. On every storage, every operation is done as a whole and once, or not at all, and the next try works.
 */
import type { Storage } from '@latchkey/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAllOrNothing, outcome, plannedFaults, stored } from '../../packages/core/test/security/faults.ts'
import { openScene, operations } from '../../packages/core/test/security/operations.ts'
import { secret } from '../security/accounts.ts'
import { type FreshPlace, freshPlace, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { nameOf, provenGrounds } from '../storages/place.ts'
import { startParticipant } from './crew.ts'
import { isLong, tell } from './extent.ts'
import type { Death } from './participant.ts'

const timeout = 600_000
/** Operations at one instant: many, so that the calls that hang are waited for together, and processes at one instant. */
const together = { operations: 44, processes: 6 }
/** Long enough for a busy machine, and often waited for. */
const storageTimeoutSeconds = 2.5

const deaths: readonly Death[] = (['get', 'put'] as const).flatMap((method) => [
  { method, when: 'before' },
  { method, when: 'after' },
])
/** In the short run, those after which most would be lost; in the long one all. */
const mortal = operations.filter(({ name }) =>
  isLong ? true : ['a verify', 'a wrong code', 'a first confirmation', 'new codes'].includes(name),
)
const sudden = isLong ? deaths : deaths.filter(({ method }) => method === 'put')

for (const ground of provenGrounds) {
  describe.skipIf(whyLeftOut(ground) !== null)(`on ${titleOf(ground)}`, () => {
    let place: FreshPlace
    let scenes = 0
    beforeAll(async () => {
      place = await freshPlace(ground)
    }, timeout)
    afterAll(() => place.close())

    const newScene = (storage: Storage) => {
      scenes += 1
      return openScene({ storage, secret, issuer: 'Latchkey', storageTimeoutSeconds }, ` ${scenes}`)
    }

    test('every call of every operation throws or hangs, before or after it took effect', { timeout }, async () => {
      expect.hasAssertions()
      const planned = operations.flatMap((operation) => plannedFaults.map((fault) => ({ operation, fault })))
      await inTurns(planned, together.operations, async ({ operation, fault }) => {
        const { storage, idle } = watched(place.storage)
        await labelled(`${operation.name}, ${fault.method}: ${fault.fault}`, async () =>
          expectAllOrNothing(await newScene(storage), operation, { ...fault, idle }),
        )
      })
      tell(`faults | ${nameOf(ground)} | ${planned.length} faults of calls | all or nothing, and the next try works`)
    })

    test('the process is killed at a call, before or after it took effect', { timeout }, async () => {
      expect.hasAssertions()
      const planned = mortal.flatMap((operation) => sudden.map((death) => ({ operation, death })))
      let killed = 0
      await inTurns(planned, together.processes, async ({ operation, death }) => {
        await labelled(`${operation.name}, killed ${death.when} ${death.method}`, async () => {
          const died = await expectAllOrNothingOfDeath(operation, death)
          killed += died
        })
      })
      expect(killed).toBeGreaterThan(planned.length / 2)
      tell(`faults | ${nameOf(ground)} | ${killed} processes killed at a call | all or nothing, and the next try works`)
    })

    /** @returns how many processes died: 1, or 0 where the operation makes no such call */
    async function expectAllOrNothingOfDeath(operation: (typeof operations)[number], death: Death): Promise<number> {
      const { mfa, given, clock } = await newScene(place.storage)
      const before = await stored(place.storage, given)
      const participant = await startParticipant(place)
      const got = participant
        .tell('operate', { name: operation.name, given, death, nowMs: clock.now() })
        .catch(() => null)
      const reached = (await got) === null
      await participant.kill()
      if (!reached) {
        expect(await got).toBe(operation.first)
        return 0
      }
      const isDone = death.method === 'put' && death.when === 'after'
      expect((await stored(place.storage, given)) !== before).toBe(isDone)
      expect(await outcome(operation.run, mfa, given)).toBe(isDone ? operation.again : operation.first)
      return 1
    }
  })
}

/** Some at a time. */
async function inTurns<T>(items: readonly T[], width: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items]
  const turn = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item)
  }
  await Promise.all(Array.from({ length: width }, turn))
}

async function labelled(label: string, act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    throw new Error(label, { cause: error })
  }
}

/** A storage that tells when no call is under way in it. */
function watched(storage: Storage): { readonly storage: Storage; readonly idle: () => Promise<unknown> } {
  const calls = new Set<Promise<unknown>>()
  const watch = <T>(call: Promise<T>): Promise<T> => {
    calls.add(call)
    return call
  }
  return {
    storage: {
      get: (userId) => watch(storage.get(userId)),
      put: (...write) => watch(storage.put(...write)),
      delete: (...removal) => watch(storage.delete(...removal)),
      userIds: () => storage.userIds(),
    },
    async idle() {
      // What was released calls in the next turn.
      await new Promise(setImmediate)
      await Promise.allSettled(calls)
    },
  }
}
