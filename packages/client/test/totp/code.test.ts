/** Codes match RFC 6238, appendix B, whatever the form of the secret. What is no secret makes none. */
import { describe, expect, test } from 'vitest'
import { currentCode, type TotpOptions } from '../../src/index.ts'

/** The ASCII bytes `12345678901234567890`, and so on to the size of the hash. */
const secrets = {
  SHA1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  SHA256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA====',
  SHA512: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA=',
}

describe('the table of the RFC', () => {
  test.each([
    [59, '94287082', '46119246', '90693936'],
    [1_111_111_109, '07081804', '68084774', '25091201'],
    [1_234_567_890, '89005924', '91819424', '93441116'],
    [20_000_000_000, '65353130', '77737706', '47863826'],
  ])('at %i s', async (seconds, ...codes) => {
    for (const [index, algorithm] of (['SHA1', 'SHA256', 'SHA512'] as const).entries()) {
      const totp = { secret: secrets[algorithm], digits: 8, algorithm }
      const { code, step } = await currentCode(totp, seconds * 1000)
      expect([code, step]).toEqual([codes[index], Math.floor(seconds / 30)])
    }
  })
})

test.each([
  [0, 30],
  [29_999, 1],
  [30_000, 30],
  [15_500, 15],
])('at %i ms of a step %i s are left', async (ms, secondsLeft) => {
  expect(await currentCode({ secret: secrets.SHA1 }, ms)).toMatchObject({ secondsLeft })
})

test('a URL says everything', async () => {
  const secret = `otpauth://totp/Acme:alice?secret=${secrets.SHA256.replaceAll('=', '')}&algorithm=SHA256&digits=8&period=60`
  expect(await currentCode({ secret, digits: 6 }, 118_000)).toMatchObject({ code: '46119246', step: 1, secondsLeft: 2 })
})

describe('a bad secret is invalid_secret, and the error does not repeat it', () => {
  const canary = 'CANARYCANARYCANARY1'
  test.each<[string, TotpOptions]>([
    ['no base32', { secret: canary }],
    ['empty', { secret: '' }],
    ['short', { secret: 'CANARY' }],
    ['not a text', { secret: () => null as never }],
    ['a URL of another type', { secret: `otpauth://hotp/x?secret=${secrets.SHA1}&counter=1` }],
    ['a URL without a secret', { secret: 'otpauth://totp/x?issuer=CANARY' }],
    ['a URL with an unknown algorithm', { secret: `otpauth://totp/x?secret=${secrets.SHA1}&algorithm=MD5` }],
    ['a URL with other digits', { secret: `otpauth://totp/x?secret=${secrets.SHA1}&digits=99` }],
    ['a period of nothing', { secret: secrets.SHA1, period: 0 }],
  ])('%s', async (_what, totp) => {
    const error = (await currentCode(totp).catch((thrown: unknown) => thrown)) as Error
    expect(error).toMatchObject({ code: 'invalid_secret' })
    expect(error.message).not.toMatch(/CANARY|GEZD/)
  })
})
