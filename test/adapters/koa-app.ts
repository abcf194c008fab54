import { bearerHost, koaMfa, koaSessionHost } from '@latchkey/koa'
import { type BodyMode, listen, type SessionRows } from '@latchkey/testing'
import type Koa from 'koa'
import type { Context, Middleware, Next } from 'koa'
import bodyParser from 'koa-bodyparser'
import mount from 'koa-mount'
import type koaSession from 'koa-session'
import type { Framework, Setup } from './framework.ts'

/** A Koa and what goes with it, of whichever versions. */
export interface KoaFlavour {
  readonly create: new () => Koa
  readonly session: typeof koaSession
  /** How the routes get below `/auth`. */
  readonly mounting: 'prefix' | 'koa-mount'
}

export function koaFramework(name: string, flavour: KoaFlavour): Framework {
  return {
    name,
    sessions: ['store', 'cookie'],
    missingSession: /koa-session/,
    start: (setup) => listen(buildApp(flavour, setup).callback()),
  }
}

function buildApp({ create, session, mounting }: KoaFlavour, setup: Setup): Koa {
  const app = new create()
  app.proxy = setup.proxy
  app.keys = ['of the cookies']
  app.use(sendError)
  const sessions = setup.bearer === undefined ? setup.sessions : 'none'
  if (sessions === 'unfit')
    app.use((ctx, next) => {
      Object.assign(ctx, { session: {} })
      return next()
    })
  if (sessions === 'store') app.use(session({ store: storeOf(setup.rows) }, app))
  if (sessions === 'cookie') app.use(session({}, app))
  if (setup.marks === true) app.use(mark)
  for (const middleware of parsers[setup.body]) app.use(middleware)

  const prefixed = mounting === 'prefix'
  const auth = koaMfa(setup.mfa, hostOf(setup), prefixed ? { prefix: '/auth' } : {})
  app.use(prefixed ? auth.routes : mount('/auth', auth.routes))
  addPages(app)
  app.use(at('/guarded/default', auth.guard()))
  app.use(at('/guarded/minute', auth.guard({ maxAgeSeconds: 60 })))
  app.use(at('/guarded/recovery-code', auth.guard({ factors: ['recovery_code'] })))
  app.use((ctx) => {
    ctx.status = ctx.state.mfa === undefined ? 404 : 200
    ctx.body = ctx.state.mfa ?? 'nothing here'
  })
  return app
}

function hostOf({ app: { respond, findUser, ...functions }, bearer }: Setup) {
  if (bearer !== undefined) return bearerHost({ mfa: bearer, ...functions })
  return koaSessionHost({ findUser, respond, ...functions })
}

const pages: Record<string, (ctx: Context) => unknown> = {
  '/auth/own': () => 'own',
  '/visit': (ctx) => Object.assign(ctx['session'] ?? {}, { visits: 1 }) && {},
  '/session': (ctx) => ({ id: ctx['session']?.externalKey, data: ctx['session'] }),
}

function addPages(app: Koa): void {
  app.use(async (ctx, next) => {
    const page = pages[ctx.path]
    if (page === undefined) return next()
    ctx.body = page(ctx)
  })
}

function mark(ctx: Context, next: Next): Promise<unknown> {
  ctx.cookies.set('app', '1', { signed: false })
  Object.assign(ctx['session'] ?? {}, { marked: true })
  return next()
}

async function sendError(ctx: Context, next: Next): Promise<void> {
  try {
    await next()
  } catch (error) {
    ctx.status = 500
    ctx.body = { hostError: (error as Error).message }
  }
}

function at(path: string, middleware: Middleware): Middleware {
  return (ctx, next) => (ctx.path === path ? middleware(ctx, next) : next())
}

const parsers: Record<BodyMode, readonly Middleware[]> = {
  unread: [],
  parsed: [bodyParser({ enableTypes: ['json'], jsonLimit: '16kb' })],
  text: [reading((body) => body.toString())],
  buffer: [reading((body) => body)],
  consumed: [reading(() => undefined)],
}

function reading(parse: (body: Buffer) => unknown): Middleware {
  return async (ctx, next) => {
    const chunks: Buffer[] = []
    for await (const chunk of ctx.req) chunks.push(chunk as Buffer)
    Object.assign(ctx.request, { body: parse(Buffer.concat(chunks)) })
    await next()
  }
}

function storeOf(rows: SessionRows) {
  return {
    get: async (id: string) => rows.read(id),
    set: async (id: string, data: unknown) => rows.write(id, data),
    destroy: async (id: string) => rows.remove(id),
  }
}
