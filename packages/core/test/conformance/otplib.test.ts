// Interoperability: an authenticator that shares no code with ours gets in with every hash, length and period.

import { generateSync, type HashAlgorithm } from 'otplib'
import { describe, expect, test } from 'vitest'
import { createWorld, refusal, tokenOf } from '../world.ts'

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const
const cases = algorithms.flatMap((algorithm) =>
  [6, 7, 8].flatMap((digits) => [15, 30, 60, 120].map((period) => ({ algorithm, digits, period }))),
)

describe.each(cases)('$algorithm, $digits digits, $period s', ({ algorithm, digits, period }) => {
  function shown(secret: string, nowMs: number): string {
    return generateSync({
      secret,
      algorithm: algorithm.toLowerCase() as HashAlgorithm,
      digits: digits as 6 | 7 | 8,
      period,
      epoch: nowMs / 1000,
    })
  }

  test('enrolls from the secret that is shown, and signs in one step later', async () => {
    const { mfa, clock, alice } = createWorld({ totp: { algorithm, digits, period } })
    const { secret, activationToken } = await mfa.begin('totp', alice)
    await mfa.confirm('totp', alice, { activationToken, code: shown(secret, clock.now()) })
    const ephemeralToken = tokenOf(await mfa.challenge(alice))
    const early = await refusal(mfa.verify(ephemeralToken, { code: shown(secret, clock.now()) }))
    expect(early.code).toBe('invalid_code')
    clock.advance(period)
    const { proof } = await mfa.verify(ephemeralToken, { code: shown(secret, clock.now()) })
    expect(proof).toMatchObject({ userId: alice.id, factor: 'totp', provedAt: clock.now() })
  })

  test('keeps its own parameters after an import, whatever the options say', async () => {
    const { mfa, clock, alice } = createWorld({ totp: { algorithm: 'SHA1', digits: 6, period: 30 } })
    const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
    await mfa.import(alice.id, { totpSecret, algorithm, digits, period })
    await expect(mfa.stepUp(alice, { code: shown(totpSecret, clock.now()) })).resolves.toMatchObject({ factor: 'totp' })
  })
})
