// A server of one route, which always gives the same answer: `node route.js <settings as JSON>`. Once the route is the
// framework's own, once it is the adapter's, bound to a handler that answers at once. Nobody reads the body: that is the
// core's work where there is an adapter, and a parser on both sides would only make the adapter's share smaller.
import type { RequestListener } from 'node:http'
import type { Handler, Host, Mfa, MfaResponse } from '@latchkey/core'
import { expressMfa } from '@latchkey/express'
import { koaMfa } from '@latchkey/koa'
import express from 'express'
import Koa from 'koa'
import mount from 'koa-mount'
import { listen } from '../servers/listen.ts'
import type { ServerSettings } from '../target.ts'

const { contestant } = JSON.parse(process.argv[2] ?? '') as ServerSettings

const body = Buffer.from(
  JSON.stringify({ mfa_required: true, methods: ['totp'], expires_in: 300, token: 't'.repeat(300) }),
)
const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }
const response: MfaResponse = { status: 200, headers, body }

const standIn: Pick<Mfa, 'handler'> = {
  handler: <Args extends readonly unknown[]>(): Handler<Args> => ({
    handle: async () => response,
    guard: () => () => Promise.reject(new Error('nothing is guarded')),
    problem(error) {
      throw error
    },
  }),
}
/** Nobody asks it anything. */
const host = {} as Host<[]>

const routes: Readonly<Record<string, () => RequestListener>> = {
  express: () => express().disable('x-powered-by').use('/auth', expressMfa(standIn, host).routes),
  'express bare': () =>
    express()
      .disable('x-powered-by')
      .post('/auth/login', (_req, res) => {
        res.status(200)
        // By Node's own call, since Express's `set` would add a charset.
        for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
        res.end(body)
      }),
  koa: () => new Koa().use(mount('/auth', koaMfa(standIn, host).routes)).callback(),
  'koa bare': () =>
    new Koa()
      .use(
        mount('/auth', async (ctx, next) => {
          if (ctx.method !== 'POST' || ctx.path !== '/login') return next()
          ctx.status = 200
          ctx.set(headers)
          ctx.body = body
        }),
      )
      .callback(),
}

const route = routes[contestant]
if (route === undefined) throw new Error(`there is no route ${contestant}`)
await listen(route(), { login: '/auth/login', verify: '/auth/mfa/verify', carries: 'token' })
