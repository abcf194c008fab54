import type { CallOptions, Client, Session } from '../client.ts'
import { ClientError } from '../errors.ts'
import type { ServerClock } from '../http/server-clock.ts'
import type { Settings } from '../options.ts'
import type { Answering, JsonObject } from '../ports.ts'
import { createQueue } from '../session/queue.ts'
import { untilAborted } from '../session/refresh.ts'
import { type AskedQuestion, bodyOf, createAnswerers, type Demanded, type Given } from './answerers.ts'
import type { Challenge } from './challenge.ts'
import { prove } from './prove.ts'

export interface LoginParts {
  readonly settings: Settings
  readonly clock: ServerClock
  readonly challenge: Challenge
  /** Has a one-time code sent for the login that waits. Resolves to its destination, masked. */
  readonly send: (ephemeralToken: string, signal: AbortSignal | undefined) => Promise<string>
}

/** Make the methods that log in: from the options, in one call, or by an answer from outside. */
export function createLogin(parts: LoginParts): Pick<Client, 'login' | 'loginWith' | 'proceed' | 'submit'> {
  const { challenge, settings } = parts
  // Two logins at the same time would answer each other's challenges.
  const inTurn = createQueue()

  function start(work: () => Promise<Session>, { signal }: CallOptions): Promise<Session> {
    return untilAborted(inTurn(work), signal)
  }

  async function logInWith(json: JsonObject, signal: AbortSignal | undefined): Promise<Session> {
    const session = await challenge.begin(json, signal)
    if (session === null) throw await challenge.required(undefined, signal)
    return session
  }

  return {
    login: (credentials, options = {}) => start(() => logIn(credentials, options.signal, parts), options),
    loginWith: ({ credentials, code }, options = {}) =>
      start(() => logInWith({ ...credentials, code }, options.signal), options),
    proceed: (options = {}) => start(() => proceed(options.signal, parts), options),
    async submit(answer: Answering, { signal } = {}) {
      const { methods, question, propositions } = challenge.waiting()
      const body = bodyOf(answer, methods[0])
      try {
        const session = await challenge.verify({ body, by: 'person' }, signal)
        if (question !== null) await remember(settings, { question, propositions }, body)
        return session
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== 'invalid_code') throw error
        if ('answer' in body) challenge.forgetQuestion()
        throw await challenge.required(error, signal)
      }
    },
  }
}

async function logIn(credentials: JsonObject, signal: AbortSignal | undefined, parts: LoginParts): Promise<Session> {
  const again = () => parts.challenge.begin(credentials, signal)
  return (await again()) ?? answerWaiting(again, signal, parts)
}

async function proceed(signal: AbortSignal | undefined, parts: LoginParts): Promise<Session> {
  parts.challenge.waiting()
  // Without the credentials no other login can begin.
  return answerWaiting((broken) => Promise.reject(broken as Error), signal, parts)
}

/** Answer the login that waits from the options. */
function answerWaiting(
  again: (broken?: unknown) => Promise<Session | null>,
  signal: AbortSignal | undefined,
  { settings, clock, challenge, send }: LoginParts,
): Promise<Session> {
  return prove(settings, createAnswerers(settings, clock), {
    demanded: (): Pick<Demanded, 'methods' | 'question' | 'send'> => ({
      methods: challenge.waiting().methods,
      question: () => challenge.question(signal),
      send: () => send(challenge.waiting().ephemeralToken, signal),
    }),
    async give(given) {
      const passed = await challenge.verify(given, signal)
      if (given.asked !== undefined) await remember(settings, given.asked, given.body)
      return passed
    },
    refused: challenge.forgetQuestion,
    again,
    async unanswered(refusal) {
      throw await challenge.required(refusal, signal)
    },
    signal,
  })
}

/** Remember an answer that was right. If that fails, the session stays. */
async function remember({ answers, notify }: Settings, asked: AskedQuestion, body: Given['body']): Promise<void> {
  if (answers === undefined || !('answer' in body)) return
  try {
    await answers.add(asked.question, body.answer)
  } catch (error) {
    notify({ type: 'not_remembered', reason: error instanceof Error ? error.message : 'unknown' })
  }
}
