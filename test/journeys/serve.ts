import type { RequestListener } from 'node:http'
import type { Host, Mfa } from '@latchkey/core'
import { expressMfa } from '@latchkey/express'
import { koaMfa } from '@latchkey/koa'
import { listen, type RunningApp } from '@latchkey/testing'
import express, { type Request, type Response } from 'express'
import Koa, { type Context } from 'koa'

/** An app with Latchkey in it, and one page of its own. */
export interface Served {
  readonly mfa: Mfa
  /** Where Latchkey is mounted. */
  readonly mount: string
  /** The app's own page, which tells who is signed in. */
  readonly page: string
  /** The time there, in milliseconds since 1970, which its answers tell in their `Date`. */
  readonly now: () => number
}

export function serveExpress({ mfa, mount, page, now }: Served, host: Host<[Request, Response]>): Promise<RunningApp> {
  const app = express()
  app.use(mount, expressMfa(mfa, host).routes)
  app.get(page, async (req, res) => {
    const who = await host.currentUser(req, res)
    res.status(who === null ? 401 : 200).json(who === null ? {} : { username: who.user.name })
  })
  return listen(dated(app, now))
}

export function serveKoa({ mfa, mount, page, now }: Served, host: Host<[Context]>): Promise<RunningApp> {
  const app = new Koa()
  app.use(koaMfa(mfa, host, { prefix: mount }).routes)
  app.use(async (ctx) => {
    if (ctx.path !== page) return
    const who = await host.currentUser(ctx)
    ctx.status = who === null ? 401 : 200
    ctx.body = who === null ? {} : { username: who.user.name }
  })
  const handle = app.callback()
  return listen(dated((req, res) => void handle(req, res), now))
}

/** An app whose answers tell the time of its own clock. */
export function dated(app: RequestListener, now: () => number): RequestListener {
  return (req, res) => {
    res.setHeader('Date', new Date(now()).toUTCString())
    app(req, res)
  }
}
