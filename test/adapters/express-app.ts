import { bearerHost, expressMfa, expressSessionHost } from '@latchkey/express'
import { type BodyMode, listen, type SessionRows } from '@latchkey/testing'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import session, { type SessionData, Store } from 'express-session'
import type { Framework, Setup } from './framework.ts'

/** An Express, of whichever version. */
export function expressFramework(name: string, create: typeof express): Framework {
  return { name, missingSession: /express-session/, start: (setup) => listen(buildApp(create(), setup)) }
}

function buildApp(app: Express, setup: Setup): Express {
  if (setup.proxy) app.set('trust proxy', 1)
  const marking = setup.marks === true ? [mark] : []
  for (const middleware of [...sessionsOf(setup), ...marking, ...parsers[setup.body]]) app.use(middleware)
  const auth = expressMfa(setup.mfa, hostOf(setup))
  app.use('/auth', auth.routes)
  app.get('/auth/own', (_req, res) => void res.send('own'))
  app.get('/visit', (req, res) => {
    Object.assign(req.session, { visits: 1 })
    res.json({})
  })
  app.get('/session', (req, res) => void res.json({ id: req.sessionID, data: { ...req.session, cookie: undefined } }))
  app.get('/guarded/default', auth.guard(), sendMfa)
  app.get('/guarded/minute', auth.guard({ maxAgeSeconds: 60 }), sendMfa)
  app.get('/guarded/recovery-code', auth.guard({ factors: ['recovery_code'] }), sendMfa)
  app.use((_req, res) => void res.status(404).send('nothing here'))
  app.use(sendError)
  return app
}

function hostOf({ app: { respond, findUser, ...functions }, bearer }: Setup) {
  if (bearer !== undefined) return bearerHost({ mfa: bearer, ...functions })
  return expressSessionHost({ findUser, respond, ...functions })
}

const mark: RequestHandler = (req, res, next) => {
  res.cookie('app', '1')
  Object.assign(req.session, { marked: true })
  next()
}

const sendMfa: RequestHandler = (req, res) => void res.json(req.mfa)
const sendError: ErrorRequestHandler = (error: Error, _req, res, _next) =>
  void res.status(500).json({ hostError: error.message })

const parsers: Record<BodyMode, readonly RequestHandler[]> = {
  unread: [],
  parsed: [express.json({ limit: '16kb', type: ['json', '+json'] })],
  text: [express.text({ type: () => true })],
  buffer: [express.raw({ type: () => true })],
  consumed: [(req, _res, next) => void req.resume().on('end', () => next())],
}

function sessionsOf({ sessions, rows, bearer }: Setup): RequestHandler[] {
  if (sessions === 'none' || bearer !== undefined) return []
  if (sessions === 'unfit') return [(req, _res, next) => next(void Object.assign(req, { session: {} }))]
  return [session({ secret: 'of the sessions', resave: false, saveUninitialized: false, store: new RowStore(rows) })]
}

class RowStore extends Store {
  readonly #rows: SessionRows
  constructor(rows: SessionRows) {
    super()
    this.#rows = rows
  }
  get(id: string, done: (error: unknown, data?: SessionData) => void): void {
    done(null, this.#rows.read(id) as SessionData | undefined)
  }
  set(id: string, data: SessionData, done?: (error?: unknown) => void): void {
    let failure: unknown
    try {
      this.#rows.write(id, data)
    } catch (error) {
      failure = error
    }
    done?.(failure)
  }
  destroy(id: string, done?: (error?: unknown) => void): void {
    this.#rows.remove(id)
    done?.()
  }
}
