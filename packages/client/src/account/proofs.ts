import type { Client, SentCode } from '../client.ts'
import { ClientError } from '../errors.ts'
import { bodyOf } from '../http/answer.ts'
import { type Fields, fieldsOf } from '../http/read-fields.ts'
import type { ServerClock } from '../http/server-clock.ts'
import { createAnswerers, type Given, inOrder } from '../login/answerers.ts'
import { prove } from '../login/prove.ts'
import type { JsonObject } from '../ports.ts'
import { factorPath } from '../routes.ts'
import { keepFresh, type SessionParts, untilAborted } from '../session/refresh.ts'
import type { AskSignedIn } from '../session/signed-in.ts'

export interface ProofParts extends SessionParts {
  readonly clock: ServerClock
  readonly askSignedIn: AskSignedIn
  /** The token of the login that waits. */
  readonly ephemeralToken: () => string | null
}

export interface Proofs extends Pick<Client, 'stepUp' | 'disable' | 'sendCode'> {
  /** Gives a fresh proof from the options. False if they have nothing for it. Calls at the same time share one proof. */
  readonly proveFresh: (signal: AbortSignal | undefined) => Promise<boolean>
  readonly sendForLogin: (ephemeralToken: string, signal: AbortSignal | undefined) => Promise<string>
}

/** Make the methods that prove something while signed in: a fresh proof, and the factor that is given up. */
export function createProofs(parts: ProofParts): Proofs {
  const { settings, clock, ask, askSignedIn } = parts
  const { totp, prompt, preferred } = settings
  let running: Promise<boolean> | null = null

  /** Answer from the options while somebody is signed in. A question proves nothing then. */
  async function byOptions<Result>(
    purpose: 'step_up' | 'deactivate',
    signal: AbortSignal | undefined,
    {
      give,
      unanswered,
    }: { give: (given: Given) => Promise<Result>; unanswered: (refusal?: ClientError) => Promise<Result> },
  ): Promise<Result> {
    const status = fieldsOf(await askSignedIn({ route: 'status', signal }, { stepsUp: false }))
    const methods = inOrder(status.texts('methods'), preferred).filter((method) => method !== 'question')
    return prove(settings, createAnswerers(settings, clock), {
      demanded: () => ({
        methods,
        question: () => Promise.reject(new TypeError('a question is asked only at a login')),
        send: async () => (await send({ purpose }, signal)).sentTo,
      }),
      give,
      unanswered,
      // Another fresh proof does no harm. A factor that may be gone is not given up again.
      again: (broken) => (purpose === 'step_up' ? Promise.resolve(null) : Promise.reject(broken as Error)),
      signal,
    })
  }

  async function send(json: JsonObject, signal: AbortSignal | undefined): Promise<SentCode> {
    const isLogin = 'ephemeral_token' in json
    const call = { route: 'one_time_code.send', json, signal } as const
    return sentOf(
      fieldsOf(isLogin ? await ask({ ...call, as: 'nobody' }) : await askSignedIn(call, { stepsUp: false })),
    )
  }

  async function giveFresh(
    code: string,
    signal: AbortSignal | undefined,
    resend: 'never' | 'unless-sent',
  ): Promise<void> {
    const body = bodyOf(await askSignedIn({ route: 'stepUp', json: { code }, resend, signal }, { stepsUp: false }))
    await keepFresh(body, parts)
  }

  function proveFresh(signal: AbortSignal | undefined): Promise<boolean> {
    if (totp === null && prompt === undefined) return Promise.resolve(false)
    running ??= byOptions<boolean>('step_up', undefined, {
      give: async (given) => {
        await giveFresh(codeOf(given), undefined, given.by === 'secret' ? 'never' : 'unless-sent')
        return true
      },
      unanswered: () => Promise.resolve(false),
    }).finally(() => {
      running = null
    })
    return untilAborted(running, signal)
  }

  return {
    proveFresh,
    sendForLogin: async (token, signal) => (await send({ ephemeral_token: token }, signal)).sentTo,
    async stepUp(code, { signal } = {}) {
      if (code !== undefined) return giveFresh(code, signal, 'unless-sent')
      if (!(await proveFresh(signal))) throw unanswered()
    },
    async disable({ code, password, method = 'totp' } = {}, { signal } = {}) {
      const route = method === 'totp' ? 'totp.deactivate' : (['POST', factorPath(method, 'deactivate')] as const)
      const deactivate = async (proof: string) => {
        const json = { code: proof, ...(password === undefined ? {} : { password }) }
        return bodyOf(await askSignedIn({ route, json, signal }))
      }
      if (code !== undefined) return deactivate(code)
      return byOptions('deactivate', signal, {
        give: (given) => deactivate(codeOf(given)),
        unanswered: (refusal) => Promise.reject(refusal ?? unanswered()),
      })
    },
    async sendCode({ purpose, authenticatorId } = {}, { signal } = {}) {
      const token = purpose === undefined ? parts.ephemeralToken() : null
      const json = {
        ...(token === null ? {} : { ephemeral_token: token }),
        ...(purpose === undefined ? {} : { purpose }),
        ...(authenticatorId === undefined ? {} : { authenticator_id: authenticatorId }),
      }
      return send(json, signal)
    },
  }
}

function codeOf({ body }: Given): string {
  return 'code' in body ? body.code : body.answer
}

function unanswered(): ClientError {
  return new ClientError('mfa_required', { detail: 'a code is asked for, and nothing here can give one' })
}

function sentOf(fields: Fields): SentCode {
  return {
    sentTo: fields.text('sent_to'),
    channel: fields.text('channel'),
    expiresInSeconds: fields.count('expires_in'),
    resendAfterSeconds: fields.count('resend_after'),
  }
}
