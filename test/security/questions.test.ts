/** The threat: somebody who has the password guesses at a question, looks for an easy one, or makes more of an answer than it is. */
import { enrolledAnswers, normalizeAnswer, type QuestionSource, questions } from '@latchkey/core'
import type { HttpAnswer, HttpClient } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { toldBy } from './canaries.ts'
import { expectPassed, type Person } from './person.ts'
import { badToken, expectRefused, expectUnchanged, locked, notACode, reasonsOf, stepUpRequired } from './refusal.ts'
import { anyStack, describeOn, storageStacks } from './stacks.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

/** A host of a hundred questions, each with an answer of its own for each user. It asks them in turn. */
function numberedQuestions(): QuestionSource & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    next({ userId, previous }) {
      asked.push(userId)
      const number = (Number(previous.at(-1)?.ref ?? 0) + 1) % 100
      return { question: `Question ${number}?`, ref: String(number) }
    },
    check: ({ userId, question, answer }) => normalizeAnswer(answer) === normalizeAnswer(answerOf(userId, question)),
  }
}

function answerOf(userId: string, question: string): string {
  return `${userId} says ${question.replaceAll(/\D/g, '')}`
}

/** Somebody with an app and questions. */
interface Asked {
  readonly person: Person
  /** A new challenge's token, and the question it is asked. */
  readonly asked: () => Promise<{ readonly token: string; readonly question: string; readonly right: string }>
}

function ask(token: string, client: HttpClient): Promise<HttpAnswer> {
  return client.post('/auth/mfa/question', { ephemeral_token: token })
}

function answer(token: string, said: unknown, client: HttpClient): Promise<HttpAnswer> {
  return client.post('/auth/mfa/verify', { ephemeral_token: token, answer: said })
}

function questionIn(given: HttpAnswer): string {
  return String(expectPassed(given)['question'])
}

async function openAsked(stack: Parameters<typeof openStage>[0], options: StageOptions = {}) {
  const source = numberedQuestions()
  const stage = await openStage(stack, { ...options, mfa: { factors: [questions(pair(source))], ...options.mfa } })
  const guest = stage.browser()
  const enrolled = async (person: Person): Promise<Asked> => {
    await person.enroll()
    const begun = expectPassed(await person.browser.post('/auth/mfa/question/enroll', {}))
    const body = {
      activation_token: begun['activation_token'],
      answer: answerOf(person.id, String(begun['question'])),
    }
    expectPassed(await person.browser.post('/auth/mfa/question/confirm', body))
    return {
      person,
      async asked() {
        const token = await person.challenge()
        const question = questionIn(await ask(token, guest))
        return { token, question, right: answerOf(person.id, question) }
      },
    }
  }
  const { person, asked } = await enrolled(stage.alice)
  return { stage, source, guest, alice: person, asked, enrolled }
}

/** The options of a source without what the tests added. */
function pair({ next, check }: QuestionSource): QuestionSource {
  return { next, check }
}

/** Asserts that the answer was looked at, charged, and answered as any wrong code is. */
function expectWrong(given: HttpAnswer, left: number): void {
  expect({ status: given.status, ...(given.json() as object) }).toMatchObject({
    status: 400,
    code: 'invalid_code',
    attempts_remaining: left,
  })
  expect(given.headers['set-cookie']).toBeUndefined()
}

async function failuresOf(stage: Stage): Promise<unknown> {
  return (await stage.records())['alice']?.failures
}

describeOn(storageStacks, (stack) => {
  test('guesses count across questions and tokens, and the right answer waits like any other', async () => {
    const { stage, asked, guest, alice } = await openAsked(stack)
    for (const left of [4, 3, 2, 1, 0]) {
      const { token } = await asked()
      expectWrong(await answer(token, 'a guess', guest), left)
    }
    const { token, right } = await asked()
    await expectRefused(stage, locked, () => answer(token, right, guest))
    expect(await failuresOf(stage)).toEqual({ question: { count: 5, waitUntil: stage.clock.now() + 30_000 } })
    expectPassed(await alice.login(undefined, { code: alice.app.code(stage.clock.now()) }))
    await expectRefused(stage, locked, () => answer(token, right, guest))
    stage.clock.advance(30)
    expectPassed(await answer(token, right, guest))
  })

  test('of sixty guesses at one question at one instant one is looked at, in two processes', async () => {
    const { stage, asked } = await openAsked(stack)
    const tokens = await Promise.all([asked(), asked(), asked()])
    const clients = [stage.browser(), await stage.twin()] as const
    stage.events.length = 0
    const guesses = Array.from({ length: 60 }, (_, index) =>
      answer(tokens[index % 3]?.token ?? '', `guess ${index}`, clients[index % 2] as HttpClient),
    )
    const answers = await Promise.all(guesses)
    expect(answers.map(({ status }) => status)).toEqual(Array(60).fill(400))
    expect(reasonsOf(stage).filter((reason) => reason === 'wrong')).toHaveLength(1)
    expect(await failuresOf(stage)).toMatchObject({ question: { count: 1 } })
  })

  test('a right answer, sixty times at one instant on several tokens: one sign-in', async () => {
    const { stage, asked } = await openAsked(stack)
    const tokens = await Promise.all([asked(), asked(), asked()])
    const sent = Array.from({ length: 60 }, (_, index) => tokens[index % 3] as (typeof tokens)[0])
    const answers = await Promise.all(sent.map(({ token, right }) => answer(token, right, stage.browser())))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('no other question by asking again, by a new token, at another process, or a day later', async () => {
    const { stage, source, asked, alice } = await openAsked(stack)
    const before = source.asked.length
    const { token, question } = await asked()
    const twin = await stage.twin()
    for (const client of [stage.browser(), twin]) {
      expect(questionIn(await ask(token, client))).toBe(question)
      expect(questionIn(await ask(await alice.challenge(), client))).toBe(question)
    }
    stage.clock.advance(86_400)
    const next = await asked()
    expect(next.question).toBe(question)
    expectPassed(await alice.login(undefined, { code: alice.app.code(stage.clock.now()) }))
    await stage.mfa.revokeTokens('alice')
    expect((await asked()).question).toBe(question)
    expect(source.asked.length - before).toBe(1)
  })

  test('a question that is passed over by a wrong answer costs an attempt', async () => {
    const { asked, guest } = await openAsked(stack)
    const seen = new Set<string>()
    for (const left of [4, 3, 2, 1, 0]) {
      const { token, question } = await asked()
      seen.add(question)
      expectWrong(await answer(token, 'another one, please', guest), left)
    }
    expect(seen.size).toBe(5)
    // While it waits there is one more to be seen, and no second.
    const waiting = await asked()
    expect((await answer(waiting.token, 'another', guest)).status).toBe(429)
    expect((await asked()).question).toBe(waiting.question)
  })

  test('a token that was answered, and its answer on another token', async () => {
    const { stage, asked, guest, alice } = await openAsked(stack)
    const { token, question, right } = await asked()
    expectPassed(await answer(token, right, stage.browser()))
    await expectRefused(stage, badToken('spent_token'), () => answer(token, right, guest))
    await expectRefused(stage, badToken('spent_token'), () => ask(token, guest))
    const other = await alice.challenge()
    await expectRefused(stage, notACode, () => answer(other, right, guest))
    expect(questionIn(await ask(other, guest))).not.toBe(question)
    expectWrong(await answer(other, right, guest), 4)
  })

  test("another token's question, and another user's", async () => {
    const { stage, asked, guest, alice, enrolled } = await openAsked(stack)
    const mallory = await enrolled(stage.mallory)
    const own = await asked()
    const hers = await mallory.asked()
    const unasked = await alice.challenge()
    await expectRefused(stage, notACode, () => answer(unasked, own.right, guest))
    await expectRefused(stage, notACode, () => alice.login(guest, { answer: own.right }))
    expectWrong(await answer(hers.token, own.right, guest), 4)
    expect((await stage.records())['alice']?.failures).toEqual({})
    const questionBefore = (await asked()).question
    expect(questionBefore).toBe(own.question)
    expectPassed(await answer(own.token, own.right, stage.browser()))
  })

  test('a login by an answer opens nothing that takes a fresh second factor', async () => {
    const { stage, asked, alice } = await openAsked(stack, { respond: ({ id }, { amr }) => ({ id, amr }) })
    const browser = stage.browser()
    const { token, right } = await asked()
    expect(expectPassed(await answer(token, right, browser))).toEqual({ id: 'alice', amr: ['pwd', 'kba'] })
    const next = await asked()
    const said = { answer: next.right }
    await expectRefused(stage, notACode, () => browser.post('/auth/mfa/step-up', said))
    await expectRefused(stage, notACode, () => browser.post('/auth/mfa/totp/deactivate', said))
    await expectRefused(stage, notACode, () => browser.post('/auth/mfa/question/deactivate', said))
    await expectRefused(stage, stepUpRequired, () => browser.get('/auth/mfa/recovery-codes'))
    await expectRefused(stage, stepUpRequired, () => browser.post('/auth/mfa/recovery-codes/regenerate', {}))
    await expectRefused(stage, stepUpRequired, () => browser.get('/auth/mfa/totp/activate'))
    await expectRefused(stage, stepUpRequired, () =>
      browser.send('DELETE', `/auth/mfa/authenticators/${alice.authenticatorId}`),
    )
    for (const page of ['/guarded/default', '/guarded/minute']) {
      expect(await browser.get(page)).toMatchObject({ status: 401 })
    }
    expectPassed(await answer(next.token, next.right, stage.browser()))
  })

  test('the only second factor: neither begun as it, nor left as it', async () => {
    const { stage, alice } = await openAsked(stack)
    const { mallory } = stage
    expectPassed(await mallory.login(mallory.browser))
    const refusal = { status: 409, code: 'not_enabled', reason: 'not_enabled' } as const
    await expectRefused(stage, refusal, () => mallory.browser.post('/auth/mfa/question/enroll', {}))
    expectPassed(await alice.signIn())
    const code = alice.codes[0]
    expectPassed(await alice.browser.post('/auth/mfa/totp/deactivate', { code }))
    expect((await stage.records())['alice']).toMatchObject({ authenticators: [], states: {}, enabledAt: null })
  })

  test('a record that grows: many tokens for one question, and many answers', async () => {
    const { stage, asked, guest } = await openAsked(stack)
    const sizeAfter = async (times: number, act: () => Promise<unknown>): Promise<number> => {
      for (let time = 0; time < times; time += 1) await act()
      return JSON.stringify((await stage.records())['alice']?.states).length
    }
    const fewTokens = await sizeAfter(16, asked)
    expect(await sizeAfter(40, asked)).toBe(fewTokens)
    const guessed = async () => {
      stage.clock.advance(3600)
      expect((await answer((await asked()).token, 'wrong', guest)).status).toBe(400)
    }
    const fewAnswers = await sizeAfter(12, guessed)
    // The numbers of the questions, and how many there were, have two digits by then.
    expect((await sizeAfter(20, guessed)) - fewAnswers).toBeLessThan(40)
  })

  test('an answer that is none, and a token that is none', async () => {
    const { stage, asked, guest } = await openAsked(stack)
    const { token, right } = await asked()
    for (const said of ['', ' ', '\u0301', 'x'.repeat(257), `${right}${' '.repeat(1100)}`]) {
      await expectRefused(stage, notACode, () => answer(token, said, guest))
    }
    for (const said of [null, 7, true, ['a'], { $gt: '' }, { toString: 'a' }]) {
      const given = await expectUnchanged(stage, () => answer(token, said, guest))
      expect(given.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'answer' }] })
    }
    for (const bad of ['', 'x', `${token}x`]) {
      expect((await expectUnchanged(stage, () => ask(bad, guest))).json()).toMatchObject({ code: 'invalid_token' })
    }
    const begun = expectPassed(await stage.alice.browser.get('/auth/mfa/totp/activate'))
    const other = String(begun['activation_token'])
    expect((await expectUnchanged(stage, () => ask(other, guest))).json()).toMatchObject({ code: 'invalid_token' })
    expectPassed(await answer(token, right, stage.browser()))
  })
})

describeOn([anyStack], (stack) => {
  test('answers in no event, no answer and no row, and questions in those alone that ask', async () => {
    const stage = await openStage(stack, { mfa: { factors: [questions(enrolledAnswers())] } })
    const alice = await stage.alice.enroll()
    const told: string[] = []
    const see = async (sent: Promise<HttpAnswer>): Promise<Record<string, unknown>> => {
      const { text, headers } = await sent
      told.push(text, JSON.stringify(headers))
      return JSON.parse(text) as Record<string, unknown>
    }
    const answers = ['canary-one', 'canary-two', 'canary-three'].map((said, at) => ({
      question: `Nightingale ${at}?`,
      answer: said,
    }))
    const right = (question: unknown) => answers.find((own) => own.question === question)?.answer
    const twice = [...answers, { question: 'Nightingale 3?', answer: 'CANARY-one' }]
    await see(alice.browser.post('/auth/mfa/question/enroll', { answers: twice }))
    const begun = await see(alice.browser.post('/auth/mfa/question/enroll', { answers }))
    const confirm = { activation_token: begun['activation_token'] }
    await see(alice.browser.post('/auth/mfa/question/confirm', { ...confirm, answer: 'canary-wrong' }))
    await see(alice.browser.post('/auth/mfa/question/confirm', { ...confirm, answer: right(begun['question']) }))
    const token = await alice.challenge()
    for (const said of ['canary-wrong', null]) {
      const { question } = await see(ask(token, stage.browser()))
      await see(answer(token, said ?? right(question), stage.browser()))
    }
    const row = JSON.stringify(await stage.open.storage.get('alice'))
    const events = stage.events.map(toldBy).join()
    const everywhere = [...told, events, row].join()
    expect(everywhere).not.toMatch(/canary/i)
    expect(events + row).not.toMatch(/nightingale/i)
    expect(told.filter((text) => /nightingale/i.test(text))).toHaveLength(3)
    expect(stage.events.at(-1)).toMatchObject({ type: 'verify', result: 'success', factor: 'question' })
  })
})
