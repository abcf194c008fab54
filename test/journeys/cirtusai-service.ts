// The service of the SDK, with one user's phone: an authenticator app, and a number that messages go to.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MfaOptions } from '@latchkey/core'
import { type Message, oneTimeCode } from '@latchkey/one-time-code'
import { onTestFinished } from 'vitest'
import { type Account, currentCode, readUrl } from './authenticator-app.ts'
import { type BearerApp, type BearerStack, openBearerApp } from './bearer-app.ts'
import type { TwoFactorSetupResponse } from './cirtusai-models.ts'
import { CirtusAIClient } from './cirtusai-sdk.ts'

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
  readonly base_url: string
  /** A client of the service, as the SDK gives it. */
  readonly client: (token?: string) => CirtusAIClient
  /** A client of {@link user}, who is signed in. */
  readonly signedIn: () => Promise<CirtusAIClient>
  /** A client of {@link newcomer}, who has just registered and confirmed. */
  readonly registered: () => Promise<Registered>
  /** What the phone's authenticator app shows, in half a minute unless it is now. */
  readonly appOf: (setup: Pick<TwoFactorSetupResponse, 'qr_code_url'>) => App
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
  readonly client: CirtusAIClient
  readonly setup: TwoFactorSetupResponse
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
  const base_url = `${bearer.url}/v1`
  const { clock } = bearer
  const client = (token?: string) => new CirtusAIClient(base_url, token)
  const appOf: Service['appOf'] = ({ qr_code_url }) => {
    const account = readUrl(qr_code_url)
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
  return {
    ...bearer,
    ...{ base_url, client, appOf, inbox },
    async signedIn() {
      const own = client()
      const token = await own.auth.login(user.username, user.password)
      if (!('access_token' in token)) throw new Error('there is no token')
      own.set_token(token.access_token)
      return own
    },
    async registered() {
      const own = client()
      const setup = await own.auth.register(newcomer)
      const app = appOf(setup)
      await own.auth.confirm_2fa(app.now())
      return { client: own, setup, app }
    },
    smsCode: () => /^\d+/.exec(inbox.at(-1)?.text ?? '')?.[0] ?? '',
    file: inFolder(),
  }
}

function inFolder(): Service['file'] {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-cirtusai-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return (name) => join(folder, name)
}
