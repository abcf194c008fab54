// Alice with an app and questions, and an app over HTTP for her to answer in.

import { onTestFinished } from 'vitest'
import {
  enrolledAnswers,
  type Factor,
  normalizeAnswer,
  type Question,
  type QuestionSource,
  questions,
} from '../../../src/index.ts'
import { createWorld, type Enrolled, enroll, login, type World } from '../../world.ts'
import { type Answer, type Client, serve } from '../http-host.ts'

/** What the host knows of everybody. */
export const facts: readonly (Question & { readonly ref: string; readonly right: string })[] = [
  { ref: 'town', question: 'Where do you live?', right: 'Évry', propositions: ['Paris', 'Évry', 'Lyon'] },
  { ref: 'year', question: 'In which year were you born?', right: '1970' },
  { ref: 'school', question: 'What is the name of your school?', right: 'Jean Moulin' },
]

/** A host with three questions, which asks the one it has not asked for longest. */
export function factSource(): QuestionSource {
  return {
    next({ previous }) {
      const turn = ({ ref }: { ref: string }) => previous.map((asked) => asked.ref).lastIndexOf(ref)
      const [first] = [...facts].sort((one, other) => turn(one) - turn(other))
      const { right: _, ...question } = first as (typeof facts)[number]
      return question
    },
    check: ({ ref, answer }) => normalizeAnswer(answer) === normalizeAnswer(rightAnswer(ref)),
  }
}

function rightAnswer(ref: string | null): string {
  return facts.find((fact) => fact.ref === ref)?.right ?? ''
}

/** What alice enrolls with the built-in store. */
export const ownAnswers = [
  { question: 'My first song?', answer: 'Frère Jacques' },
  { question: 'My favourite knot?', answer: 'Bowline' },
  { question: 'My worst dish?', answer: 'Cold porridge' },
]

/** The right answer to a question, whoever knows it. */
export function answerTo(question: unknown): string {
  const fact = facts.find((own) => own.question === question)?.right
  return fact ?? ownAnswers.find((own) => own.question === question)?.answer ?? ''
}

export interface Setting extends World {
  /** Alice, signed in with both factors. */
  readonly client: Client
  readonly enrolled: Enrolled
  /** Enrolls questions; gives the answer to the confirmation. */
  readonly enrollQuestions: (body?: object) => Promise<Answer>
  readonly ask: (token: string) => Promise<Answer>
  readonly verify: (token: string, answer: string) => Promise<Answer>
  /** A new challenge that was asked its question. */
  readonly asked: () => Promise<{ readonly token: string; readonly question: string }>
}

/** An app whose users may have questions; nobody has any yet. */
export async function openSetting(factor: Factor = questions(factSource())): Promise<Setting> {
  const world = createWorld({ factors: [factor] })
  const app = await serve(world.mfa, world.users)
  onTestFinished(() => app.close())
  const client = app.client()
  const enrolled = await enroll(world)
  const code = enrolled.app.nextCode(world.clock.now())
  await client.send('POST', '/login', { username: 'alice', password: 'right', code })
  const guest = app.client()
  const ask = (token: string) => guest.send('POST', '/mfa/question', { ephemeral_token: token })
  return {
    ...{ ...world, client, enrolled, ask },
    async enrollQuestions(body = {}) {
      const begun = await client.send('POST', '/mfa/question/enroll', body)
      const { activation_token, question } = begun.json
      return client.send('POST', '/mfa/question/confirm', { activation_token, answer: answerTo(question) })
    },
    verify: (token, answer) => app.client().send('POST', '/mfa/verify', { ephemeral_token: token, answer }),
    async asked() {
      const token = await login(world)
      return { token, question: String((await ask(token)).json['question']) }
    },
  }
}

/** The same with the built-in store, and alice's answers in it. */
export async function openEnrolled(): Promise<Setting> {
  const setting = await openSetting(questions(enrolledAnswers()))
  await setting.enrollQuestions({ answers: ownAnswers })
  return setting
}
