import type { CallOptions, Client, PendingLogin, Session } from '../client.ts'
import { ClientError } from '../errors.ts'
import { type Answer, passed } from '../http/answer.ts'
import { fieldsOf } from '../http/read-fields.ts'
import type { ServerClock } from '../http/server-clock.ts'
import type { Answering, JsonObject } from '../ports.ts'
import { type SessionParts, tokensOf } from '../session/refresh.ts'
import { type AskedQuestion, bodyOf, createAnswerers, type Demanded, type Given, inOrder } from './answerers.ts'
import { MfaRequiredError } from './mfa-required-error.ts'
import { enrollmentRequired, isOver, readFirstStep, readPending } from './pending.ts'
import { prove } from './prove.ts'

/** What logging in needs of the rest of the client. */
export interface LoginParts extends SessionParts {
  readonly clock: ServerClock
  /** The login has to enrol, with this token. */
  readonly enrol: (ephemeralToken: string) => void
  /** Has a one-time code sent for the login that waits. */
  readonly send: (ephemeralToken: string, signal: AbortSignal | undefined) => Promise<string>
}

type LoginMethods = 'login' | 'loginWith' | 'submit' | 'pending' | 'resume'

export interface Login extends Pick<Client, LoginMethods> {
  /** Keeps the tokens of an answer that signs in. */
  readonly signedIn: (body: JsonObject) => Promise<Session>
}

export function createLogin(parts: LoginParts): Login {
  const { settings, keeper, ask, clock } = parts
  const { preferred } = settings
  let pending: PendingLogin | null = null

  async function signedIn(body: JsonObject): Promise<Session> {
    const tokens = tokensOf(body, parts)
    pending = null
    await keeper.setTokens(tokens)
    return { answer: body, tokens }
  }

  /** Gives the credentials; resolves to what signs in, or to null where a second factor is asked for. */
  async function begin(json: JsonObject, { signal }: CallOptions): Promise<JsonObject | null> {
    pending = null
    await keeper.setTokens(null)
    const resend = 'code' in json ? 'unless-sent' : 'harmless'
    const answer = await ask({ route: 'login', json, as: 'nobody', resend, signal })
    const step = readFirstStep(answer, { baseUrl: settings.baseUrl, serverNowMs: parts.serverNowMs })
    if (step.kind === 'signed-in') return step.body
    if (step.kind === 'enrolling') {
      parts.enrol(step.ephemeralToken)
      throw enrollmentRequired(step.methods)
    }
    pending = { ...step.pending, methods: inOrder(step.pending.methods, preferred) }
    return null
  }

  function waiting(): PendingLogin {
    if (pending === null) throw new ClientError('no_pending_login', { detail: 'no login waits for a second factor' })
    return pending
  }

  async function question(signal: AbortSignal | undefined): Promise<AskedQuestion> {
    const asked = waiting()
    if (asked.question !== null) return { question: asked.question, propositions: asked.propositions }
    const json = { ephemeral_token: asked.ephemeralToken }
    const fields = fieldsOf(await ask({ route: 'question.ask', json, as: 'nobody', resend: 'harmless', signal }))
    const answer = { question: fields.text('question'), propositions: fields.texts('propositions') }
    pending = { ...asked, ...answer }
    return answer
  }

  /** The error of a login that nobody answers, with its question where there is one. */
  async function required(
    refusal: ClientError | undefined,
    signal: AbortSignal | undefined,
  ): Promise<MfaRequiredError> {
    if (waiting().methods.includes('question')) await question(signal)
    return new MfaRequiredError(waiting(), refusal)
  }

  async function verify(given: Pick<Given, 'body' | 'by'>, signal: AbortSignal | undefined): Promise<Session> {
    const { ephemeralToken } = waiting()
    const json = { ephemeral_token: ephemeralToken, ...given.body }
    // A code made here is made anew, since it may be over when the server is back.
    const resend = given.by === 'secret' ? 'never' : 'unless-sent'
    const answer: Answer = await ask({ route: 'verify', json, as: 'nobody', resend, signal })
    if (isOver(answer)) pending = null
    return signedIn(passed(answer))
  }

  /** A question that was answered wrongly stands no more. */
  function forgetQuestion(): void {
    if (pending !== null) pending = { ...pending, question: null, propositions: [] }
  }

  async function remember(asked: AskedQuestion | undefined, body: Given['body']): Promise<void> {
    if (asked === undefined || !('answer' in body)) return
    try {
      await settings.answers?.add(asked.question, body.answer)
    } catch (error) {
      settings.notify({ type: 'not_remembered', reason: error instanceof Error ? error.message : 'unknown' })
    }
  }

  async function give(given: Given, signal: AbortSignal | undefined): Promise<Session> {
    const session = await verify(given, signal)
    await remember(given.asked, given.body)
    return session
  }

  return {
    signedIn,
    async login(credentials, options = {}) {
      const { signal } = options
      const body = await begin(credentials, options)
      if (body !== null) return signedIn(body)
      return prove<Session>(settings, createAnswerers(settings, clock), {
        demanded: (): Pick<Demanded, 'methods' | 'question' | 'send'> => ({
          methods: waiting().methods,
          question: () => question(signal),
          send: () => parts.send(waiting().ephemeralToken, signal),
        }),
        give: (given) => give(given, signal),
        refused: forgetQuestion,
        async again() {
          const again = await begin(credentials, options)
          return again === null ? null : signedIn(again)
        },
        async unanswered(refusal) {
          throw await required(refusal, signal)
        },
        signal,
      })
    },
    async loginWith({ credentials, code }, options = {}) {
      const body = await begin({ ...credentials, code }, options)
      if (body === null) throw await required(undefined, options.signal)
      return signedIn(body)
    },
    async submit(answer: Answering, { signal } = {}) {
      const { methods, question: asked, propositions } = waiting()
      const body = bodyOf(answer, methods[0])
      const of = asked === null ? undefined : { question: asked, propositions }
      try {
        return await give({ body, by: 'person', method: '', ...(of === undefined ? {} : { asked: of }) }, signal)
      } catch (error) {
        if (!(error instanceof ClientError) || error.code !== 'invalid_code') throw error
        if ('answer' in body) forgetQuestion()
        throw await required(error, signal)
      }
    },
    get pending() {
      return pending
    },
    resume(given) {
      pending = readPending(given, settings)
    },
  }
}
