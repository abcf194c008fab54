import { randomBytes, randomUUID } from 'node:crypto'
import { createMfa, type Host, type Mfa, type MfaOptions, type User } from '@latchkey/core'
import { type HttpAnswer, httpClient, type ManualClock, manualClock, type RunningApp } from '@latchkey/testing'
import type { Request, Response } from 'express'
import type { Context } from 'koa'
import { onTestFinished, vi } from 'vitest'
import { secret } from '../security/accounts.ts'
import { quickPlace } from '../security/quick-place.ts'
import type { StorageKind } from '../storages/place.ts'
import { type Served, serveExpress, serveKoa } from './serve.ts'

// Whole journeys over HTTP, on cores that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 })

/** A request to an app without cookies. */
export interface Asked {
  /** Sent as `Authorization: Token …`. */
  readonly key?: string
  readonly json?: unknown
}

/** An app whose clients carry a key of its own making, and which has one page for who is signed in. */
export interface TokenApp {
  readonly url: string
  readonly mfa: Mfa
  readonly clock: ManualClock
  readonly send: (method: string, path: string, asked?: Asked) => Promise<HttpAnswer>
}

/** How one framework serves such an app. */
export interface TokenStack {
  readonly name: string
  readonly kind: StorageKind
  readonly serve: (parts: Parts) => Promise<RunningApp>
}

export interface TokenAppOptions extends Omit<Served, 'mfa' | 'now'> {
  /** Passwords by user name. */
  readonly passwords: Readonly<Record<string, string>>
  readonly mfa?: Partial<MfaOptions>
}

type Parts = Served & Pick<TokenAppOptions, 'passwords'>

/** Each adapter once, over another storage. */
export const tokenStacks: readonly TokenStack[] = [
  { name: 'Express 5 over SQLite', kind: 'SQLite', serve: serveOnExpress },
  { name: 'Koa 3 in memory', kind: 'memory', serve: serveOnKoa },
]

/** Starts the app for one test. */
export async function openTokenApp(stack: TokenStack, options: TokenAppOptions): Promise<TokenApp> {
  const { storage, close } = await quickPlace(stack.kind)
  onTestFinished(close)
  const clock = manualClock()
  const findUser = (id: string) => (Object.hasOwn(options.passwords, id) ? userOf(id) : null)
  const now = options.mfa?.now ?? clock.now
  const mfa = createMfa({ secret, issuer: 'Acme', storage, findUser, ...options.mfa, now })
  const { url, close: end } = await stack.serve({ ...options, mfa, now })
  onTestFinished(end)
  return {
    ...{ url, mfa, clock },
    send(method, path, { key, json } = {}) {
      const headers = key === undefined ? {} : { Authorization: `Token ${key}` }
      return httpClient(url).send(method, path, { headers, json })
    },
  }
}

function userOf(name: string): User {
  return { id: name, name }
}

/** Keys are random and kept here, as an app keeps them in its database. */
function tokenHost<Args extends readonly unknown[]>(
  { mfa, passwords }: Parts,
  authorization: (...args: Args) => string | undefined,
): Host<Args> {
  const rows = new Map<string, { userId: string; proof: string; session: string }>()
  const keyOf = (...args: Args) => /^Token (\S+)$/.exec(authorization(...args) ?? '')?.[1] ?? ''
  return {
    checkCredentials({ username, password }, ..._args) {
      const isRight = typeof username === 'string' && password === passwords[username]
      return isRight && password !== undefined ? userOf(username) : null
    },
    async currentUser(...args) {
      const row = rows.get(keyOf(...args))
      if (row === undefined) return null
      const { userId, ...kept } = row
      const user = await mfa.findUser(userId)
      return user && { user, ...kept }
    },
    signIn(user, { sealed: proof }, ..._args) {
      const key = randomBytes(20).toString('hex')
      rows.set(key, { userId: user.id, proof, session: randomUUID() })
      return { key }
    },
    proved(_user, { sealed: proof }, ...args) {
      const key = keyOf(...args)
      const row = rows.get(key)
      if (row !== undefined) rows.set(key, { ...row, proof })
    },
  }
}

function serveOnExpress(parts: Parts): Promise<RunningApp> {
  return serveExpress(
    parts,
    tokenHost(parts, (req: Request, _res: Response) => req.get('Authorization')),
  )
}

function serveOnKoa(parts: Parts): Promise<RunningApp> {
  return serveKoa(
    parts,
    tokenHost(parts, (ctx: Context) => ctx.get('Authorization')),
  )
}
