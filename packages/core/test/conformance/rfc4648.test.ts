// RFC 4648, section 10: base32 reads to the same bytes however a secret is spelled, for us and for what makes codes of it.

import { createHmac } from 'node:crypto'
import { Secret } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { isWeakSecret, normalizeBase32 } from '../../src/factors/totp/base32.ts'
import { createWorld, startMs } from '../world.ts'

const vectors: readonly (readonly [text: string, base32: string])[] = [
  ['f', 'MY======'],
  ['fo', 'MZXQ===='],
  ['foo', 'MZXW6==='],
  ['foob', 'MZXW6YQ='],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI======'],
]

describe.each(vectors)('%s', (text, base32) => {
  const spellings = [base32, base32.replaceAll('=', ''), base32.toLowerCase(), spaced(base32, ' '), spaced(base32, '-')]

  test.each(spellings)('%s reads to it', (spelling) => {
    const bare = normalizeBase32(spelling)
    expect(bare).toBe(base32.replaceAll('=', ''))
    expect(Buffer.from(Secret.fromBase32(String(bare)).bytes).toString('latin1')).toBe(text)
  })

  test('imported, it makes the codes that an HMAC of these bytes makes', async () => {
    const { mfa, alice } = createWorld({ totp: { window: 0 } })
    await mfa.import(alice.id, { totpSecret: base32 })
    await expect(mfa.stepUp(alice, { code: hotp(text, startMs / 30_000) })).resolves.toMatchObject({ factor: 'totp' })
    await expect(mfa.status(alice.id)).resolves.toMatchObject({ weakSecret: true })
  })
})

test('the empty text is no secret', async () => {
  expect(normalizeBase32('')).toBeNull()
  const { mfa, alice } = createWorld()
  await expect(mfa.import(alice.id, { totpSecret: '' })).rejects.toMatchObject({
    code: 'invalid_request',
    errors: [{ field: 'totpSecret' }],
  })
})

test.each([
  ['digits that are not of the alphabet', 'MZXW6YT0'],
  ['the letter 1 is mistaken for', 'MZXW6YT1'],
  ['padding in the middle', 'MZXW=6YTB'],
  ['another alphabet', 'MZXW6YT_'],
  ['a full-width letter', 'MZXW6YT\uff22'],
  ['a line end', 'MZXW6YTB\n'],
  ['a tab', 'MZXW\t6YTB'],
  ['NUL', 'MZXW6YTB\0'],
  ['a letter that upper-cases to two', 'MZXW6Yß'],
  ['a dotless i', 'MZXW6YTı'],
  ['one character over a group', 'MZXW6YTBM'],
  ['three characters over a group', 'MZXW6YTBMZX'],
  ['six characters over a group', 'MZXW6YTBMZXW6Y'],
  ['only padding', '===='],
  ['only spaces', '    '],
  ['more than any hash takes', 'A'.repeat(424)],
  ['a megabyte', 'A'.repeat(1_000_000)],
  ['a megabyte of padding before a letter', `${'='.repeat(1_000_000)}A`],
])('%s is refused', (_, text) => {
  const beganMs = performance.now()
  expect(normalizeBase32(text)).toBeNull()
  expect(performance.now() - beganMs).toBeLessThan(1000)
})

test('the longest secret is taken in its longest spelling', () => {
  const longest = 'A'.repeat(416)
  expect(normalizeBase32(longest)).toBe(longest)
  expect(normalizeBase32(longest.replaceAll('A', 'A - '))).toBe(longest)
  expect(normalizeBase32(`${longest.replaceAll('A', 'A - ')} `)).toBeNull()
})

test('a secret is weak below 128 bits', () => {
  expect(isWeakSecret('A'.repeat(24))).toBe(true)
  expect(isWeakSecret('A'.repeat(26))).toBe(false)
})

function spaced(text: string, by: string): string {
  return text.replaceAll('=', '').split('').join(by)
}

/** RFC 4226 section 5.3, by hand. */
function hotp(key: string, counter: number): string {
  const message = Buffer.alloc(8)
  message.writeBigUInt64BE(BigInt(counter))
  const mac = createHmac('sha1', Buffer.from(key, 'latin1')).update(message).digest()
  const offset = (mac.at(-1) as number) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
