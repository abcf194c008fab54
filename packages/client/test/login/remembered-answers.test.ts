/**
 * The rule guarded here: an answer that was right once is given without a person, a wrong one is tried once, and what a person answers
 * is remembered. A guess costs one of five tries, so nothing is sent that cannot be right.
 */
import { questions } from '@latchkey/core'
import { expect, test } from 'vitest'
import type { Asked, RememberedAnswers } from '../../src/index.ts'
import { credentials, openApp, type TestApp } from '../open-app.ts'

const city = 'Quelle est votre ville de résidence ?'
const year = 'Quelle est votre année de naissance ?'
const offered: Readonly<Record<string, readonly string[]>> = {
  [city]: ['LYON', 'PARIS'],
  [year]: ['1969', '1970', '1971'],
}
const right: Readonly<Record<string, string>> = { [city]: 'PARIS', [year]: '1970' }

/** An app that asks alice such questions and nothing else, in turns. */
async function openSchool(asks: readonly string[] = [city]): Promise<TestApp> {
  const factor = questions({
    onlyFactor: true,
    next({ previous }) {
      const question = asks[(asks.indexOf(previous.at(-1)?.question ?? '') + 1) % asks.length] ?? city
      return { question, propositions: offered[question] }
    },
    check: ({ question, answer }) => answer === right[question],
  })
  const app = await openApp({ mfa: { factors: [factor] } })
  const alice = { id: '1', name: 'alice', stamp: '1' }
  const { activationToken, question } = (await app.mfa.begin('question', alice, {})) as never as Record<string, string>
  await app.mfa.confirm('question', alice, {
    activationToken: String(activationToken),
    answer: right[String(question)],
  } as never)
  return app
}

function memory(
  known: Readonly<Record<string, readonly string[]>> = {},
): RememberedAnswers & { added: [string, string][] } {
  const added: [string, string][] = []
  return {
    added,
    getAll: (question) => Promise.resolve(known[question] ?? []),
    add: (question, answer) => Promise.resolve(void added.push([question, answer])),
  }
}

function answersOf({ bodies }: TestApp): readonly unknown[] {
  return bodies.flatMap(({ answer }) => (answer === undefined ? [] : [answer]))
}

test('the latest answer is given, and is the latest from then on', async () => {
  const app = await openSchool()
  const answers = memory({ [city]: ['LYON', 'PARIS'] })
  const { tokens } = await app.client({ answers }).login(credentials)
  expect(tokens).not.toBeNull()
  expect(answersOf(app)).toEqual(['PARIS'])
  expect(answers.added).toEqual([[city, 'PARIS']])
})

test('one that is not among the propositions is not sent; an earlier one that is, is', async () => {
  const app = await openSchool()
  await app.client({ answers: memory({ [city]: ['PARIS', 'MARSEILLE'] }) }).login(credentials)
  expect(answersOf(app)).toEqual(['PARIS'])
})

test('a wrong one is tried once, and then a person is asked, who is told', async () => {
  const app = await openSchool()
  const answers = memory({ [city]: ['LYON'] })
  const asked: Asked[] = []
  const prompt = (one: Asked) => {
    asked.push(one)
    return 'PARIS'
  }
  await app.client({ answers, prompt }).login(credentials)
  expect(answersOf(app)).toEqual(['LYON', 'PARIS'])
  expect(asked).toEqual([
    {
      method: 'question',
      methods: ['question', 'recovery_code'],
      question: city,
      propositions: ['LYON', 'PARIS'],
      sentTo: null,
      attemptsLeft: 2,
      refused: true,
      signal: undefined,
    },
  ])
  expect(app.notices).toEqual([{ type: 'refused', method: 'question', attemptsRemaining: 4 }])
  expect(answers.added).toEqual([[city, 'PARIS']])
})

test('a wrong one with nobody to ask: what is asked now, and how many tries are left', async () => {
  const app = await openSchool([city, year])
  const client = app.client({ answers: memory({ [year]: ['1969'] }) })
  const error = await client.login(credentials).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ name: 'MfaRequiredError', code: 'invalid_code', attemptsRemaining: 4 })
  expect(client.pending).toMatchObject({ question: city, propositions: ['LYON', 'PARIS'] })
  expect((await client.submit('PARIS')).tokens).not.toBeNull()
})

test('another question after a wrong answer is answered from memory too', async () => {
  const app = await openSchool([city, year])
  await app.client({ answers: memory({ [year]: ['1969'], [city]: ['PARIS'] }) }).login(credentials)
  expect(answersOf(app)).toEqual(['1969', 'PARIS'])
})

test('if everything remembered is wrong, the last try is left to the person who knows', async () => {
  const app = await openSchool([city, year])
  const answers = memory({ [year]: ['1969'], [city]: ['LYON'] })
  const prompt = ({ question }: Asked) => right[question ?? ''] ?? null
  await app.client({ answers, prompt, maxAttempts: 2 }).login(credentials)
  expect(answersOf(app)).toEqual(['1969', 'PARIS'])
})

test('a question that is not known, and nobody to ask: MfaRequiredError with the question', async () => {
  const app = await openSchool()
  const error = await app
    .client({ answers: memory() })
    .login(credentials)
    .catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'mfa_required', methods: ['question', 'recovery_code'] })
  expect(error).toMatchObject({ question: city, propositions: ['LYON', 'PARIS'] })
  expect(answersOf(app)).toEqual([])
})

test('what a person answers later is remembered as well', async () => {
  const app = await openSchool()
  const answers = memory()
  const client = app.client({ answers })
  await client.login(credentials).catch(() => undefined)
  await client.submit('PARIS')
  expect(answers.added).toEqual([[city, 'PARIS']])
})

test('a recovery code in place of an answer is not remembered', async () => {
  const app = await openSchool()
  const answers = memory()
  const [code = ''] = (await app.mfa.reset('1').then(() => openRecovery(app))) as string[]
  const client = app.client({ answers, prompt: () => ({ code }) })
  await client.login(credentials)
  expect(answers.added).toEqual([])
})

test('a memory that fails to keep an answer takes no session away, and that is told', async () => {
  const app = await openSchool()
  const answers = { ...memory({ [city]: ['PARIS'] }), add: () => Promise.reject(new Error('the disk is full')) }
  const { tokens } = await app.client({ answers }).login(credentials)
  expect(tokens).not.toBeNull()
  expect(app.notices).toEqual([{ type: 'not_remembered', reason: 'the disk is full' }])
})

test('a memory that cannot be read ends the login before anything is guessed', async () => {
  const app = await openSchool()
  const answers = { ...memory(), getAll: () => Promise.reject(new Error('broken')) }
  await expect(app.client({ answers }).login(credentials)).rejects.toThrow('broken')
  expect(answersOf(app)).toEqual([])
})

/** Enrolls the questions anew, for the recovery codes that come with them. */
async function openRecovery({ mfa }: TestApp): Promise<readonly string[]> {
  const alice = { id: '1', name: 'alice', stamp: '1' }
  const { activationToken, question } = (await mfa.begin('question', alice, {})) as never as Record<string, string>
  const given = { activationToken: String(activationToken), answer: right[String(question)] } as never
  return (await mfa.confirm('question', alice, given)).recoveryCodes
}
