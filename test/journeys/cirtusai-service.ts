// The service of the SDK, with one user's phone: an authenticator app, and a number that messages go to.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client, ClientOptions, Confirmed, Setup } from '@latchkey/client'
import type { MfaOptions } from '@latchkey/core'
import { type Message, oneTimeCode } from '@latchkey/one-time-code'
import type { ManualClock } from '@latchkey/testing'
import { onTestFinished } from 'vitest'
import { type Account, currentCode, readUrl } from './authenticator-app.ts'
import { type BearerApp, type BearerStack, openBearerApp } from './bearer-app.ts'
import { patientClient } from './patient-client.ts'

/** Somebody who is about to register. */
export const newcomer = {
  username: 'your_username',
  email: 'your_email@example.com',
  password: 'your_secure_password',
} as const

/** Somebody who has an account without 2FA. */
export const user = { username: 'username', password: 'password' } as const

export const phone_number = '+4915112345678'

export interface Service extends BearerApp {
  readonly baseUrl: string
  readonly client: (options?: Partial<ClientOptions>) => Client
  /** A client that holds this token and no more. */
  readonly holding: (token: string, refreshToken?: string) => Client
  /** A client of {@link user}, who is signed in. */
  readonly signedIn: () => Promise<Client>
  /** A client of {@link newcomer}, who has just registered and confirmed. */
  readonly registered: () => Promise<Registered>
  /** A client of {@link newcomer}, whose second factor is a number. */
  readonly registeredBySms: () => Promise<{ readonly client: Client; readonly setup: Setup } & Confirmed>
  /** What the phone's authenticator app shows, in half a minute unless it is now. */
  readonly appOf: (setup: Pick<Setup, 'totpUrl'>) => App
  /** The messages that the provider has been handed. */
  readonly inbox: readonly Message[]
  /** The latest message's code. */
  readonly smsCode: () => string
  /** A path in a folder of the test's own. */
  readonly file: (name: string) => string
}

export interface App {
  readonly account: Required<Account>
  readonly now: () => string
  /** A code that nobody has used. */
  readonly next: () => string
  /** A code that is none of these minutes. */
  readonly wrong: () => string
}

export interface Registered {
  readonly client: Client
  readonly setup: Setup
  readonly app: App
}

/** Starts the service for one test, with tokens that live as long as the guide's. */
export async function openService(stack: BearerStack, more: Partial<MfaOptions> = {}): Promise<Service> {
  const inbox: Message[] = []
  const deliver = (message: Message) => void inbox.push(message)
  const bearer = await openBearerApp(stack, {
    mount: '/v1',
    page: '/v1/agents',
    passwords: { [user.username]: user.password },
    mfa: {
      issuer: 'CirtusAI',
      bearer: { accessTokenSeconds: 3600 },
      totp: { diagnose: true },
      factors: [oneTimeCode({ deliver, host: 'api.cirtusai.com', channels: ['sms'] })],
      ...more,
    },
  })
  const baseUrl = `${bearer.url}/v1`
  const client = (options?: Partial<ClientOptions>) => patientClient({ baseUrl, clock: bearer.clock }, options)
  const smsCode = () => /^\d+/.exec(inbox.at(-1)?.text ?? '')?.[0] ?? ''
  const appOf = (setup: Pick<Setup, 'totpUrl'>) => appFor(setup.totpUrl ?? '', bearer.clock)
  return {
    ...bearer,
    ...{ baseUrl, client, appOf, inbox, smsCode },
    holding: (token, refreshToken) => {
      const tokens = { authorization: `Bearer ${token}`, refreshToken }
      return client({ tokenStorage: { get: () => ({ tokens, cookies: [] }), set: () => undefined } })
    },
    async signedIn() {
      const own = client()
      await own.login(user)
      return own
    },
    async registered() {
      const own = client()
      const setup = await own.register(newcomer)
      const app = appOf(setup)
      await own.confirm(app.now())
      return { client: own, setup, app }
    },
    async registeredBySms() {
      const own = client()
      const setup = await own.register({ ...newcomer, method: 'one_time_code', to: phone_number })
      return { client: own, setup, ...(await own.confirm(smsCode())) }
    },
    file: inFolder(),
  }
}

function appFor(totpUrl: string, clock: ManualClock): App {
  const account = readUrl(totpUrl)
  const at = (nowMs: number) => currentCode(account, nowMs)
  return {
    account,
    now: () => at(clock.now()),
    next: () => at(clock.advance(account.period)),
    wrong() {
      const steps = Array.from({ length: 41 }, (_, index) => (index - 20) * account.period * 1000)
      const shown = steps.map((ms) => at(clock.now() + ms))
      const digits = [...'0123456789'].map((digit) => digit.repeat(account.digits))
      return digits.find((code) => !shown.includes(code)) ?? ''
    },
  }
}

function inFolder(): Service['file'] {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cirtusai-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return (name) => join(folder, name)
}
