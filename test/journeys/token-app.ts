import { randomBytes } from 'node:crypto'
import { createMfa, type Host, type Mfa, type MfaOptions, type Proof, type User } from '@latchkey/core'
import { expressMfa } from '@latchkey/express'
import { koaMfa } from '@latchkey/koa'
import { type HttpAnswer, httpClient, listen, type ManualClock, manualClock, type RunningApp } from '@latchkey/testing'
import express, { type Request, type Response } from 'express'
import Koa, { type Context } from 'koa'
import { onTestFinished, vi } from 'vitest'
import { secret } from '../security/accounts.ts'
import { quickPlace } from '../security/quick-place.ts'
import type { StorageKind } from '../storages/place.ts'

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

export interface TokenAppOptions {
  /** Where Latchkey is mounted. */
  readonly mount: string
  /** The app's own page, which tells who is signed in. */
  readonly page: string
  /** Passwords by user name. */
  readonly passwords: Readonly<Record<string, string>>
  readonly mfa?: Partial<MfaOptions>
}

type Parts = Pick<TokenAppOptions, 'mount' | 'page' | 'passwords'> & { readonly mfa: Mfa }

/** Each adapter once, over another storage. */
export const tokenStacks: readonly TokenStack[] = [
  { name: 'Express 5 over SQLite', kind: 'SQLite', serve: serveExpress },
  { name: 'Koa 3 in memory', kind: 'memory', serve: serveKoa },
]

/** Starts the app for one test. */
export async function openTokenApp(stack: TokenStack, options: TokenAppOptions): Promise<TokenApp> {
  const { storage, close } = await quickPlace(stack.kind)
  onTestFinished(close)
  const clock = manualClock()
  const findUser = (id: string) => (Object.hasOwn(options.passwords, id) ? userOf(id) : null)
  const mfa = createMfa({ secret, issuer: 'Acme', storage, findUser, now: clock.now, ...options.mfa })
  const { url, close: end } = await stack.serve({ ...options, mfa })
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
  const rows = new Map<string, { userId: string; proof: Proof }>()
  const keyOf = (...args: Args) => /^Token (\S+)$/.exec(authorization(...args) ?? '')?.[1] ?? ''
  return {
    checkCredentials({ username, password }, ..._args) {
      const isRight = typeof username === 'string' && password === passwords[username]
      return isRight && password !== undefined ? userOf(username) : null
    },
    async currentUser(...args) {
      const row = rows.get(keyOf(...args))
      const user = row === undefined ? null : await mfa.findUser(row.userId)
      return row === undefined || user === null ? null : { ...row.proof, user }
    },
    signIn(user, proof, ..._args) {
      const key = randomBytes(20).toString('hex')
      rows.set(key, { userId: user.id, proof })
      return { key }
    },
    proved(user, proof, ...args) {
      rows.set(keyOf(...args), { userId: user.id, proof })
    },
  }
}

function serveExpress(parts: Parts): Promise<RunningApp> {
  const host = tokenHost(parts, (req: Request, _res: Response) => req.get('Authorization'))
  const app = express()
  app.use(parts.mount, expressMfa(parts.mfa, host).routes)
  app.get(parts.page, async (req, res) => {
    const who = await host.currentUser(req, res)
    res.status(who === null ? 401 : 200).json(who === null ? {} : { username: who.user.name })
  })
  return listen(app)
}

function serveKoa(parts: Parts): Promise<RunningApp> {
  const host = tokenHost(parts, (ctx: Context) => ctx.get('Authorization'))
  const app = new Koa()
  app.use(koaMfa(parts.mfa, host, { prefix: parts.mount }).routes)
  app.use(async (ctx) => {
    if (ctx.path !== parts.page) return
    const who = await host.currentUser(ctx)
    ctx.status = who === null ? 401 : 200
    ctx.body = who === null ? {} : { username: who.user.name }
  })
  return listen(app.callback())
}
