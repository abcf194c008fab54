// An app without sessions or cookies: who sends an access token is signed in. Its users may register by themselves.

import { createHash } from 'node:crypto'
import { type BearerHostOptions, createMfa, fieldError, type Mfa, type MfaOptions, type User } from '@latchkey/core'
import { bearerHost as expressBearerHost } from '@latchkey/express'
import { bearerHost as koaBearerHost } from '@latchkey/koa'
import { type ManualClock, manualClock, type RunningApp } from '@latchkey/testing'
import { onTestFinished, vi } from 'vitest'
import { secret } from '../security/accounts.ts'
import { quickPlace } from '../security/quick-place.ts'
import type { StorageKind } from '../storages/place.ts'
import { type Served, serveExpress, serveKoa } from './serve.ts'

// Whole journeys over HTTP, on cores that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 })

/** An app of one test. */
export interface BearerApp {
  readonly url: string
  readonly mfa: Mfa
  readonly clock: ManualClock
  /** Passwords by user name. */
  readonly passwords: Map<string, string>
}

/** How one framework serves such an app. */
export interface BearerStack {
  readonly name: string
  readonly kind: StorageKind
  readonly serve: (parts: Parts) => Promise<RunningApp>
}

export interface BearerAppOptions extends Omit<Served, 'mfa' | 'now'> {
  /** Passwords of the users there are, by name. */
  readonly passwords?: Readonly<Record<string, string>>
  readonly mfa?: Partial<MfaOptions>
}

type Parts = Served & { readonly passwords: Map<string, string> }

/** Each adapter once, over another storage. */
export const bearerStacks: readonly BearerStack[] = [
  {
    name: 'Express 5 over SQLite',
    kind: 'SQLite',
    serve: (parts) => serveExpress(parts, expressBearerHost(accounts(parts))),
  },
  { name: 'Koa 3 in memory', kind: 'memory', serve: (parts) => serveKoa(parts, koaBearerHost(accounts(parts))) },
]

/** Starts the app for one test. */
export async function openBearerApp(stack: BearerStack, options: BearerAppOptions): Promise<BearerApp> {
  const { storage, close } = await quickPlace(stack.kind)
  onTestFinished(close)
  const clock = manualClock()
  const passwords = new Map(Object.entries(options.passwords ?? {}))
  const findUser = (id: string) => userOf(passwords, id)
  const mfa = createMfa({ secret, issuer: 'Acme', storage, findUser, now: clock.now, ...options.mfa })
  const { url, close: end } = await stack.serve({ ...options, mfa, passwords, now: clock.now })
  onTestFinished(end)
  return { url, mfa, clock, passwords }
}

/** A new password ends all tokens, as the stamp changes with it. */
function userOf(passwords: ReadonlyMap<string, string>, name: string): User | null {
  const password = passwords.get(name)
  if (password === undefined) return null
  return { id: name, name, stamp: createHash('sha256').update(password).digest('base64url') }
}

/** What the app knows of its users, for the ready-made host. */
function accounts({ mfa, passwords }: Parts): BearerHostOptions<[]> {
  return {
    mfa,
    checkCredentials: ({ username, password }) =>
      typeof username === 'string' && passwords.get(username) === password ? userOf(passwords, username) : null,
    confirmPassword: ({ id }, password) => passwords.get(id) === password,
    register({ username, password }) {
      if (typeof username !== 'string' || typeof password !== 'string') return null
      if (passwords.has(username)) throw fieldError('username', 'is taken')
      passwords.set(username, password)
      return userOf(passwords, username)
    },
  }
}
