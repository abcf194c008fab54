// What a caller knew once is answered by itself; a person is asked otherwise, and what is wrong is tried once.

import { readFileSync, writeFileSync } from 'node:fs'
import type { Asked, Prompt } from '@latchkey/client'
import { answerCache } from '@latchkey/client/node'
import { describe, expect, test } from 'vitest'
import { alice } from '../../contract/open-example.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { nobodyAnswers, openBank } from './open-bank.ts'

const answers = [
  { question: 'My first song?', answer: 'Frère Jacques' },
  { question: 'My favourite knot?', answer: 'Bowline' },
  { question: 'My worst dish?', answer: 'Cold porridge' },
]
const answerTo = (question: string | null) => answers.find((known) => known.question === question)?.answer ?? ''

allowSlowTests()

describe('a caller whose answers are remembered', () => {
  /** Alice with a phone, three answers enrolled, and a file of hers. */
  async function openAsked() {
    const bank = await openBank()
    const totp = await bank.enrolled()
    const own = bank.client({ totp })
    await own.login(alice)
    const { answer } = await own.setup('question', { answers })
    await own.confirm({ answer: answerTo(String(answer['question'])) })
    const qcm = bank.file('qcm.json')
    const asked: string[] = []
    const person = (one: Asked) => {
      asked.push(one.question ?? one.method)
      return answerTo(one.question)
    }
    /** A login of a client that has nothing but the file, and who may sit there. */
    const login = (cache = answerCache(qcm), prompt?: Prompt) =>
      bank.client({ answers: cache, preferred: ['question'], ...(prompt && { prompt }) }).login(alice)
    return { ...bank, qcm, asked, person, login }
  }

  test('is asked each question once, and from then on nobody is needed', async () => {
    const { login, qcm, asked, person, told } = await openAsked()
    for (let count = 0; count < 3; count += 1) await login(answerCache(qcm), person)
    expect(asked.toSorted()).toEqual(answers.map(({ question }) => question).toSorted())
    expect(readFileSync(qcm, 'utf8')).toBe(qcmOf(asked.map((question) => [question, [answerTo(question)]])))
    for (let count = 0; count < 3; count += 1) await login()
    expect(told('verify')).toEqual(Array(7).fill('success'))
  })

  test('is asked if a remembered answer is wrong, which is tried once', async () => {
    const { login, qcm, asked, person, told } = await openAsked()
    const { question: first } = await nobodyAnswers(login())
    writeFileSync(qcm, qcmOf([[first, ['Nonsense']]]), { mode: 0o600 })
    await login(answerCache(qcm), person)
    await login(answerCache(qcm), person)
    const [second = '', third = ''] = asked
    expect([first, second, third].toSorted()).toEqual(answers.map(({ question }) => question).toSorted())
    expect(readFileSync(qcm, 'utf8')).toBe(
      qcmOf([
        [first, ['Nonsense']],
        ...[second, third].map((question): Remembered => [question, [answerTo(question)]]),
      ]),
    )
    // The first one's turn again: it is wrong, and the next one is known.
    await login()
    const [wrong, right] = ['failure', 'success']
    expect(told('verify')).toEqual([right, wrong, right, right, wrong, right])
  })

  test('may have them encrypted', async () => {
    const { login, qcm, asked, person } = await openAsked()
    const cache = () => answerCache(qcm, { keyFile: `${qcm}.key` })
    for (let count = 0; count < 3; count += 1) await login(cache(), person)
    const text = readFileSync(qcm, 'utf8')
    for (const known of answers.flatMap(({ question, answer }) => [question, answer])) expect(text).not.toContain(known)
    await login(cache())
    expect(await cache().entries()).toEqual(asked.map((question) => [question, [answerTo(question)]]))
    await expect(answerCache(qcm).entries()).rejects.toMatchObject({ code: 'invalid_file' })
  })

  test('gets the question if nobody is there, and answers it later', async () => {
    const { client, qcm } = await openAsked()
    const own = client({ answers: answerCache(qcm), preferred: ['question'] })
    const error = await nobodyAnswers(own.login(alice))
    expect(error).toMatchObject({
      code: 'mfa_required',
      methods: ['question', 'totp', 'recovery_code'],
      propositions: [],
    })
    const { tokens } = await own.submit(answerTo(error.question))
    expect(tokens).not.toBeNull()
    expect(readFileSync(qcm, 'utf8')).toBe(qcmOf([[error.question, [answerTo(error.question)]]]))
  })
})

type Remembered = readonly [question: string, answers: readonly string[]]

/** The file as other programs read and write it. */
function qcmOf(entries: readonly Remembered[]): string {
  return JSON.stringify(Object.fromEntries(entries), null, 2)
}
