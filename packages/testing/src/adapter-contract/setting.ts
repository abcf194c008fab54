import { createMfa, type MfaOptions, memoryStorage, type User } from '@latchkey/core'
import { type HttpAnswer, type HttpClient, httpClient } from '../http-client.ts'
import { type ManualClock, manualClock } from '../manual-clock.ts'
import { type VirtualAuthenticator, virtualAuthenticator } from '../virtual-authenticator.ts'
import { readJson } from './answers.ts'
import type { AdapterContractOptions, AppFunctions, AppSetup } from './app-setup.ts'
import { type SessionRows, sessionRows } from './session-rows.ts'

/** What a case may change. */
export interface SettingOptions extends Partial<Pick<AppSetup, 'body' | 'sessions' | 'proxy'>> {
  readonly mfa?: Partial<MfaOptions>
  readonly app?: Partial<AppFunctions>
}

/** A running app with alice and mallory in it, and a client of hers. */
export interface Setting {
  readonly url: string
  readonly clock: ManualClock
  readonly rows: SessionRows
  /** The app's accounts, by id. A case may change or remove one. */
  readonly users: Map<string, User>
  readonly client: HttpClient
  readonly newClient: () => HttpClient
  /** `POST /auth/login` with alice's password. */
  readonly login: (client: HttpClient, more?: object) => Promise<HttpAnswer>
  /** Signs alice in and enrolls her phone, whose next code is not used yet. */
  readonly enroll: (client: HttpClient) => Promise<Enrolled>
  readonly close: () => Promise<void>
}

export interface Enrolled {
  readonly phone: VirtualAuthenticator
  readonly recoveryCodes: readonly string[]
  readonly authenticator: { readonly id: string }
}

export const password = 'wonderland'

/** Starts an app for one case. */
export async function openSetting(contract: AdapterContractOptions, options: SettingOptions = {}): Promise<Setting> {
  const clock = manualClock()
  const rows = sessionRows()
  const users = new Map([
    ['1', { id: '1', name: 'alice', stamp: 'v1' }],
    ['2', { id: '2', name: 'mallory', stamp: 'v1' }],
  ])
  const app = { ...functionsOf(users), ...options.app }
  const mfa = createMfa({
    secret: 'Zt6mJ0wQe3Rr8Yb1Uf5Ks2Lp9Xd4Hc7V',
    issuer: 'Latchkey',
    storage: memoryStorage(),
    findUser: (id) => users.get(id) ?? null,
    now: () => clock.now(),
    ...options.mfa,
  })
  const { body = 'unread', sessions = contract.sessions?.[0] ?? 'store', proxy = false } = options
  const { url, close } = await contract.start({ mfa, app, body, sessions, rows, proxy })
  const newClient = () => httpClient(url)
  return { url, clock, rows, users, client: newClient(), newClient, login, enroll: enrolling(clock), close }
}

function functionsOf(users: ReadonlyMap<string, User>): AppFunctions {
  return {
    findUser: (id) => users.get(id) ?? null,
    checkCredentials(body) {
      const found = [...users.values()].find(({ name }) => name === body['username'])
      return body['password'] === password ? (found ?? null) : null
    },
  }
}

function login(client: HttpClient, more: object = {}): Promise<HttpAnswer> {
  return client.post('/auth/login', { username: 'alice', password, ...more })
}

function enrolling(clock: ManualClock): Setting['enroll'] {
  return async (client) => {
    readJson(await login(client))
    const begun = readJson(await client.get('/auth/mfa/totp/activate'))
    const { totp_url, activation_token } = begun as { totp_url: string; activation_token: string }
    const phone = virtualAuthenticator(totp_url)
    const sent = { activation_token, code: phone.code(clock.now()) }
    const confirmed = readJson(await client.post('/auth/mfa/totp/activate', sent))
    const { recovery_codes: recoveryCodes, authenticator } = confirmed as {
      recovery_codes: string[]
      authenticator: { id: string }
    }
    clock.advance(30)
    return { phone, recoveryCodes, authenticator }
  }
}
