// The rule guarded here: a bad option fails at once, with a TypeError that names it.

import { expect, test } from 'vitest'
import { type QuestionOptions, questions } from '../../../src/index.ts'

const source = { next: () => ({ question: 'Q' }), check: () => true }
const store = { fields: {}, create: () => ({}) }

test.each<[string, RegExp, unknown]>([
  ['nothing', /options must be an object/, undefined],
  ['null', /options must be an object/, null],
  ['an unknown option', /unknown option "chek" \(known: next, check, store, onlyFactor\)/, { ...source, chek: 1 }],
  ['no next', /options\.next must be a function/, { check: source.check }],
  ['no check', /options\.check must be a function/, { next: source.next }],
  ['a text for a flag', /options\.onlyFactor/, { ...source, onlyFactor: 'yes' }],
  ['a store of nothing', /options\.store/, { ...source, store: null }],
  ['a store without fields', /options\.store/, { ...source, store: { create: store.create } }],
  ['a store that makes nothing', /options\.store/, { ...source, store: { fields: {} } }],
])('%s is refused', (_, message, options) => {
  expect(() => questions(options as QuestionOptions)).toThrow(TypeError)
  expect(() => questions(options as QuestionOptions)).toThrow(message)
})

test('what is right is taken: the factor is knowledge, and beside another unless the app says otherwise', () => {
  const kind = { strength: 'knowledge', amr: ['kba'] }
  expect(questions({ ...source, store })).toMatchObject({ ...kind, role: 'beside' })
  expect(questions({ ...source, onlyFactor: true })).toMatchObject({ ...kind, role: 'primary' })
  expect(questions({ ...source, onlyFactor: false })).toMatchObject({ role: 'beside' })
})
