// RFC 4226, appendix D: the ten codes of the specification, through an imported secret and a step-up at that time.

import { expect, test } from 'vitest'
import { matchingSteps } from '../../src/factors/totp/steps.ts'
import { createWorld } from '../world.ts'

/** Base32 of the ASCII text `12345678901234567890`. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const period = 30
const codes: readonly (readonly [counter: number, code: string])[] = [
  [0, '755224'],
  [1, '287082'],
  [2, '359152'],
  [3, '969429'],
  [4, '338314'],
  [5, '254676'],
  [6, '287922'],
  [7, '162583'],
  [8, '399871'],
  [9, '520489'],
]

test.each(codes)('counter %i gives %s', (counter, code) => {
  const source = { secret, period, digits: 6, algorithm: 'SHA1' } as const
  expect(matchingSteps(code, source, { nowMs: counter * period * 1000, window: 0 })).toEqual([counter])
})

test.each(codes)(
  'a user proves counter %i with %s, at the first and the last millisecond of its step',
  async (counter, code) => {
    for (const offsetMs of [0, period * 1000 - 1]) {
      const { mfa, clock, alice } = createWorld({ totp: { window: 0 } })
      await mfa.import(alice.id, { totpSecret: secret, period })
      clock.set(counter * period * 1000 + offsetMs)
      await expect(mfa.stepUp(alice, { code })).resolves.toMatchObject({ factor: 'totp', provedAt: clock.now() })
    }
  },
)

test('one after the other, each is accepted once and never again', async () => {
  const { mfa, clock, alice } = createWorld({ totp: { window: 0 } })
  await mfa.import(alice.id, { totpSecret: secret, period })
  for (const [counter, code] of codes) {
    clock.set(counter * period * 1000)
    await mfa.stepUp(alice, { code })
    await expect(mfa.stepUp(alice, { code })).rejects.toMatchObject({ code: 'invalid_code' })
  }
})
