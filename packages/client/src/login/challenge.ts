import type { PendingLogin, Session } from '../client.ts'
import { ClientError } from '../errors.ts'
import { bodyOf } from '../http/answer.ts'
import { fieldsOf } from '../http/read-fields.ts'
import type { JsonObject } from '../ports.ts'
import { type SessionParts, tokensOf } from '../session/refresh.ts'
import { type AskedQuestion, type Given, inOrder } from './answerers.ts'
import { MfaRequiredError } from './mfa-required-error.ts'
import { enrollmentRequired, isOver, readFirstStep, readPending } from './pending.ts'

/** What a challenge needs from the rest of the client. */
export interface ChallengeParts extends SessionParts {
  /** Tells that the login must enroll, with this token. `null` when a login begins. */
  readonly enroll: (ephemeralToken: string | null) => void
}

/** The login that waits for its second factor, and what the server is asked about it. */
export interface Challenge {
  readonly pending: PendingLogin | null
  /** Sends the credentials. Resolves to the session, or to null if a second factor is asked for. */
  readonly begin: (json: JsonObject, signal: AbortSignal | undefined) => Promise<Session | null>
  readonly resume: (pending: unknown) => void
  /** @throws ClientError `no_pending_login` */
  readonly waiting: () => PendingLogin
  /** Gets the current question. The server is asked for it once. */
  readonly question: (signal: AbortSignal | undefined) => Promise<AskedQuestion>
  /** Forgets a question that was answered wrongly: the server asks another one. */
  readonly forgetQuestion: () => void
  readonly verify: (given: Pick<Given, 'body' | 'by'>, signal: AbortSignal | undefined) => Promise<Session>
  /** The error for a login that nobody answers, with its question if there is one. */
  readonly required: (refusal: ClientError | undefined, signal: AbortSignal | undefined) => Promise<MfaRequiredError>
  /** Keeps the tokens from an answer that signs in. */
  readonly signedIn: (body: JsonObject) => Promise<Session>
}

export function createChallenge(parts: ChallengeParts): Challenge {
  const { settings, keeper, ask, serverNowMs } = parts
  const { baseUrl, preferred } = settings
  let pending: PendingLogin | null = null

  async function signedIn(body: JsonObject): Promise<Session> {
    const tokens = tokensOf(body, parts)
    pending = null
    await keeper.setTokens(tokens)
    return { answer: body, tokens }
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

  return {
    get pending() {
      return pending
    },
    async begin(json, signal) {
      pending = null
      // Otherwise a new login would enroll for the user of an earlier one.
      parts.enroll(null)
      // A code counts once. Without one, the password can be sent again.
      const resend = 'code' in json ? 'unless-sent' : 'harmless'
      const answer = await ask({ route: 'login', json, as: 'nobody', resend, signal })
      const step = readFirstStep(answer, { baseUrl, serverNowMs })
      if (step.kind === 'signed-in') return signedIn(step.body)
      // Only now: a mistyped password or a server that is down ends no sign-in.
      await keeper.setTokens(null)
      if (step.kind === 'enrolling') {
        parts.enroll(step.ephemeralToken)
        throw enrollmentRequired(step.methods)
      }
      pending = { ...step.pending, methods: inOrder(step.pending.methods, preferred) }
      return null
    },
    resume(given) {
      pending = readPending(given, settings)
    },
    waiting,
    question,
    signedIn,
    forgetQuestion() {
      if (pending !== null) pending = { ...pending, question: null, propositions: [] }
    },
    async verify(given, signal) {
      const json = { ephemeral_token: waiting().ephemeralToken, ...given.body }
      // A code made here is made anew, since it may have expired when the server is back.
      const resend = given.by === 'secret' ? 'never' : 'unless-sent'
      const answer = await ask({ route: 'verify', json, as: 'nobody', resend, signal })
      if (isOver(answer)) pending = null
      return signedIn(bodyOf(answer))
    },
    async required(refusal, signal) {
      if (waiting().methods.includes('question')) await question(signal)
      return new MfaRequiredError(waiting(), refusal)
    },
  }
}
