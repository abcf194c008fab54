// The built-in store of answers: what it takes, what it keeps (slow salted hashes and no answer), what a try costs.

import { expect, test, vi } from 'vitest'
import { enrolledAnswers, type QuestionSource, questions } from '../../../src/index.ts'
import { answerTo, openEnrolled, openSetting, ownAnswers } from './setting.ts'

// A hash takes a while where other tests are busy.
vi.setConfig({ testTimeout: 30_000 })

const scrypt = vi.hoisted(() => ({ hashes: 0 }))
vi.mock('node:crypto', async (load) => {
  const crypto = await load<typeof import('node:crypto')>()
  const counted = (...args: Parameters<typeof crypto.scrypt>) => {
    scrypt.hashes += 1
    crypto.scrypt(...args)
  }
  return { ...crypto, scrypt: counted }
})

const fill = new Uint8Array(16).fill(7)
const create = (source: QuestionSource) =>
  source.store?.create({ fields: { answers: ownAnswers }, randomBytes: () => fill })
const faultOf = (value: unknown, source = enrolledAnswers()) => source.store?.fields['answers']?.check(value) ?? null

test('answers are enrolled, one of them is answered again, and each login asks the next', async () => {
  const { asked, verify } = await openEnrolled()
  const order: string[] = []
  for (let login = 0; login < 5; login += 1) {
    const { token, question } = await asked()
    order.push(question)
    expect((await verify(token, `  ${answerTo(question).toUpperCase()} `)).status).toBe(200)
  }
  const [first, second, third] = ownAnswers.map(({ question }) => question)
  expect(order).toEqual([second, third, first, second, third])
})

test('a wrong answer confirms nothing', async () => {
  const { client, mfa } = await openSetting(questions(enrolledAnswers()))
  const begun = (await client.send('POST', '/mfa/question/enroll', { answers: ownAnswers })).json
  expect(begun).toMatchObject({ question: 'My first song?', propositions: [] })
  const body = { activation_token: begun['activation_token'], answer: 'Bowline' }
  const wrong = await client.send('POST', '/mfa/question/confirm', body)
  expect(wrong.json).toMatchObject({ code: 'invalid_code', attempts_remaining: 4 })
  expect(await mfa.authenticators('alice')).toMatchObject([{ type: 'totp' }])
})

test('of an answer a salted hash is kept, each with a salt of its own', async () => {
  const source = enrolledAnswers()
  const { randomBytes } = await import('node:crypto')
  const kept = await source.store?.create({ fields: { answers: ownAnswers }, randomBytes })
  const answers = kept?.['answers'] as readonly { question: string; salt: string; hash: string }[]
  expect(answers.map(({ question }) => question)).toEqual(ownAnswers.map(({ question }) => question))
  expect(new Set(answers.map(({ salt }) => salt)).size).toBe(3)
  for (const { salt, hash } of answers) expect([salt, hash].map((text) => text.length)).toEqual([22, 43])
  expect(JSON.stringify(kept)).not.toMatch(/jacques|bowline|porridge/i)
})

test('a try costs one hash, right or wrong, and holds up nobody', async () => {
  const source = enrolledAnswers()
  const enrolled = (await create(source)) ?? {}
  for (const [answer, isRight] of [
    ['bowline', true],
    ['granny', false],
  ] as const) {
    scrypt.hashes = 0
    let turns = 0
    const counting = setInterval(() => {
      turns += 1
    }, 0)
    const question = 'My favourite knot?'
    expect(await source.check({ userId: 'alice', question, ref: null, answer, enrolled })).toBe(isRight)
    clearInterval(counting)
    expect({ hashes: scrypt.hashes, turns: turns > 0 }).toEqual({ hashes: 1, turns: true })
  }
})

test('a question that was not enrolled has no answer', async () => {
  const source = enrolledAnswers()
  const enrolled = (await create(source)) ?? {}
  const asked = { userId: 'alice', question: 'Another?', ref: null, answer: 'Bowline', enrolled }
  expect(await source.check(asked)).toBe(false)
})

/** Questions of letters of three bytes each, 160 of them. */
function wideQuestions(count: number) {
  const letters = '一二三四五六七八九十'
  return Array.from({ length: count }, (_, at) => ({ question: letters.charAt(at).repeat(160), answer: `knot ${at}` }))
}

test.each<[string, RegExp, unknown]>([
  ['nothing', /list of 3 to 10/, undefined],
  ['two', /list of 3 to 10/, ownAnswers.slice(1)],
  ['eleven', /list of 3 to 10/, Array.from({ length: 11 }, (_, at) => ({ question: `Q${at}`, answer: `a${at}` }))],
  ['texts', /questions of 1 to 160/, ['a', 'b', 'c']],
  ['nulls', /questions of 1 to 160/, [null, null, null]],
  ['a question too long', /questions of 1 to 160/, [{ question: 'x'.repeat(161), answer: 'a' }, ...ownAnswers]],
  ['an empty answer', /answers of 1 to 256/, [{ question: 'Q', answer: '  ' }, ...ownAnswers]],
  ['questions too long together', /1800 bytes/, wideQuestions(10)],
  ['a question twice', /no question twice/, [{ question: 'my first SONG?', answer: 'a' }, ...ownAnswers]],
  ['an answer twice', /no answer twice/, [{ question: 'Q', answer: 'bow\u200cline' }, ...ownAnswers]],
  ['an answer that is told', /its question tells/, [{ question: 'Red or blue?', answer: 'RED' }, ...ownAnswers]],
])('%s is refused, and the refusal repeats no answer', (_, message, value) => {
  expect(faultOf(value)).toMatch(message)
  expect(faultOf(value)).not.toMatch(/jacques|bowline|porridge|red/i)
})

test('the host may offer the questions, and ask for more of them', () => {
  const source = enrolledAnswers({ questions: ['One?', 'Two?', 'Three?', ' Four? '], least: 4 })
  const answers = ['One?', 'Two?', 'Three?', 'Four?'].map((question, at) => ({ question, answer: `answer ${at}` }))
  expect(faultOf(answers, source)).toBeNull()
  expect(faultOf(answers.slice(1), source)).toMatch(/list of 4 to 10/)
  expect(faultOf([...answers.slice(1), { question: 'Five?', answer: 'a' }], source)).toMatch(/that are offered/)
  expect(faultOf(ownAnswers)).toBeNull()
})

test.each<[string, RegExp, unknown]>([
  ['null', /options must be an object/, null],
  ['an unknown option', /unknown option "lest" \(known: questions, least\)/, { lest: 3 }],
  ['too few', /options\.least/, { least: 2 }],
  ['too many', /options\.least/, { least: 11 }],
  ['questions that are no list', /options\.questions/, { questions: 'One?' }],
  ['fewer questions than answers', /options\.questions/, { questions: ['One?', 'Two?'] }],
  ['a question that is no text', /options\.questions/, { questions: ['One?', 'Two?', 3] }],
  ['two that read alike', /options\.questions/, { questions: ['One?', 'Two?', 'one?'] }],
])('%s is a bad option', (_, message, options) => {
  expect(() => enrolledAnswers(options as never)).toThrow(TypeError)
  expect(() => enrolledAnswers(options as never)).toThrow(message)
})

test('fields are checked over HTTP, before anything is hashed', async () => {
  const { client } = await openSetting(questions(enrolledAnswers()))
  scrypt.hashes = 0
  const answer = await client.send('POST', '/mfa/question/enroll', { answers: ownAnswers.slice(1) })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field: 'answers' }] } })
  expect(scrypt.hashes).toBe(0)
})

test('as many and as long questions as there may be can be confirmed', async () => {
  const { client } = await openSetting(questions(enrolledAnswers()))
  const wide = wideQuestions(3).map(({ question, answer }) => ({ question, answer: `wide ${answer}` }))
  const long = Array.from({ length: 7 }, (_, at) => ({ question: `${at}`.repeat(51), answer: `answer ${at}` }))
  const { activation_token } = (await client.send('POST', '/mfa/question/enroll', { answers: [...wide, ...long] })).json
  const confirmed = await client.send('POST', '/mfa/question/confirm', { activation_token, answer: 'wide knot 0' })
  expect(confirmed.status).toBe(200)
})
