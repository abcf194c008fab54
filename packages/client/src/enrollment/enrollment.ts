import type { Authenticator, Client, Session, Setup } from '../client.ts'
import { ClientError } from '../errors.ts'
import { refusalOf } from '../http/answer.ts'
import type { Ask, Call } from '../http/ask.ts'
import { type Fields, fieldsOf } from '../http/read-fields.ts'
import type { ServerClock } from '../http/server-clock.ts'
import { bodyOf } from '../login/answerers.ts'
import type { Answering, JsonObject } from '../ports.ts'
import { factorPath } from '../routes.ts'
import { keepFresh, type SessionParts } from '../session/refresh.ts'
import type { AskSignedIn } from '../session/signed-in.ts'
import { unusedCode } from '../totp/unused-code.ts'

export interface EnrollmentParts extends SessionParts {
  readonly ask: Ask
  readonly askSignedIn: AskSignedIn
  readonly clock: ServerClock
  /** Keeps the tokens of an answer that signs in. */
  readonly signedIn: (body: JsonObject) => Promise<Session>
}

export interface Enrollment extends Pick<Client, 'register' | 'setup' | 'confirm' | 'qrCode'> {
  /** Hears that a login must enroll, with this token. `null` if another login begins: then the earlier demand is void. */
  readonly demand: (ephemeralToken: string | null) => void
  /** The token of the enrollment that has begun. */
  readonly activationToken: () => string | null
}

export function createEnrollment(parts: EnrollmentParts): Enrollment {
  const { ask, askSignedIn } = parts
  /** The token of a login that must enroll. */
  let demanded: string | null = null
  let latest: Setup | null = null
  /** Whether the latest enrollment belongs to somebody who is not signed in, so that the confirmation signs in. */
  let isEnrollee = false

  function underWay(): Setup {
    if (latest === null) throw new ClientError('no_setup', { detail: 'no enrollment has begun' })
    return latest
  }

  /** Ask as the person who enrolls, signed in or not. */
  function askEnrolling(call: Call, bearer?: string) {
    if (!isEnrollee) return askSignedIn(call)
    return ask({ ...call, as: bearer === undefined ? 'nobody' : { bearer } })
  }

  async function confirmation(setup: Setup, answer?: Answering, signal?: AbortSignal): Promise<object> {
    if (answer !== undefined) return bodyOf(answer, setup.method)
    if (setup.totpUrl === null)
      throw new TypeError(`answer must be given: the client cannot answer ${setup.method} by itself`)
    const totp = { ...parts.settings.totp, secret: setup.totpUrl }
    const { clock, settings } = parts
    const { code } = await unusedCode(totp, { clock, sleep: settings.sleep, notify: settings.notify }, signal)
    return { code }
  }

  return {
    demand(ephemeralToken) {
      demanded = ephemeralToken
      isEnrollee = false
    },
    activationToken: () => latest?.activationToken ?? null,
    async register(fields, { signal } = {}) {
      const answer = await ask({ route: 'register', json: fields, as: 'nobody', signal })
      const method = typeof fields['method'] === 'string' ? fields['method'] : 'totp'
      latest = setupOf(fieldsOf(answer), method, parts.serverNowMs())
      isEnrollee = true
      return latest
    },
    async setup(method = 'totp', fields = {}, { signal } = {}) {
      isEnrollee = demanded !== null
      const call: Call =
        method === 'totp' ? { route: 'totp.begin' } : { route: ['POST', factorPath(method, 'enroll')], json: fields }
      const answer = await askEnrolling({ ...call, signal }, demanded ?? undefined)
      latest = setupOf(fieldsOf(answer), method, parts.serverNowMs())
      return latest
    },
    async confirm(answer, { name, signal } = {}) {
      const setup = underWay()
      const json = {
        activation_token: setup.activationToken,
        ...(await confirmation(setup, answer, signal)),
        ...(name === undefined ? {} : { name }),
      }
      const route = setup.method === 'totp' ? 'totp.confirm' : (['POST', factorPath(setup.method, 'confirm')] as const)
      const came = await askEnrolling({ route, json, signal })
      const fields = fieldsOf(came)
      const confirmed = {
        authenticator: authenticatorOf(fields.inside('authenticator')),
        recoveryCodes: fields.texts('recovery_codes'),
      }
      latest = null
      demanded = null
      if (isEnrollee) return { ...confirmed, session: await parts.signedIn(fields.body) }
      await keepFresh(fields.body, parts)
      return { ...confirmed, session: null }
    },
    async qrCode({ signal } = {}) {
      const json = { activation_token: underWay().activationToken }
      const answer = await askEnrolling({ route: 'totp.qr', json, resend: 'harmless', signal })
      if (answer.status !== 200) throw refusalOf(answer)
      return answer.bytes
    },
  }
}

export function authenticatorOf(fields: Fields): Authenticator {
  return {
    id: fields.text('id'),
    type: fields.text('type'),
    name: fields.text('name'),
    createdAt: fields.time('created_at'),
    lastUsedAt: fields.timeOrNull('last_used_at'),
  }
}

function setupOf(fields: Fields, method: string, nowMs: number): Setup {
  const { recovery_codes } = fields.body
  return {
    method,
    secret: fields.textOrNull('secret'),
    totpUrl: fields.textOrNull('totp_url'),
    qrCodeDataUri: fields.textOrNull('qr_code_data_uri'),
    activationToken: fields.text('activation_token'),
    expiresAt: new Date(nowMs + fields.count('expires_in') * 1000),
    recoveryCodes: recovery_codes === undefined ? [] : fields.texts('recovery_codes'),
    answer: fields.body,
  }
}
