import { createMfa, type MfaOptions, memoryStorage, type User } from '@latchkey/core'
import { type ManualClock, manualClock, type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import { expect, onTestFinished } from 'vitest'
import type { AppFunctions, AppSetup, Framework } from './framework.ts'
import { type Answer, type Client, httpClient } from './http-client.ts'
import { type SessionRows, sessionRows } from './session-rows.ts'

/** What a case may set otherwise. */
export interface SettingOptions extends Partial<Pick<AppSetup, 'body' | 'sessions' | 'proxy'>> {
  readonly mfa?: Partial<MfaOptions>
  readonly app?: Partial<AppFunctions>
}

/** A running app with alice and mallory in it, and a client of hers. */
export interface Setting {
  readonly url: string
  readonly clock: ManualClock
  readonly rows: SessionRows
  /** The app's accounts, by id; a case may change or remove one. */
  readonly users: Map<string, User>
  readonly client: Client
  readonly newClient: () => Client
  /** `POST /auth/login` with alice's password. */
  readonly login: (client: Client, more?: object) => Promise<Answer>
  /** Signs alice in and enrols her phone, whose next code is not used yet. */
  readonly enrol: (client: Client) => Promise<Enrolled>
}

export interface Enrolled {
  readonly phone: VirtualAuthenticator
  readonly recoveryCodes: readonly string[]
  readonly authenticator: { readonly id: string }
}

export const password = 'wonderland'

/** Starts an app of a framework for one test. */
export async function openSetting(framework: Framework, options: SettingOptions = {}): Promise<Setting> {
  const clock = manualClock()
  const rows = sessionRows()
  const users = new Map([
    ['1', { id: '1', name: 'alice', stamp: 'v1' }],
    ['2', { id: '2', name: 'mallory', stamp: 'v1' }],
  ])
  const findUser = (id: string) => users.get(id) ?? null
  const mfa = createMfa({
    secret: 'Zt6mJ0wQe3Rr8Yb1Uf5Ks2Lp9Xd4Hc7V',
    issuer: 'Latchkey',
    storage: memoryStorage(),
    findUser,
    now: () => clock.now(),
    ...options.mfa,
  })
  const checkCredentials: AppFunctions['checkCredentials'] = (body) => {
    const found = [...users.values()].find(({ name }) => name === body['username'])
    return body['password'] === password ? (found ?? null) : null
  }
  const { body = 'unread', sessions = 'store', proxy = false } = options
  const app = { findUser, checkCredentials, ...options.app }
  const { url, close } = await framework.start({ mfa, app, body, sessions, rows, proxy })
  onTestFinished(close)
  return { url, clock, rows, users, client: httpClient(url), newClient: () => httpClient(url), login, enrol }

  function login(client: Client, more: object = {}): Promise<Answer> {
    return client.post('/auth/login', { username: 'alice', password, ...more })
  }

  async function enrol(client: Client): Promise<Enrolled> {
    expect(await login(client)).toMatchObject({ status: 200 })
    const begun = (await client.get('/auth/mfa/totp/activate')).json() as { totp_url: string; activation_token: string }
    const phone = virtualAuthenticator(begun.totp_url)
    const { activation_token } = begun
    const confirmed = await client.post('/auth/mfa/totp/activate', { activation_token, code: phone.code(clock.now()) })
    expect(confirmed.status).toBe(200)
    const { recovery_codes: recoveryCodes, authenticator } = confirmed.json() as {
      recovery_codes: string[]
      authenticator: { id: string }
    }
    clock.advance(30)
    return { phone, recoveryCodes, authenticator }
  }
}

/** Asserts a problem of Latchkey's, whole: status, code, headers and members. */
export function expectProblem(answer: Answer, status: number, code: string): Record<string, unknown> {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status, code })
  expect(answer.headers).toMatchObject({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
  expect(answer.headers.etag).toBeUndefined()
  const problem = answer.json() as Record<string, unknown>
  const text = expect.any(String) as string
  expect(problem).toMatchObject({ type: text, title: text, status, detail: text, code })
  return problem
}

/** Asserts a success of Latchkey's, and gives its body. */
export function expectJson(answer: Answer): Record<string, unknown> {
  expect({ status: answer.status, code: codeOf(answer) }).toEqual({ status: 200, code: undefined })
  expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  expect(answer.headers.etag).toBeUndefined()
  return answer.json() as Record<string, unknown>
}

function codeOf(answer: Answer): unknown {
  return /^[{[]/.test(answer.text) ? (answer.json() as { code?: unknown }).code : answer.text
}
