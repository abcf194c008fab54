/** The rule guarded here: every code is as likely as any other, and only its digits are the code. */
import { expect, test } from 'vitest'
import { isSameCode, randomCode } from '../src/code.ts'

const drawn = (...numbers: readonly number[]) => {
  const left = [...numbers]
  return () => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(left.shift() as number)
    return bytes
  }
}

test('its leading zeros are digits', () => {
  expect(randomCode(6, drawn(7))).toBe('000007')
  expect(randomCode(8, drawn(100_000_042))).toBe('00000042')
})

test('what would favour the low codes is drawn again', () => {
  expect(randomCode(6, drawn(4_294_967_295, 4_294_000_000, 4_293_999_999))).toBe('999999')
  expect(randomCode(8, drawn(4_200_000_000, 5))).toBe('00000005')
})

test('it is itself, whole, and no other', () => {
  expect(isSameCode('123456', '123456')).toBe(true)
  for (const answer of ['123457', '023456', '12345', '', '1234567', '123 456'])
    expect(isSameCode(answer, '123456')).toBe(false)
})
