// An Express app with its own sessions, and the second factor that Latchkey adds to it.
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import { checkCredentials, findUser } from './users.js'

// latchkey: begin

import { createMfa, isMfaError } from '@latchkey/core'
import { expressMfa, expressSessionHost } from '@latchkey/express'
import { sqliteStorage } from '@latchkey/sql'
import { Database } from './sqlite.js'

// latchkey: end

/**
 * @typedef {object} AppOptions
 * @property {string} [database] a file, or `:memory:`, which is the default
 * @property {string} [secret] seals what Latchkey stores; without one, nothing stored can be read after a restart
 * @property {() => number} [now] milliseconds since 1970
 * @property {(event: import('@latchkey/core').MfaEvent) => unknown} [onEvent]
 */

/** @param {AppOptions} [options] */
export async function buildApp({ database = ':memory:', secret = randomSecret(), now, onEvent } = {}) {
  const app = express()
  app.use(
    session({
      secret: randomSecret(),
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax', secure: 'auto', maxAge: 24 * 60 * 60 * 1000 },
    }),
  )

  // latchkey: begin
  const storage = sqliteStorage(new Database(database))
  await storage.migrate()
  const mfa = createMfa({ issuer: 'Example Bank', secret, storage, findUser, now, onEvent })
  const host = expressSessionHost({ findUser, checkCredentials })
  const auth = expressMfa(mfa, host)
  app.use('/auth', auth.routes)
  // latchkey: end

  app.use(refuseCrossSite)

  app.get('/account', async (req, res) => {
    const signedIn = await host.currentUser(req, res)
    if (signedIn === null) {
      res.status(401).json({ error: 'unauthenticated' })
      return
    }
    const { id, name } = signedIn.user
    res.json({ user: { id, name }, mfa: await mfa.status(id) })
  })

  app.post('/transfer', auth.guard({ maxAgeSeconds: 300 }), express.json(), (req, res) => {
    const { to, amount } = req.body ?? {}
    const isRight = typeof to === 'string' && Number.isInteger(amount) && amount > 0
    if (isRight) res.json({ transferred: { from: req.mfa?.user.name, to, amount } })
    else res.status(400).json({ error: 'invalid_transfer' })
  })

  app.post('/logout', (req, res, next) => {
    req.session.destroy((error) => {
      if (error) next(error)
      else res.clearCookie('connect.sid').status(204).end()
    })
  })

  app.use(sendError)
  return app
}

function randomSecret() {
  return randomBytes(32).toString('base64')
}

/**
 * `sameSite` keeps other sites out; a page of a neighboring subdomain is the same site and is known by its origin.
 * @param {express.Request} req
 * @param {express.Response} res
 * @param {express.NextFunction} next
 */
function refuseCrossSite(req, res, next) {
  const origin = req.get('Origin')
  if (origin === undefined || origin === `${req.protocol}://${req.host}`) next()
  else res.status(403).json({ error: 'cross_site_request' })
}

/** @type {(...args: Parameters<express.ErrorRequestHandler>) => void} */
function sendError(error, _req, res, next) {
  const isTold = isMfaError(error) || error.status < 500
  if (!isTold) console.error(error)
  if (res.headersSent) return next(error)
  const code = isMfaError(error) ? error.code : isTold ? 'invalid_request' : 'internal_error'
  res.status(isTold ? Number(error.status) : 500).json({ error: code })
}
