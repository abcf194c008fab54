// A server of passport with passport-totp, as their documents show it: `node passport.js <settings as JSON>`.
import express from 'express'
import session from 'express-session'
import { hotp } from 'notp'
import { HOTP, Secret } from 'otpauth'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { Strategy as TotpStrategy } from 'passport-totp'
import { password, secretBytes, userIdOf } from '../people.ts'
import { listen } from '../servers/listen.ts'

// It cuts numbers of less than six digits short, and so refuses one right code of twenty thousand; a refusal ends the load.
const { gen } = hotp
hotp.gen = (key, options) => {
  const code = gen(key, options)
  return code.length === 6 ? code : HOTP.generate({ secret: Secret.fromHex(key.toString('hex')), ...options })
}

const periodSeconds = 30
const { users } = JSON.parse(process.argv[2])
const people = new Map()
for (let user = 0; user < users; user += 1) {
  people.set(userIdOf(user), { id: userIdOf(user), key: secretBytes(user) })
}

passport.use(
  new LocalStrategy((username, given, done) => done(null, (given === password && people.get(username)) || false)),
)
passport.use(new TotpStrategy((user, done) => done(null, user.key, periodSeconds)))
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser((id, done) => done(null, people.get(id) ?? false))

const app = express().disable('x-powered-by')
app.use(express.json())
app.use(session({ secret: 'a secret of the benchmark', resave: false, saveUninitialized: false }))
app.use(passport.session())
app.post('/login', passport.authenticate('local'), (req, res) => res.json({ user: req.user.id }))
app.post('/verify', requirePassword, passport.authenticate('totp'), (req, res) => {
  req.session.secondFactor = 'totp'
  res.json({ user: req.user.id })
})
await listen(app, { login: '/login', verify: '/verify', carries: 'cookies' })

function requirePassword(req, res, next) {
  if (req.user === undefined) res.sendStatus(401)
  else next()
}
