// Codes nobody could have been shown: refused before any HMAC, charged to nobody, in no time worth mentioning.

import { HOTP } from 'otpauth'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createWorld, enroll, refusal } from '../../world.ts'

const weird: readonly (readonly [string, unknown])[] = [
  ['nothing', ''],
  ['a space', ' '],
  ['dashes', '------'],
  ['too short', '12345'],
  ['too long', '1234567'],
  ['full-width digits', '１２３４５６'],
  ['Arabic-Indic digits', '١٢٣٤٥٦'],
  ['Devanagari digits', '१२३४५६'],
  ['mathematical digits', '𝟏𝟐𝟑𝟒𝟓𝟔'],
  ['superscripts', '¹²³⁴⁵⁶'],
  ['an emoji', '12345💥'],
  ['six emoji', '💥💥💥💥💥💥'],
  ['NUL', '12345\0'],
  ['NUL behind', '123456\0'],
  ['a line end', '123456\n'],
  ['a tab between', '123\t456'],
  ['a no-break space', '123\u00a0456'],
  ['a soft hyphen', '123\u00ad456'],
  ['an en dash', '123\u2013456'],
  ['a zero-width space', '123\u200b456'],
  ['a sign', '+12345'],
  ['a decimal point', '1234.5'],
  ['an exponent', '1e0000'],
  ['hexadecimal', '0x1234'],
  ['letters', 'abcdef'],
  ['a lone surrogate', '12345\ud83d'],
  ['a combining mark', '12345\u0301'],
  ['six spaces more than allowed', `${' '.repeat(251)}123456`],
  ['a megabyte of digits', '1'.repeat(1_000_000)],
  ['a megabyte of spaces', ' '.repeat(1_000_000)],
  ['a number', 123456],
  ['null', null],
  ['a list', ['123456']],
  ['an object', { $gt: '' }],
  ['an object that reads as a code', { toString: () => '123456', length: 6 }],
  ['a boolean', true],
]

const enrolled = await scene()

async function scene() {
  const world = createWorld()
  const { app } = await enroll(world)
  const { activationToken } = await world.mfa.begin('totp', world.mallory)
  return { world, app, activationToken }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(weird)('%s', (_, code) => {
  test('at a check', async () => {
    const { world } = enrolled
    const generate = vi.spyOn(HOTP, 'generate')
    const row = await world.rows.get('alice')
    const beganMs = performance.now()
    const error = await refusal(world.mfa.stepUp(world.alice, { code: code as string }))
    expect(performance.now() - beganMs).toBeLessThan(1000)
    expect(error).toMatchObject({ code: 'invalid_code', attemptsRemaining: 5 })
    expect(world.events.at(-1)).toMatchObject({ reason: 'not_a_code' })
    expect(generate).not.toHaveBeenCalled()
    expect(await world.rows.get('alice')).toEqual(row)
  })

  test('at confirming', async () => {
    const { world, activationToken } = enrolled
    const generate = vi.spyOn(HOTP, 'generate')
    const error = await refusal(world.mfa.confirm('totp', world.mallory, { activationToken, code: code as string }))
    expect(error).toMatchObject({ code: 'invalid_code', attemptsRemaining: 5 })
    expect(world.events.at(-1)).toMatchObject({ type: 'confirm', reason: 'not_a_code', factor: 'totp' })
    expect(generate).not.toHaveBeenCalled()
    expect(await world.rows.get('mallory')).toBeNull()
  })
})

test.each([
  ['a space', (code: string) => `${code.slice(0, 3)} ${code.slice(3)}`],
  ['a dash', (code: string) => `${code.slice(0, 3)}-${code.slice(3)}`],
  ['spaces around', (code: string) => `  ${code} `],
  ['as many as can be', (code: string) => ' '.repeat(250) + code],
])('%s is what people put in: the same code, once', async (_, spell) => {
  const { world, app } = await scene()
  const code = app.nextCode(world.clock.now())
  await expect(world.mfa.stepUp(world.alice, { code: spell(code) })).resolves.toMatchObject({ factor: 'totp' })
  for (const again of [code, spell(code)]) {
    expect((await refusal(world.mfa.stepUp(world.alice, { code: again }))).code).toBe('invalid_code')
    expect(world.events.at(-1)?.reason).toBe('replayed')
  }
})
