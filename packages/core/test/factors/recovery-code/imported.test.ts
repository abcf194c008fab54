// Recovery codes of another system, in whatever form users have them on paper: they go on working, each once.

import { describe, expect, test } from 'vitest'
import { createWorld, refusal, startMs } from '../../world.ts'

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

const sets: readonly (readonly [string, readonly string[]])[] = [
  ['digits in groups', ['1234 5678', '8765 4321']],
  ['hexadecimal', ['a1b2c3d4e5', 'f6e7d8c9b0']],
  ['base32 of RFC 4648', ['KRUGKIDROVUWG2ZA', 'MJZG653OEBTG66BA']],
  ['base64 without signs', ['dGhlcXVpY2ticm93bmZv', 'eGp1bXBzb3ZlcnRoZWxh']],
  ['with U, I, L and O', ['unlucky1', 'illusio0', 'outlook2']],
  ['of six characters', ['abc123', 'def456']],
  ['of 64 characters', ['x'.repeat(64), 'y'.repeat(64)]],
  ['of many lengths', ['abcdef', 'abcdefgh', 'abcdefghij']],
  ['in the form of ours, and almost', ['k7mp-3xq9', 'K7MP-3XQ8', 'o1il-0000']],
  ['with dashes all over', ['a-b-c-d-e-f', '--g-h-i-j-k-m--']],
]

describe.each(['always', 'once'] as const)("with reveal: '%s'", (reveal) => {
  test.each(sets)('%s', async (_, recoveryCodes) => {
    const world = createWorld({ recoveryCodes: { reveal } })
    await world.mfa.import('alice', { totpSecret, recoveryCodes })
    const shown = await world.mfa.recoveryCodes('alice', { provedAt: startMs })
    expect(shown).toEqual({ codes: reveal === 'always' ? recoveryCodes : [], remaining: recoveryCodes.length })
    for (const code of recoveryCodes) {
      const typed = code.toUpperCase().replace(/[ -]/g, '')
      await expect(world.mfa.stepUp(world.alice, { code: typed })).resolves.toMatchObject({ factor: 'recovery_code' })
      expect((await refusal(world.mfa.stepUp(world.alice, { code }))).code).toBe('invalid_code')
    }
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 0, methods: ['totp'] })
  })

  test('a code that is six digits is looked at as both, and a failure counts for both', async () => {
    const world = createWorld({ recoveryCodes: { reveal } })
    await world.mfa.import('alice', { totpSecret, recoveryCodes: ['271828', '314159'] })
    await expect(world.mfa.stepUp(world.alice, { code: '271828' })).resolves.toMatchObject({ factor: 'recovery_code' })
    for (const left of [4, 3, 2, 1, 0]) {
      expect(await refusal(world.mfa.stepUp(world.alice, { code: '000001' }))).toMatchObject({
        attemptsRemaining: left,
      })
    }
    expect((await refusal(world.mfa.stepUp(world.alice, { code: '314159' }))).code).toBe('too_many_attempts')
  })
})

test.each<[string, readonly unknown[]]>([
  ['none', []],
  ['a short one', ['abcdefgh', 'abcde']],
  ['a long one', ['x'.repeat(65)]],
  ['an endless one', ['x'.repeat(1_000_000)]],
  ['one with signs', ['abcd/efg+']],
  ['one of another script', ['абвгдежз']],
  ['one that is a number', [12345678]],
  ['one that is null', [null]],
  ['two alike', ['abcdefgh', 'ABCD-EFGH']],
  ['two that read alike', ['oooooooo', '00000000']],
  ['two that read alike after all', ['illusion', 'i11us10n']],
])('%s: nothing is imported', async (_, recoveryCodes) => {
  const { mfa, rows } = createWorld()
  const error = await refusal(mfa.import('alice', { totpSecret, recoveryCodes: recoveryCodes as string[] }))
  expect(error).toMatchObject({ code: 'invalid_request', errors: [{ field: 'recoveryCodes' }] })
  for (const code of recoveryCodes) expect(error.message).not.toContain(code === null ? 'null' : code)
  expect(await rows.get('alice')).toBeNull()
})

test('a text in place of the list is no list', async () => {
  const { mfa } = createWorld()
  const error = await refusal(mfa.import('alice', { totpSecret, recoveryCodes: 'abcdefgh' as unknown as string[] }))
  expect(error).toMatchObject({ code: 'invalid_request', errors: [{ field: 'recoveryCodes' }] })
})
