// A classic server-rendered app in CommonJS: passport, forms, redirects. Its second factor comes from Latchkey's
// functions, called by its own routes; of the adapter it takes the guard alone.
// oxlint-disable typescript/no-unsafe-call -- plain JavaScript, as such apps are
const { randomUUID } = require('node:crypto')
const { promisify } = require('node:util')
const { createMfa, isMfaError, memoryStorage } = require('@latchkey/core')
const { expressMfa } = require('@latchkey/express')
const express = require('express')
const session = require('express-session')
const { Passport } = require('passport')
const { Strategy } = require('passport-local')
const { csrf } = require('./csrf.cjs')
const pages = require('./pages.cjs')

const users = new Map([
  ['1', { id: '1', name: 'alice', password: 'wonderland' }],
  ['2', { id: '2', name: 'mallory', password: 'looking-glass' }],
])

/** @param {{ now?: () => number }} [options] */
function buildApp({ now = Date.now } = {}) {
  const mfa = createMfa({
    secret: 'kPq7vN2xR8tY4wZ6bC1dF3gH5jL9mS0a',
    issuer: 'Classic & Sons',
    storage: memoryStorage(),
    findUser: (id) => users.get(id) ?? null,
    now,
  })
  const app = express()
  app.use(express.urlencoded({ extended: false }))
  app.use(csrf('a secret of the forms'))
  app.use(session({ secret: 'a secret of the sessions', resave: false, saveUninitialized: false }))
  addLogin(app, mfa)
  const auth = expressMfa(mfa, { checkCredentials, currentUser, signIn, proved })
  addAccount(app, mfa)
  addEnrollment(app, mfa)
  app.get('/payout', auth.guard({ maxAgeSeconds: 60 }), (req, res) => {
    res.send(pages.payout({ factor: req.mfa.proof.factor }))
  })
  return app
}

function addLogin(app, mfa) {
  const passport = new Passport()
  passport.use(
    new Strategy((username, password, done) => done(null, checkCredentials({ username, password }) ?? false)),
  )
  passport.serializeUser((user, done) => done(null, user.id))
  passport.deserializeUser((id, done) => done(null, users.get(id) ?? false))
  app.use(passport.session())

  app.get('/login', (_req, res) => res.send(pages.login(res.locals)))
  // No session yet: passport only checks the password here.
  const userOfForm = (req, res) =>
    promisify((done) => passport.authenticate('local', { session: false }, done)(req, res, done))()

  app.post('/login', async (req, res) => {
    const user = await userOfForm(req, res)
    if (!user) return res.status(401).send(pages.login({ ...res.locals, error: 'Wrong name or password' }))
    const challenge = await mfa.challenge(user)
    if (challenge.kind !== 'proof') return res.send(pages.code({ ...res.locals, token: challenge.ephemeralToken }))
    await signIn(user, challenge.proof, req)
    res.redirect('/')
  })

  app.post('/login/code', async (req, res) => {
    const { ephemeral_token: token, code } = req.body
    try {
      const { user, proof } = await mfa.verify(token, { code })
      await signIn(user, proof, req)
      res.redirect('/')
    } catch (error) {
      const { status, title, code: reason } = refusal(error)
      const again = reason === 'invalid_token' ? pages.login : pages.code
      res.status(status).send(again({ ...res.locals, token, error: title }))
    }
  })
}

function addAccount(app, mfa) {
  app.use((req, res, next) => (req.user ? next() : res.redirect('/login')))
  app.get('/', (req, res) => res.send(pages.home({ ...res.locals, name: req.user.name })))
  app.post('/logout', (req, res, next) => req.logout((error) => (error ? next(error) : res.redirect('/login'))))
  app.get('/step-up', (_req, res) => res.send(pages.stepUp(res.locals)))
  app.post('/step-up', async (req, res) => {
    try {
      const proof = await mfa.stepUp(req.user, { code: req.body.code })
      await proved(req.user, proof, req)
      res.redirect('/payout')
    } catch (error) {
      const { status, title } = refusal(error)
      res.status(status).send(pages.stepUp({ ...res.locals, error: title }))
    }
  })
}

function addEnrollment(app, mfa) {
  app.get('/enroll', async (req, res) => {
    try {
      const enrollment = await mfa.begin('totp', req.user, { provedAt: mfa.openProof(currentUser(req))?.provedAt })
      res.send(pages.enroll({ ...res.locals, enrollment }))
    } catch (error) {
      const { status, title } = refusal(error)
      res.status(status).send(pages.failure({ title: 'Not now', error: title }))
    }
  })
  app.post('/enroll', async (req, res) => {
    const { activation_token: activationToken, code, name } = req.body
    try {
      const answer = { activationToken, code, name: name || undefined }
      const { recoveryCodes, proof } = await mfa.confirm('totp', req.user, answer)
      await proved(req.user, proof, req)
      res.send(pages.recoveryCodes({ recoveryCodes }))
    } catch (error) {
      const { status, title } = refusal(error)
      res.status(status).send(pages.failure({ title: 'That did not work', error: title }))
    }
  })
}

function checkCredentials({ username, password }) {
  return [...users.values()].find((user) => user.name === username && user.password === password) ?? null
}

function currentUser(req) {
  return req.user ? { user: req.user, proof: req.session.proof, session: req.session.signIn } : null
}

/** Passport begins a new session here, and it drops what was in the old one. */
async function signIn(user, proof, req) {
  await promisify(req.logIn.bind(req))(user)
  req.session.signIn = randomUUID()
  await proved(user, proof, req)
}

async function proved(_user, { sealed }, req) {
  req.session.proof = sealed
  await promisify(req.session.save.bind(req.session))()
}

function refusal(error) {
  if (!isMfaError(error)) throw error
  return error
}

module.exports = { buildApp }
