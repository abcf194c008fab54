/** The rule guarded here: examining a file reports everything that is wrong with it, and neither fails nor changes a byte of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { answerCache } from '../../../src/node/index.ts'
import type { Notice } from '../../../src/ports.ts'
import { failure, freshPath } from '../folder.ts'

let path = ''

beforeEach(() => {
  path = freshPath('qcm.json')
})

function write(content: string | Buffer, mode = 0o600) {
  writeFileSync(path, content, { mode })
}

test('a sound file', async () => {
  write('{ "Town?": ["Paris", "Évry"], "Year?": ["1970"] }')
  expect(await answerCache(path).validate()).toEqual({
    ok: true,
    exists: true,
    encrypted: false,
    questions: 2,
    answers: 3,
    mode: 0o600,
    faults: [],
    warnings: [],
  })
})

test('a file that is missing can be used', async () => {
  expect(await answerCache(path).validate()).toMatchObject({ ok: true, exists: false, questions: 0, mode: null })
})

const questions = Array.from({ length: 10_001 }, (_, index) => `"${index}":["x"]`)
const whole: readonly (readonly [string, string, string | Buffer])[] = [
  ['a cut', 'not_json', '{ "Town?":'],
  ['an empty', 'not_json', ''],
  ['a list’s', 'not_an_object', '["Paris"]'],
  ['a text’s', 'not_an_object', '"Paris"'],
  ['a Latin-1', 'not_utf8', Buffer.from('{"É":[]}', 'latin1')],
  ['a large', 'too_large', ' '.repeat(1_048_577)],
  ['a long', 'too_many_questions', `{${questions.join(',')}}`],
]

test.each(whole)('%s file is at fault as a whole: %s', async (_, fault, content) => {
  write(content)
  expect(await answerCache(path).validate()).toMatchObject({
    ok: false,
    exists: true,
    faults: [{ question: null, fault }],
  })
  expect(readFileSync(path).equals(Buffer.from(content))).toBe(true)
})

test('a folder is at fault', async () => {
  mkdirSync(path)
  expect(await answerCache(path).validate()).toMatchObject({ ok: false, faults: [{ fault: 'not_a_file' }] })
})

test('every question at fault is named, and the others are counted', async () => {
  write('{ "a": "x", "b": ["x", 7], "__proto__": {"c": []}, "d": ["x"], "d": ["y"], "e": [null] }')
  expect(await answerCache(path).validate()).toMatchObject({
    ok: false,
    questions: 1,
    answers: 1,
    faults: [
      { question: 'a', fault: 'answers_not_a_list' },
      { question: 'b', fault: 'answer_not_a_text' },
      { question: '__proto__', fault: 'answers_not_a_list' },
      { question: 'd', fault: 'question_twice' },
      { question: 'e', fault: 'answer_not_a_text' },
    ],
  })
})

test('what is odd is a warning', async () => {
  write('{ "Ville ?": ["x"], "ville ?": ["x"], "VILL\\u00c9 ?": ["x", "y", "x"], " ville  ? ": [], "": [""] }')
  const { ok, faults, warnings } = await answerCache(path).validate()
  expect({ ok, faults }).toEqual({ ok: true, faults: [] })
  expect(warnings).toEqual([
    { question: 'ville ?', warning: 'alike_question' },
    { question: 'VILLÉ ?', warning: 'alike_question' },
    { question: 'VILLÉ ?', warning: 'duplicate_answer' },
    { question: ' ville  ? ', warning: 'alike_question' },
    { question: ' ville  ? ', warning: 'empty_list' },
    { question: '', warning: 'empty_question' },
    { question: '', warning: 'empty_answer' },
  ])
})

test('a mode that lets others in is repaired, told and reported', async () => {
  write('{}', 0o644)
  const notices: Notice[] = []
  const cache = answerCache(path, { onNotice: (notice) => notices.push(notice) })
  const warnings = [{ question: null, warning: 'mode_repaired' }]
  expect(await cache.validate()).toMatchObject({ ok: true, mode: 0o644, warnings })
  expect(notices).toEqual([{ type: 'mode_repaired', file: path }])
  expect(await cache.validate()).toMatchObject({ mode: 0o600, warnings: [] })
})

test('an encrypted file with its key, without it, and with another', async () => {
  const keyFile = freshPath('key')
  await answerCache(path, { keyFile }).add('Town?', 'Paris')
  const sound = { ok: true, encrypted: true, questions: 1, answers: 1 }
  expect(await answerCache(path, { keyFile }).validate()).toMatchObject(sound)
  const closed = (fault: string) => ({ ok: false, exists: true, encrypted: true, faults: [{ question: null, fault }] })
  expect(await answerCache(path).validate()).toMatchObject(closed('key_needed'))
  expect(await answerCache(path, { passphrase: 'long enough' }).validate()).toMatchObject(closed('does_not_open'))
  expect(await answerCache(path, { keyFile: `${keyFile}.none` }).validate()).toMatchObject(closed('key_file'))
  writeFileSync(keyFile, 'no key')
  expect(await answerCache(path, { keyFile }).validate()).toMatchObject(closed('key_file'))
})

test('a passphrase that cannot be asked for is no fault of the file', async () => {
  await answerCache(path, { passphrase: 'long enough' }).add('Town?', 'Paris')
  const error = new Error('nobody there')
  expect(await failure(answerCache(path, { passphrase: () => Promise.reject(error) }).validate())).toBe(error)
})
