// A school's app that asks who its pupils are, as it has asked for years.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Client, type ClientOptions, createClient, type Prompt } from '@latchkey/client'
import type { AnswerCache } from '@latchkey/client/node'
import { type QuestionOptions, questions } from '@latchkey/core'
import { onTestFinished } from 'vitest'
import { expectPassed, type Person } from '../security/person.ts'
import type { Stack } from '../security/stacks.ts'
import { openStage, type Stage } from '../security/stage.ts'

export const city = 'Quelle est votre ville de résidence ?'
export const level = 'Quel est le niveau scolaire de <prénom> ?'
export const year = 'Quelle est votre année de naissance ?'

/** What each question offers. */
export const offered: Readonly<Record<string, readonly string[]>> = {
  [city]: ['LYON', 'PARIS', 'NANTES', 'LILLE'],
  [level]: ['SIXIEMES', 'CINQUIEMES', 'QUATRIEMES'],
  [year]: ['1969', '1970', '1971'],
}

/** What is right for everybody at this school. */
export const right: Readonly<Record<string, string>> = { [city]: 'PARIS', [level]: 'QUATRIEMES', [year]: '1970' }

/** The app, with alice in it. */
export interface School extends Stage {
  /** A client on a new device, unless its storage says that it is an old one. */
  readonly client: (options?: Partial<ClientOptions>) => Client
  /** What alice gives first. */
  readonly credentials: Readonly<Record<'username' | 'password', string>>
  /** A path in a folder of the test's own. */
  readonly file: (name: string) => string
}

export interface SchoolOptions {
  /** What is asked, in turns; the first of them when somebody enrolls. */
  readonly asks?: readonly string[]
  readonly onlyFactor?: boolean
}

export async function openSchool(
  stack: Stack,
  { asks = [city], onlyFactor = true }: SchoolOptions = {},
): Promise<School> {
  const source: QuestionOptions = {
    onlyFactor,
    next({ previous }) {
      const question = asks[(asks.indexOf(previous.at(-1)?.question ?? '') + 1) % asks.length] ?? city
      return { question, propositions: offered[question] }
    },
    check: ({ question, answer }) => answer === right[question],
  }
  const respond = ({ name }: { name: string }, { amr }: { amr: readonly string[] }) => ({ name, amr })
  const stage = await openStage(stack, { respond, mfa: { factors: [questions(source)] } })
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-qcm-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return {
    ...stage,
    client: (more = {}) => createClient({ baseUrl: `${stage.url}/auth`, ...more }),
    credentials: { username: stage.alice.name, password: stage.alice.password },
    file: (name) => join(folder, name),
  }
}

/** The app, where alice is asked at each login. */
export async function openAskingSchool(stack: Stack, asks?: readonly string[]): Promise<School> {
  const school = await openSchool(stack, asks === undefined ? {} : { asks })
  await school.alice.login(school.alice.browser)
  await enrollQuestions(school.alice)
  return school
}

/** Begins to ask somebody who is signed in. */
export async function enrollQuestions({ browser }: Person): Promise<void> {
  const { question, activation_token } = expectPassed(await browser.post('/auth/mfa/question/enroll', {}))
  const answer = right[String(question)]
  expectPassed(await browser.post('/auth/mfa/question/confirm', { activation_token, answer }))
}

/** Where somebody reads and types. */
export interface Terminal {
  readonly print: (line: string) => void
  readonly input: () => string
}

/** A terminal at which these lines are typed, one after the other, and no more. */
export function typing(...lines: readonly string[]): Terminal & { readonly printed: readonly string[] } {
  const printed: string[] = []
  const left = [...lines]
  return {
    printed,
    print: (line) => void printed.push(line),
    input() {
      const line = left.shift()
      if (line === undefined) throw new Error('nobody types any more')
      return line
    },
  }
}

/** Somebody at a terminal, who chooses by number or by the full text, and has no codes; what is remembered is marked. */
export function asking({ print, input }: Terminal, cache?: Pick<AnswerCache, 'getAll'>): Prompt {
  return async ({ question, propositions }) => {
    if (question === null) return null
    const known = (await cache?.getAll(question)) ?? []
    print(`Question: ${question}`)
    for (const [index, option] of propositions.entries())
      print(`  ${index}: ${option}${known.includes(option) ? ' (cached)' : ''}`)
    for (;;) {
      const choice = input().trim()
      const answer = /^\d+$/.test(choice) ? propositions[Number(choice)] : choice
      if (answer !== undefined && propositions.includes(answer)) return { answer }
      print('Please enter a valid number')
    }
  }
}
