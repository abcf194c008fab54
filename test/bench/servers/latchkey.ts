// A server of Latchkey: `node latchkey.js <settings as JSON>`.
import type { RequestListener } from 'node:http'
import { createMfa, type Host, type Mfa } from '@latchkey/core'
import { expressMfa } from '@latchkey/express'
import { koaMfa } from '@latchkey/koa'
import express from 'express'
import Koa from 'koa'
import mount from 'koa-mount'
import { secret } from '../../security/accounts.ts'
import { password } from '../people.ts'
import type { ServerSettings } from '../target.ts'
import { listen } from './listen.ts'
import { openStorage } from './storage.ts'

const settings = JSON.parse(process.argv[2] ?? '') as ServerSettings

const findUser = (id: string) => ({ id, name: id })
const host: Host<[]> = {
  checkCredentials: (body) => (body['password'] === password ? findUser(String(body['username'])) : null),
  currentUser: () => null,
  // What signing in makes is the app's own: here it costs nothing, as in every contestant that lets it.
  signIn: (user) => ({ user: user.id }),
  proved: () => undefined,
}

/** The app of each contestant. */
const apps: Readonly<Record<string, (mfa: Mfa) => RequestListener>> = {
  express: (mfa) => express().disable('x-powered-by').use('/auth', expressMfa(mfa, host).routes),
  koa: (mfa) => new Koa().use(mount('/auth', koaMfa(mfa, host).routes)).callback(),
  core: bareListener,
}

/** Core's handler on `node:http`, with nothing between. */
function bareListener(mfa: Mfa): RequestListener {
  const handler = mfa.handler(host)
  return async (message, answer) => {
    const response = await handler.handle({
      method: message.method ?? '',
      path: (message.url ?? '').slice('/auth'.length),
      target: message.url ?? '',
      origin: '',
      address: '',
      header: (name) => message.headers[name]?.toString(),
      body: message,
      parsedBody: undefined,
    })
    const { status, headers, body } = response ?? { status: 404, headers: {}, body: null }
    answer.writeHead(status, { ...headers, 'Content-Length': body?.byteLength ?? 0 }).end(body)
  }
}

const app = apps[settings.contestant]
if (app === undefined) throw new Error(`there is no contestant ${settings.contestant}`)
let aheadMs = 0
const now = () => Date.now() + aheadMs
const advance = (ms: number) => {
  aheadMs += ms
}
const mfa = createMfa({ secret, issuer: 'Latchkey', findUser, storage: await openStorage(settings), now })
await listen(app(mfa), { login: '/auth/login', verify: '/auth/mfa/verify', carries: 'token' }, { advance })
