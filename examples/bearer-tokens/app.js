// An Express app for programs and phones: bearer tokens, users who may register, and a second factor of three kinds.
import { randomBytes } from 'node:crypto'
import { createMfa, enrolledAnswers, isMfaError, questions } from '@latchkey/core'
import { bearerHost, expressMfa } from '@latchkey/express'
import { oneTimeCode } from '@latchkey/one-time-code'
import { sqliteStorage } from '@latchkey/sql'
import express from 'express'
import { Database } from './sqlite.js'
import { createUsers } from './users.js'

/**
 * @typedef {object} AppOptions
 * @property {string} [database] a file, or `:memory:`, which is the default
 * @property {string} [secret] seals what Latchkey stores; without one, nothing stored can be read after a restart
 * @property {() => number} [now] milliseconds since 1970
 * @property {(event: import('@latchkey/core').MfaEvent) => unknown} [onEvent]
 * @property {import('@latchkey/one-time-code').Deliver} [deliver] sends a mail; without it mails are printed
 */

/** @param {AppOptions} [options] */
export async function buildApp({ database = ':memory:', secret = randomSecret(), now, onEvent, deliver = print } = {}) {
  const { findUser, ...accounts } = createUsers()
  const storage = sqliteStorage(new Database(database))
  await storage.migrate()
  const mfa = createMfa({
    issuer: 'Example Bank',
    secret,
    storage,
    findUser,
    now,
    onEvent,
    totp: { diagnose: true },
    factors: [questions(enrolledAnswers()), oneTimeCode({ deliver, host: 'localhost', channels: ['mail'] })],
  })
  const host = bearerHost({ mfa, ...accounts })
  const auth = expressMfa(mfa, host)

  // No cookie signs anybody in, so there is nothing that a page of another site could do in somebody's name.
  const app = express()
  app.use('/auth', auth.routes)

  app.get('/account', async (req, res) => {
    const signedIn = await host.currentUser(req, res)
    if (signedIn === null) {
      res.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'unauthenticated' })
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

  app.use(sendError)
  return app
}

function randomSecret() {
  return randomBytes(32).toString('base64')
}

/** @param {import('@latchkey/one-time-code').Message} mail */
function print({ to, text }) {
  console.log(`Mail to ${to}:\n${text}\n`)
}

/** @type {(...args: Parameters<express.ErrorRequestHandler>) => void} */
function sendError(error, _req, res, next) {
  const isTold = isMfaError(error) || error.status < 500
  if (!isTold) console.error(error)
  if (res.headersSent) return next(error)
  const code = isMfaError(error) ? error.code : isTold ? 'invalid_request' : 'internal_error'
  res.status(isTold ? Number(error.status) : 500).json({ error: code })
}
