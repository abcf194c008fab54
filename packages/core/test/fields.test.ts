// Fields of a body: what a check says of each kind of value, and that reading one that was not checked is a fault.

import { expect, test } from 'vitest'
import {
  type Field,
  optionalCode,
  optionalText,
  optionalTextOf,
  pick,
  requiredCode,
  requiredText,
  textOf,
} from '../src/index.ts'

test.each<[string, Field, unknown, string | null]>([
  ['a text', requiredText, 'a', null],
  ['no text', requiredText, undefined, 'is required'],
  ['a number for a text', requiredText, 1, 'must be a string'],
  ['a text that may be left out', optionalText, undefined, null],
  ['null for such a text', optionalText, null, 'must be a string'],
  ['a code', requiredCode, '012345', null],
  ['no code', requiredCode, undefined, 'is required'],
  ['a number for a code', requiredCode, 12_345, 'must be a string, in quotes: a number loses its leading zeros'],
  ['a code that may be left out', optionalCode, undefined, null],
  ['a number for such a code', optionalCode, 1, 'must be a string, in quotes: a number loses its leading zeros'],
])('%s', (_, { check, schema }, value, fault) => {
  expect(check(value)).toBe(fault)
  expect(schema['type']).toBe('string')
})

test("a body's own members are read, and nothing that it inherits", () => {
  const body = { name: 'phone', __proto__: { code: '1' } }
  expect(textOf(body, 'name')).toBe('phone')
  expect(optionalTextOf(body, 'code')).toBeUndefined()
  expect(pick(body, ['name', 'code', 'toString'])).toEqual({ name: 'phone' })
})

test('a member that was not checked is a fault, and no text', () => {
  expect(() => textOf({}, 'name')).toThrow(new TypeError('name must be a string'))
  expect(() => optionalTextOf({ name: 1 }, 'name')).toThrow(TypeError)
})
