// An app without a server: users, a clock that is moved by hand, and every message that was delivered.

import { randomUUID } from 'node:crypto'
import {
  createMfa,
  type Mfa,
  type MfaEvent,
  type MfaOptions,
  memoryStorage,
  type Proof,
  type SignedIn,
  type User,
} from '@latchkey/core'
import { type FaultyStorage, faultyStorage, type ManualClock, manualClock } from '@latchkey/testing'
import { type Message, type OneTimeCodeOptions, oneTimeCode } from '../src/index.ts'

export interface Answer {
  readonly status: number
  readonly json: Readonly<Record<string, unknown>>
}

/** A browser. */
export interface Browser {
  post(path: string, body?: object): Promise<Answer>
  get(path: string): Promise<Answer>
}

export interface World {
  readonly mfa: Mfa
  readonly clock: ManualClock
  readonly storage: FaultyStorage
  readonly events: MfaEvent[]
  /** What `deliver` was asked to send, in this order. */
  readonly messages: Message[]
  readonly alice: User
  /** A browser in which alice gave her password. */
  readonly browser: Browser
  /** A browser nobody has used. */
  readonly stranger: () => Browser
  /** A second process of the same app. */
  readonly twin: () => Browser
  /** Enrolls an address, and lets the pause pass. */
  readonly enroll: (to?: string) => Promise<Answer>
  /** The code that was sent last. */
  readonly code: () => string
}

export const address = 'alice@example.com'

/** An app in which one-time codes can be enrolled. */
export function createWorld(options: Partial<OneTimeCodeOptions> = {}, more: Partial<MfaOptions> = {}): World {
  const clock = manualClock()
  const storage = faultyStorage(memoryStorage())
  const [events, messages] = [[] as MfaEvent[], [] as Message[]]
  const alice: User = { id: 'alice', name: 'Alice', stamp: '1' }
  const factor = oneTimeCode({ deliver: (message) => void messages.push(message), host: 'app.example', ...options })
  const start = () =>
    createMfa({
      secret: 'Zq3vXl8mT0pRk5yWb1nHc7sJd4gFa9uE2oQ6iLw',
      issuer: 'Acme',
      storage,
      findUser: (id) => (id === 'alice' ? alice : null),
      now: clock.now,
      onEvent: (event) => events.push(event),
      factors: [factor],
      ...more,
    })
  const mfa = start()
  const jar: Jar = { signedIn: { user: alice, proof: null, session: 'first' } }
  const browser = browserOf(mfa, alice, jar)
  const code = () => messages.at(-1)?.code ?? ''
  const enroll = async (to = address) => {
    const { json } = await browser.post('/mfa/one-time-code/enroll', { to })
    clock.advance(60)
    return browser.post('/mfa/one-time-code/confirm', { activation_token: json['activation_token'], code: code() })
  }
  const stranger = () => browserOf(mfa, alice, { signedIn: null })
  return {
    mfa,
    clock,
    storage,
    events,
    messages,
    alice,
    browser,
    stranger,
    twin: () => browserOf(start(), alice, jar),
    enroll,
    code,
  }
}

/** Who is signed in, in a browser. */
interface Jar {
  signedIn: SignedIn | null
}

function browserOf(mfa: Mfa, alice: User, jar: Jar): Browser {
  const keep = (user: User, { sealed: proof }: Proof, session: string) => {
    jar.signedIn = { user, proof, session }
    return { signed_in: user.id }
  }
  const handler = mfa.handler<[]>({
    checkCredentials: () => alice,
    currentUser: () => jar.signedIn,
    signIn: (user, proof) => keep(user, proof, randomUUID()),
    proved: (user, proof) => void keep(user, proof, jar.signedIn?.session ?? randomUUID()),
  })
  const send = async (method: string, path: string, parsedBody?: object): Promise<Answer> => {
    const header = (name: string) => (name === 'content-type' ? 'application/json' : undefined)
    const request = { method, path, target: path, origin: '', address: '', header, body: null, parsedBody }
    const answer = await handler.handle(request)
    return { status: answer?.status ?? 404, json: JSON.parse(Buffer.from(answer?.body ?? []).toString() || '{}') }
  }
  return { post: (path, body = {}) => send('POST', path, body), get: (path) => send('GET', path) }
}
