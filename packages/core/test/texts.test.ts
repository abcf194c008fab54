// Names that people see and ids that tell users apart: nothing unprintable, nothing broken, nothing endless.

import { expect, test } from 'vitest'
import { cleanName, requireText } from '../src/texts.ts'

test.each([
  ['My phone', 'My phone'],
  ['  My phone \t', 'My phone'],
  ['a', 'a'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['🔑'.repeat(64), '🔑'.repeat(64)],
  [` ${'x'.repeat(64)} `, 'x'.repeat(64)],
  [`${' '.repeat(448)}${'x'.repeat(64)}`, 'x'.repeat(64)],
  ['名前 <b>"x"</b> & é', '名前 <b>"x"</b> & é'],
])('%j is a name', (value, name) => {
  expect(cleanName(value)).toBe(name)
})

test.each([
  [''],
  ['   '],
  ['x'.repeat(65)],
  ['🔑'.repeat(65)],
  ['x'.repeat(1_000_000)],
  [`${' '.repeat(449)}${'x'.repeat(64)}`],
  ['a\nb'],
  ['a\r\nb'],
  ['a\0b'],
  ['a\u007fb'],
  ['a\u0085b'],
  ['a\u2028b'],
  ['a\u2029b'],
  ['a\u202eb'],
  ['a\u2066b'],
  ['\ud83d'],
  ['\udc11x'],
  [null],
  [undefined],
  [7],
  [['a']],
  [{}],
])('%j is no name', (value) => {
  expect(cleanName(value)).toBeNull()
})

test.each([['a'], ['x'.repeat(256)], [' '], ['__proto__'], ['a\nb'], ['鍵']])('%j is an id', (value) => {
  expect(() => requireText('user id', value, 256)).not.toThrow()
})

test.each([[''], ['x'.repeat(257)], ['\ud800'], [7], [null], [undefined], [['a']], [{ toString: () => 'a' }]])(
  '%j is no id',
  (value) => {
    expect(() => requireText('user id', value, 256)).toThrow(TypeError)
    expect(() => requireText('user id', value, 256)).toThrow('user id must be a string of 1 to 256 characters')
  },
)
