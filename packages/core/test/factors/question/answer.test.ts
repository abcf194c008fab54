// The rule guarded here: an answer is compared as people mean it, and nothing that could not be right is looked at.

import { expect, test } from 'vitest'
import { readAnswer, readChoice } from '../../../src/factors/question/answer.ts'
import { normalizeAnswer } from '../../../src/index.ts'

test.each([
  ['case', 'paris', 'PARIS'],
  ['accents', 'Élan à côté', 'elan a cote'],
  ['accents typed as marks of their own', 'e\u0301lan', 'élan'],
  ['white space', '  le\t Havre \n', 'Le Havre'],
  ['spaces of other widths', 'le\u00a0\u2009Havre', 'le Havre'],
  ['full-width letters and digits', 'Ｐａｒｉｓ １９７０', 'paris 1970'],
  ['ligatures', 'ﬁn', 'FIN'],
  ['sharp s', 'straße', 'STRASSE'],
  ['the two small sigmas', 'ὀδός', 'ΟΔΟΣ'],
  ['the Turkish capital with a dot', 'İzmir', 'izmir'],
  ['Arabic vowel points', 'مُحَمَّد', 'محمد'],
  ['joiners that nobody sees', 'foo\u200dbar', 'foobar'],
])('%s make no difference', (_, one, other) => {
  expect(normalizeAnswer(one)).toBe(normalizeAnswer(other))
})

test.each([
  ['another word', 'paris', 'parma'],
  ['a space in between', 'le havre', 'lehavre'],
  ['punctuation', 'st. malo', 'st malo'],
  ['vowel signs that are letters to their script', 'कि', 'का'],
])('%s does', (_, one, other) => {
  expect(normalizeAnswer(one)).not.toBe(normalizeAnswer(other))
})

test('what is in that form stays as it is, whatever the character', () => {
  const unstable: string[] = []
  for (let first = 1; first <= 0x10_ff_ff; first += 256) {
    const points = Array.from({ length: 256 }, (_, at) => first + at).filter((point) => point <= 0x10_ff_ff)
    const text = points.map((point) => `a${String.fromCodePoint(point)}b`).join('|')
    const once = normalizeAnswer(text.toWellFormed())
    if (normalizeAnswer(once) !== once) unstable.push(first.toString(16))
  }
  expect(unstable).toEqual([])
})

test.each([
  ['nothing', ''],
  ['white space', ' \t\u00a0'],
  ['marks alone', '\u0301\u0301'],
  ['too long', 'x'.repeat(257)],
  ['too long before it is read', `x${' '.repeat(1024)}`],
  ['half of a character', '\ud83d'],
  ['a number', 1970],
  ['a list', ['paris']],
  ['null', null],
])('%s is no answer', (_, answer) => {
  expect(readAnswer(answer)).toBeNull()
  expect(readChoice([], answer)).toBeNull()
})

test('256 characters are one, however many bytes they have', () => {
  expect(readAnswer('😀'.repeat(256))).toBe('😀'.repeat(256))
})

test('of propositions the very one is handed on, and of free answers what was typed', () => {
  expect(readChoice(['PARIS', 'Évry'], ' evry')).toBe('Évry')
  expect(readChoice(['PARIS', 'Évry'], 'lyon')).toBeNull()
  expect(readChoice([], ' evry')).toBe(' evry')
})
