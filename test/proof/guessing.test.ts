/**
 * The threat: somebody has the password and all the time in the world, makes as many tokens as they like, and asks four
 * processes at one instant whenever a wait is over. In thirty days a hundred codes of a factor are looked at, and no more.
 */
import { createMfa } from '@latchkey/core'
import { manualClock, virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { secret } from '../security/accounts.ts'
import { freshPlace, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { nameOf, provenGrounds } from '../storages/place.ts'
import { type Participant, startCrew } from './crew.ts'
import { isLong, tell } from './extent.ts'
import type { Outcome } from './participant.ts'

const timeout = 600_000
const days = 30
const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const app = virtualAuthenticator({ secret: totpSecret })
const user = { id: 'alice', name: 'alice', stamp: '1' }
/** How long the attacker waits where no wait is told: the factor is suspended, and stays so. */
const idleSeconds = isLong ? 3600 : 12 * 3600

const guesses = {
  totp: (nowMs: number) => app.wrongCode(nowMs),
  recovery_code: () => 'zzzz-zzz9',
}

for (const ground of provenGrounds) {
  describe.skipIf(whyLeftOut(ground) !== null)(`on ${titleOf(ground)}`, () => {
    test.each(['totp', 'recovery_code'] as const)('guesses at %s', { timeout }, async (factor) => {
      const place = await freshPlace(ground)
      onTestFinished(place.close)
      const clock = manualClock()
      const mfa = createMfa({
        secret,
        issuer: 'Latchkey',
        storage: place.storage,
        findUser: () => user,
        now: clock.now,
      })
      await mfa.import(user.id, { totpSecret, recoveryCodes: ['7k3m-9qx2', 'a1b2-c3d4'] })
      const crew = await startCrew(4, place)
      const end = clock.now() + days * 86_400_000
      let [asked, lookedAt] = [0, 0]
      while (clock.now() < end) {
        const outcomes = await guessEverywhere(crew, guesses[factor](clock.now()), clock.now())
        asked += outcomes.length
        lookedAt += outcomes.filter((outcome) => !outcome.ok && outcome.code === 'invalid_code').length
        expect(outcomes.filter((outcome) => outcome.ok || !refusals.includes(outcome.code))).toEqual([])
        clock.advance(Math.max(1, Math.min(...outcomes.map(waitOf))))
      }
      expect(lookedAt).toBe(100)
      expect(asked).toBeGreaterThan(1000)
      const events = (await Promise.all(crew.map(({ tell }) => tell('takeEvents')))).flat()
      expect(events.filter(({ reason }) => reason === 'wrong')).toHaveLength(100)
      tell(`guessing | ${nameOf(ground)} | ${factor} | ${asked} guesses in ${days} days | ${lookedAt} looked at`)
    })
  })
}

const refusals = ['invalid_code', 'too_many_attempts']

/** Every process at one instant, two guesses each: on a new token, and in one call. */
async function guessEverywhere(crew: readonly Participant[], code: string, nowMs: number): Promise<readonly Outcome[]> {
  const both = crew.map(async ({ tell }) => {
    const challenged = await tell('act', { method: 'challenge', args: [user], nowMs })
    if (!challenged.ok) return [challenged]
    const { ephemeralToken } = challenged.result as { ephemeralToken: string }
    return Promise.all([
      tell('act', { method: 'verify', args: [ephemeralToken, { code }], nowMs }),
      tell('act', { method: 'challenge', args: [user, { code }], nowMs }),
    ])
  })
  return (await Promise.all(both)).flat()
}

function waitOf(outcome: Outcome): number {
  if (outcome.ok || outcome.code === 'invalid_code') return 0
  return outcome.retryAfterSeconds ?? idleSeconds
}
