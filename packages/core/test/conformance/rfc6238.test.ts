// RFC 6238, appendix B: eight digits at six times, each hash with its own seed (20, 32 and 64 bytes; erratum 2866).

import { expect, test } from 'vitest'
import { timeStep } from '../../src/factors/totp/steps.ts'
import type { TotpAlgorithm } from '../../src/index.ts'
import { createWorld, refusal } from '../world.ts'

/** Base32 of `12345678901234567890` repeated to the length of the hash. */
const seeds: Readonly<Record<TotpAlgorithm, string>> = {
  SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====',
  SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=',
}

const times: readonly (readonly [seconds: number, step: number, codes: Readonly<Record<TotpAlgorithm, string>>])[] = [
  [59, 0x1, { SHA1: '94287082', SHA256: '46119246', SHA512: '90693936' }],
  [1111111109, 0x23523ec, { SHA1: '07081804', SHA256: '68084774', SHA512: '25091201' }],
  [1111111111, 0x23523ed, { SHA1: '14050471', SHA256: '67062674', SHA512: '99943326' }],
  [1234567890, 0x273ef07, { SHA1: '89005924', SHA256: '91819424', SHA512: '93441116' }],
  [2000000000, 0x3f940aa, { SHA1: '69279037', SHA256: '90698825', SHA512: '38618901' }],
  [20000000000, 0x27bc86aa, { SHA1: '65353130', SHA256: '77737706', SHA512: '47863826' }],
]

const cases = times.flatMap(([seconds, step, codes]) =>
  (Object.keys(seeds) as TotpAlgorithm[]).map((algorithm) => ({ seconds, step, algorithm, code: codes[algorithm] })),
)

test.each(cases)('at $seconds s $algorithm gives $code', async ({ seconds, step, algorithm, code }) => {
  const { mfa, clock, alice, events } = createWorld({ totp: { window: 0 } })
  await mfa.import(alice.id, { totpSecret: seeds[algorithm], algorithm, digits: 8 })
  clock.set(seconds * 1000)
  expect(timeStep(clock.now(), 30)).toBe(step)
  await expect(mfa.stepUp(alice, { code })).resolves.toMatchObject({ amr: ['pwd', 'otp', 'mfa'] })
  expect(events.at(-1)).toMatchObject({ type: 'step_up', result: 'success', driftSteps: 0 })
})

test.each(cases)('at $seconds s $algorithm takes the code of no other hash', async ({ seconds, algorithm }) => {
  const { mfa, clock, alice } = createWorld({ totp: { window: 0 } })
  await mfa.import(alice.id, { totpSecret: seeds[algorithm], algorithm, digits: 8 })
  clock.set(seconds * 1000)
  const others = cases.filter((other) => other.seconds === seconds && other.algorithm !== algorithm)
  for (const { code } of others) expect((await refusal(mfa.stepUp(alice, { code }))).code).toBe('invalid_code')
})
