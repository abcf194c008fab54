/** The rule guarded here: answers stay as they were given, in their order, and a file that cannot be read is never written. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, expectTypeOf, test } from 'vitest'
import { type AnswerCache, answerCache } from '../../../src/node/index.ts'
import type { RememberedAnswers } from '../../../src/ports.ts'
import { besides, failure, freshPath, refusal } from '../folder.ts'

let path = ''
let cache: AnswerCache

beforeEach(() => {
  path = freshPath('qcm.json')
  cache = answerCache(path)
})

const text = () => readFileSync(path, 'utf8')

test('it remembers for a client', () => {
  expectTypeOf<AnswerCache>().toExtend<RememberedAnswers>()
})

test('nothing is known at first, and nothing is written for it', async () => {
  expect(await cache.get('Town?')).toBeNull()
  expect(await cache.getAll('Town?')).toEqual([])
  expect(await cache.questions()).toEqual([])
  expect(await cache.remove('Town?')).toBe(false)
  await cache.clear()
  await cache.clean()
  expect(besides(path)).toEqual([])
})

test('the latest answer is the last, and one that comes again moves there', async () => {
  await cache.add('Town?', 'Paris')
  await cache.add('Town?', 'Évry')
  await cache.add('Year?', '1970')
  expect(await cache.get('Town?')).toBe('Évry')
  await cache.add('Town?', 'Paris')
  expect(await cache.getAll('Town?')).toEqual(['Évry', 'Paris'])
  expect(await cache.questions()).toEqual(['Town?', 'Year?'])
  expect(await cache.entries()).toEqual([
    ['Town?', ['Évry', 'Paris']],
    ['Year?', ['1970']],
  ])
})

test('an answer that is the last already is not written again', async () => {
  await cache.add('Town?', 'Paris')
  const before = statSync(path).ino
  await cache.add('Town?', 'Paris')
  expect(statSync(path).ino).toBe(before)
  await cache.add('Town?', 'Évry')
  expect(statSync(path).ino).not.toBe(before)
})

// What `json.dump({…}, file, indent=2, ensure_ascii=False)` of Python 3 writes.
const pythons = [
  '{',
  '  "Quelle est votre ville de résidence ?": [',
  '    "PARIS",',
  '    "\\"Évry\\"\\n\\t\\u001f\\\\"',
  '  ],',
  '  "1970 \u{1f600} \u2028 \u007f": [',
  '    "/"',
  '  ],',
  '  "empty": []',
  '}',
].join('\n')

test('the file is, to the byte, what Python writes', async () => {
  writeFileSync(path, pythons)
  await cache.add('Quelle est votre ville de résidence ?', 'LYON')
  expect(await cache.removeAnswer('Quelle est votre ville de résidence ?', 'LYON')).toBe(true)
  expect(text()).toBe(pythons)
  expect(await cache.getAll('Quelle est votre ville de résidence ?')).toEqual(['PARIS', '"Évry"\n\t\u001f\\'])
  await cache.clear()
  expect(text()).toBe('{}')
})

test('questions keep their order, also those that look like numbers', async () => {
  writeFileSync(path, '{ "town": ["b"], "2": ["x"], "1": ["y: [{"], "\\u0030": [] }')
  await cache.add('1', 'z')
  expect(await cache.questions()).toEqual(['town', '2', '1', '0'])
  expect(await answerCache(path).questions()).toEqual(['town', '2', '1', '0'])
})

test('questions are compared exactly, and every text is an ordinary one', async () => {
  const questions = ['Town?', 'town?', 'Town? ', '__proto__', 'constructor', 'toString', '\u{d800}', 'E\u0301', 'É']
  for (const question of questions) {
    expect(await cache.getAll(question)).toEqual([])
    await cache.add(question, `to ${question}`)
  }
  const again = answerCache(path)
  expect(await again.questions()).toEqual(questions)
  for (const question of questions) expect(await again.get(question)).toBe(`to ${question}`)
  expect(await again.remove('__proto__')).toBe(true)
  expect(await again.questions()).toEqual(questions.filter((question) => question !== '__proto__'))
})

test('removing tells whether there was something', async () => {
  await cache.add('Town?', 'Paris')
  await cache.add('Town?', 'Évry')
  expect(await cache.removeAnswer('Town?', 'Lyon')).toBe(false)
  expect(await cache.removeAnswer('Year?', 'Paris')).toBe(false)
  expect(await cache.removeAnswer('Town?', 'Évry')).toBe(true)
  expect(await cache.get('Town?')).toBe('Paris')
  expect(await cache.removeAnswer('Town?', 'Paris')).toBe(true)
  expect(await cache.questions()).toEqual([])
  await cache.add('Town?', 'Paris')
  expect(await cache.remove('Town?')).toBe(true)
  expect(await cache.remove('Town?')).toBe(false)
})

test('what another process has written is seen', async () => {
  await cache.add('Town?', 'Paris')
  writeFileSync(path, '{ "Town?": ["Lyon"] }')
  expect(await cache.get('Town?')).toBe('Lyon')
  await cache.add('Town?', 'Évry')
  expect(await cache.getAll('Town?')).toEqual(['Lyon', 'Évry'])
})

test('calls at the same time lose nothing, and are served in their order', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `answer ${index}`)
  await Promise.all(names.map((name) => cache.add('Town?', name)))
  expect(await cache.getAll('Town?')).toEqual(names)
})

const broken = {
  'is not JSON': '{ "Town?": ["Paris"',
  'is empty': '',
  'is a list': '[]',
  'is null': 'null',
  'has no list': '{ "Town?": "Paris" }',
  'has a number': '{ "Town?": ["Paris", 7] }',
  'has a question twice': '{ "Town?": ["Paris"], "Town?": ["Lyon"] }',
  'is not UTF-8': Buffer.from('{ "Town?": ["Évry"] }', 'latin1'),
}

test.each(Object.entries(broken))('a file that %s is never overwritten', async (_, content) => {
  writeFileSync(path, content, { mode: 0o600 })
  const sound = freshPath('sound.json')
  writeFileSync(sound, '{ "Town?": ["Nantes"] }')
  const calls: readonly (() => Promise<unknown>)[] = [
    () => cache.get('Town?'),
    () => cache.getAll('Town?'),
    () => cache.questions(),
    () => cache.entries(),
    () => cache.add('Town?', 'Nantes'),
    () => cache.remove('Town?'),
    () => cache.removeAnswer('Town?', 'Paris'),
    () => cache.clear(),
    () => cache.clean(),
    () => cache.merge(sound),
    () => answerCache(sound).merge(path),
    () => cache.encrypt({ passphrase: 'long enough' }),
    () => cache.decrypt(),
  ]
  for (const call of calls)
    expect({ call: String(call), code: await refusal(call()) }).toMatchObject({ code: 'invalid_file' })
  expect(readFileSync(path)).toEqual(Buffer.from(content))
  expect(readFileSync(sound, 'utf8')).toBe('{ "Town?": ["Nantes"] }')
  expect(besides(path)).toEqual(['qcm.json'])
})

test('merging is the union, what is new comes last', async () => {
  writeFileSync(path, '{ "a": ["1", "2"], "b": ["x"] }')
  const other = freshPath('other.json')
  writeFileSync(other, '{ "c": ["new", "newer"], "a": ["2", "0"], "b": ["x"] }')
  expect(await cache.merge(other)).toEqual({ questions: 1, answers: 3 })
  expect(await cache.entries()).toEqual([
    ['a', ['1', '2', '0']],
    ['b', ['x']],
    ['c', ['new', 'newer']],
  ])
  const before = statSync(path).ino
  expect(await cache.merge(answerCache(other))).toEqual({ questions: 0, answers: 0 })
  expect(await cache.merge(path)).toEqual({ questions: 0, answers: 0 })
  expect(statSync(path).ino).toBe(before)
})

test('merging two caches into each other at once ends', async () => {
  const other = answerCache(freshPath('other.json'))
  await cache.add('a', '1')
  await other.add('b', '2')
  await Promise.all([cache.merge(other), other.merge(cache)])
  for (const one of [cache, other]) expect((await one.questions()).toSorted()).toEqual(['a', 'b'])
})

test('merging with a file that does not exist is refused', async () => {
  expect(await refusal(cache.merge(freshPath('none.json')))).toBe('invalid_file')
  expect(existsSync(path)).toBe(false)
})

test('cleaning keeps the latest of repeated answers, and drops what is empty', async () => {
  writeFileSync(path, '{ "a": ["1", "2", "", "1"], "b": [], "c": ["", ""], "": ["x"], "d": ["y"] }')
  expect(await cache.clean()).toEqual({ questions: 3, duplicates: 1, empty: 3 })
  expect(await cache.entries()).toEqual([
    ['a', ['2', '1']],
    ['d', ['y']],
  ])
  expect(await cache.clean()).toEqual({ questions: 0, duplicates: 0, empty: 0 })
})

test('the file has at most 10,000 questions', async () => {
  const members = Array.from({ length: 10_000 }, (_, index) => `"${index}":[]`)
  writeFileSync(path, `{${members.join(',')}}`)
  expect(await cache.questions()).toHaveLength(10_000)
  expect(await refusal(cache.add('one more', 'x'))).toBe('invalid_file')
  expect(await cache.questions()).toHaveLength(10_000)
  writeFileSync(path, `{${members.join(',')},"one more":[]}`)
  expect(await refusal(cache.questions())).toBe('invalid_file')
})

test('the file has at most 1 MiB, and one text of that length is read', async () => {
  const long = JSON.stringify({ 'Town?': ['\\"x'.repeat(200_000)] })
  writeFileSync(path, long)
  expect(await cache.get('Town?')).toHaveLength(600_000)
  const other = freshPath('other.json')
  writeFileSync(other, JSON.stringify({ 'Year?': ['x'.repeat(300_000)] }))
  expect(await refusal(cache.merge(other))).toBe('invalid_file')
  expect(text()).toBe(long)
})

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['null', null],
  ['a number', 7],
  ['an empty text', ''],
  ['4097 characters', 'x'.repeat(4097)],
  ['a list', ['Town?']],
])('%s is no question that is kept and no answer, and one that is not known', async (_what, bad) => {
  const calls = [
    () => cache.add(bad as string, 'Paris'),
    () => cache.add('Town?', bad as string),
    () => cache.remove(bad as string),
    () => cache.removeAnswer(bad as string, 'Paris'),
    () => cache.removeAnswer('Town?', bad as string),
  ]
  for (const call of calls) expect(await failure(call())).toBeInstanceOf(TypeError)
  expect([await cache.get(bad as string), await cache.getAll(bad as string)]).toEqual([null, []])
  expect(existsSync(path)).toBe(false)
})

test('a text of 4096 characters is remembered', async () => {
  await cache.add('q'.repeat(4096), 'a'.repeat(4096))
  expect(await cache.get('q'.repeat(4096))).toBe('a'.repeat(4096))
})
