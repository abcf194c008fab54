// Questions at login: one that stands until it is answered, for every token; an answer that ends it, right or wrong; a
// proof that raises nothing. And a host that has no say in any of that.

import { expect, test, vi } from 'vitest'
import { type Question, questions } from '../../../src/index.ts'
import { login, refusal } from '../../world.ts'
import { answerTo, factSource, openSetting, type Setting } from './setting.ts'

// Many requests, on cores that may be busy with other tests.
vi.setConfig({ testTimeout: 30_000 })

async function openFacts(): Promise<Setting> {
  const setting = await openSetting()
  await setting.enrollQuestions()
  return setting
}

/** A source whose questions wait until they are let go. */
function heldSource() {
  const held: (() => void)[] = []
  let isHeld = false
  const { next, check } = factSource()
  return {
    held,
    hold: (on: boolean) => {
      isHeld = on
    },
    source: {
      check,
      async next(input: Parameters<typeof next>[0]) {
        if (isHeld) await new Promise<void>((resolve) => held.push(resolve))
        return next(input)
      },
    },
  }
}

test('enrollment asks one question of the host, and its answer confirms', async () => {
  const { client, mfa } = await openSetting()
  const begun = await client.send('POST', '/mfa/question/enroll', {})
  expect(begun.json).toEqual({
    question: 'Where do you live?',
    propositions: ['Paris', 'Évry', 'Lyon'],
    activation_token: expect.any(String),
    expires_in: 600,
  })
  const { activation_token } = begun.json
  const confirm = (answer: unknown) => client.send('POST', '/mfa/question/confirm', { activation_token, answer })
  expect((await confirm(7)).json).toMatchObject({ code: 'invalid_request', errors: [{ field: 'answer' }] })
  expect((await confirm('Nice')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  expect((await confirm('Paris')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 4 })
  expect((await confirm(' EVRY ')).json).toMatchObject({
    authenticator: { type: 'question', name: 'Questions 1' },
    recovery_codes: [],
  })
  expect((await client.send('POST', '/mfa/question/enroll', {})).json).toMatchObject({ code: 'authenticator_limit' })
  expect(await mfa.status('alice')).toMatchObject({ methods: ['totp', 'question', 'recovery_code'] })
})

test('a challenge is asked a question; the right answer signs in, as knowledge and no more', async () => {
  const { ask, verify, ...world } = await openFacts()
  const token = await login(world)
  expect(await ask(token)).toEqual({
    status: 200,
    json: { question: 'In which year were you born?', propositions: [] },
  })
  expect(await verify(token, '1970')).toEqual({ status: 200, json: { signed_in: 'alice', amr: ['pwd', 'kba'] } })
  expect(world.events.at(-1)).toMatchObject({ type: 'verify', result: 'success', factor: 'question' })
  const { proof } = await world.mfa.verify(await login(world), { code: world.enrolled.codes[0] })
  expect(proof.amr).toContain('mfa')
})

test('the question stands, for this token and every other, until it is answered', async () => {
  const { asked, ask } = await openFacts()
  const { token, question } = await asked()
  expect((await ask(token)).json).toMatchObject({ question })
  expect(await asked()).toMatchObject({ question })
  expect((await ask(token)).json).toMatchObject({ question })
})

test('a wrong answer is counted and brings another question; so does a right one', async () => {
  const { asked, ask, verify } = await openFacts()
  const { token, question } = await asked()
  expect((await verify(token, '1971')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 4 })
  const { json } = await ask(token)
  expect(json['question']).not.toBe(question)
  expect((await verify(token, answerTo(json['question']))).status).toBe(200)
  const next = await asked()
  expect([question, json['question']]).not.toContain(next.question)
})

test('an answer is looked at only where its token was asked', async () => {
  const setting = await openFacts()
  const { asked, ask, verify, events, mfa, alice } = setting
  const token = await login(setting)
  expect((await verify(token, '1970')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  const other = await asked()
  expect((await verify(token, '1970')).json).toMatchObject({ code: 'invalid_code' })
  expect(events.at(-1)).toMatchObject({ result: 'failure', reason: 'not_a_code' })
  expect((await verify(other.token, '1971')).json).toMatchObject({ attempts_remaining: 4 })
  // The question is gone for everybody who was asked it.
  expect((await verify(other.token, '1970')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 4 })
  await ask(token)
  const refused = await refusal(mfa.challenge(alice, { answer: 'Jean Moulin' }))
  expect(refused).toMatchObject({ code: 'invalid_code' })
  expect((await verify(token, 'jean  moulin')).status).toBe(200)
})

test('an answer that is none of the propositions is not looked at, and the question stands', async () => {
  const { asked, ask, verify } = await openFacts()
  for (const answer of ['1971', 'Jean Moulin II']) {
    const { token } = await asked()
    await verify(token, answer)
  }
  const { token, question } = await asked()
  expect(question).toBe('Where do you live?')
  expect((await verify(token, 'Nice')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 3 })
  expect((await ask(token)).json).toMatchObject({ question })
  expect((await verify(token, 'évry')).status).toBe(200)
})

test('who has no questions is asked none', async () => {
  const setting = await openSetting()
  const { ask } = setting
  const token = await login(setting)
  expect(await ask(token)).toMatchObject({ status: 409, json: { code: 'not_enabled' } })
  expect((await ask('x')).json).toMatchObject({ code: 'invalid_token' })
})

test('two who ask at one instant are asked one question', async () => {
  const { held, hold, source } = heldSource()
  const setting = await openSetting(questions(source))
  await setting.enrollQuestions()
  const [one, other] = [await login(setting), await login(setting)]
  hold(true)
  const answers = [setting.ask(one), setting.ask(other), setting.ask(one)]
  await expect.poll(() => held.length).toBe(3)
  for (const release of held) release()
  const given = await Promise.all(answers)
  expect(given.map(({ json }) => json['question'])).toEqual(Array(3).fill('In which year were you born?'))
  expect((await setting.verify(other, '1970')).status).toBe(200)
})

test('what was offered before somebody else answered is offered no more', async () => {
  const { held, hold, source } = heldSource()
  const setting = await openSetting(questions(source))
  await setting.enrollQuestions()
  const slow = await login(setting)
  hold(true)
  const late = setting.ask(slow)
  await expect.poll(() => held.length).toBe(1)
  hold(false)
  const { token, question } = await setting.asked()
  await setting.verify(token, 'wrong')
  for (const release of held) release()
  expect((await late).json['question']).not.toBe(question)
})

test('sixteen tokens may answer one question; the one that asked longest ago has to ask again', async () => {
  const { asked, ask, verify } = await openFacts()
  const first = await asked()
  for (let count = 0; count < 16; count += 1) await asked()
  expect((await verify(first.token, '1970')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  expect((await ask(first.token)).json).toMatchObject({ question: first.question })
  expect((await verify(first.token, '1970')).status).toBe(200)
})

test('a new question costs two reads and a write, the same again one read', async () => {
  const setting = await openFacts()
  const { ask, storage } = setting
  const token = await login(setting)
  for (const cost of [
    { get: 2, put: 1 },
    { get: 1, put: 0 },
  ]) {
    const { get, put } = { ...storage.calls }
    expect((await ask(token)).status).toBe(200)
    expect({ get: storage.calls.get - get, put: storage.calls.put - put }).toEqual(cost)
  }
})

test('questions that are enrolled anew are asked anew', async () => {
  const setting = await openFacts()
  const { asked, ask, verify, enrollQuestions, mfa, clock } = setting
  const before = await asked()
  const [, own] = await mfa.authenticators('alice')
  await mfa.removeAuthenticator('alice', own?.id ?? '', { provedAt: clock.now() })
  expect((await ask(before.token)).json).toMatchObject({ code: 'invalid_token' })
  await enrollQuestions()
  const token = await login(setting)
  expect((await verify(token, '1970')).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  expect((await ask(token)).json['question']).not.toBe('Where do you live?')
})

test('a host that says anything but true says no, and what it throws is charged to nobody', async () => {
  const answers: unknown[] = ['yes', 1, {}]
  const broken = new Error('the host is broken')
  const setting = await openSetting(
    questions({
      next: factSource().next,
      check: ({ userId, enrolled }) => {
        expect([userId, enrolled]).toEqual(['alice', {}])
        if (answers.length === 0) throw broken
        return answers.pop() as boolean
      },
    }),
  )
  const { activation_token } = (await setting.client.send('POST', '/mfa/question/enroll', {})).json
  const confirm = () => setting.client.send('POST', '/mfa/question/confirm', { activation_token, answer: 'Paris' })
  for (const left of [4, 3, 2]) expect((await confirm()).json).toMatchObject({ attempts_remaining: left })
  expect(await confirm()).toMatchObject({ status: 500, json: { text: String(broken) } })
  answers.push(false)
  expect((await confirm()).json).toMatchObject({ attempts_remaining: 1 })
})

test('a question of a host is as long as it may be, with all its propositions', async () => {
  const propositions = Array.from({ length: 20 }, (_, index) => 'é'.repeat(20) + 'x'.repeat(58) + String(10 + index))
  const longest: Question = { question: '😀'.repeat(160), ref: 'x'.repeat(160), propositions }
  expect(Buffer.byteLength(JSON.stringify(longest))).toBeGreaterThan(2900)
  const setting = await openSetting(questions({ next: () => longest, check: ({ answer }) => answer.endsWith('29') }))
  const begun = (await setting.client.send('POST', '/mfa/question/enroll', {})).json
  const body = { activation_token: begun['activation_token'], answer: propositions[19] }
  expect((await setting.client.send('POST', '/mfa/question/confirm', body)).status).toBe(200)
  expect((await setting.ask(await login(setting))).json).toEqual({ question: longest.question, propositions })
})

const longOnes = Array.from({ length: 20 }, (_, at) => `${'é'.repeat(90)}${at}`)

test.each<[string, string, unknown]>([
  ['no question', 'question', undefined],
  ['an empty one', 'question', { question: ' ' }],
  ['a long one', 'question', { question: 'x'.repeat(161) }],
  ['one with a line end', 'question', { question: 'one\ntwo' }],
  ['an empty ref', 'ref', { question: 'Q', ref: '' }],
  ['one proposition', 'propositions', { question: 'Q', propositions: ['a'] }],
  ['propositions that are no list', 'propositions', { question: 'Q', propositions: 'abc' }],
  ['too many', 'propositions', { question: 'Q', propositions: Array.from({ length: 21 }, (_, at) => `p${at}`) }],
  ['one that is no text', 'propositions', { question: 'Q', propositions: ['a', 7] }],
  ['one that nobody could answer with', 'propositions', { question: 'Q', propositions: ['a', '\u0301'] }],
  ['too many bytes', 'at most 3000 bytes', { question: '😀'.repeat(160), propositions: longOnes }],
  ['two that read alike', 'propositions', { question: 'Q', propositions: ['Evry', 'évry'] }],
])('a host that gives %s is told so', async (_, name, given) => {
  const { mfa, alice, clock } = await openSetting(questions({ next: () => given as Question, check: () => true }))
  const begun = mfa.begin('question', alice, { provedAt: clock.now() })
  await expect(begun).rejects.toThrow(TypeError)
  await expect(begun).rejects.toThrow(name)
})

test('it stands beside another factor, unless the host names it the only one', async () => {
  const { mfa, mallory } = await openSetting()
  expect(await refusal(mfa.begin('question', mallory))).toMatchObject({ code: 'not_enabled' })
  const alone = await openSetting(questions({ ...factSource(), onlyFactor: true }))
  const { activationToken } = await alone.mfa.begin('question', mallory)
  const confirmed = await alone.mfa.confirm('question', mallory, { activationToken, answer: 'Évry' })
  expect(confirmed.proof).toMatchObject({ amr: ['pwd', 'kba'], provedAt: null })
  expect(confirmed.recoveryCodes).toHaveLength(10)
})
