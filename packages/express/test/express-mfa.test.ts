/** What the shared contract cannot say: these are matters of Express alone. */
import { createMfa, memoryStorage } from '@latchkey/core'
import { expressMfa, expressSessionHost, type SessionHostOptions } from '@latchkey/express'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import session from 'express-session'
import request from 'supertest'
import { expect, test, vi } from 'vitest'

type Options = SessionHostOptions<[Request, Response]>

const alice = { id: '1', name: 'alice' }
const options: Options = { findUser: () => alice, checkCredentials: () => alice }
const mfa = createMfa({
  secret: 'Gw5tN8yKq2Xc7Zr4Vb1Jm6Lp9Sd3Hf0A',
  issuer: 'Latchkey',
  storage: memoryStorage(),
  findUser: () => alice,
})

function buildApp(host: Partial<Options> = {}): Express {
  const app = express()
  app.use(session({ secret: 'of the sessions', resave: false, saveUninitialized: false }))
  app.use('/auth', expressMfa(mfa, expressSessionHost({ ...options, ...host })).routes)
  return app
}

test('an answer that the app has sent is left alone', async () => {
  const app = buildApp({ respond: (_user, _proof, _req, res) => res.redirect('/home') })
  const passedOn = vi.fn<(error: unknown) => void>()
  app.use((error: unknown, _req: Request, _res: Response, _next: NextFunction) => passedOn(error))
  const answer = await request(app).post('/auth/login')
  expect(passedOn).not.toHaveBeenCalled()
  expect(answer.status).toBe(302)
  expect(answer.headers).toMatchObject({ location: '/home', 'set-cookie': [expect.stringContaining('connect.sid')] })
})

test('respond gets the user, the proof and the arguments of Express', async () => {
  const respond: Options['respond'] = (user, { amr }, req, res) => {
    res.setHeader('X-From', 'respond')
    return { name: user.name, amr, path: req.originalUrl }
  }
  const answer = await request(buildApp({ respond })).post('/auth/login')
  expect(answer.body).toEqual({ name: 'alice', amr: ['pwd'], path: '/auth/login' })
  expect(answer.headers).toMatchObject({ 'x-from': 'respond', 'content-type': 'application/json' })
})

test('an app inside an app goes by the proxy setting of the outer one', async () => {
  const outer = express().set('trust proxy', 1)
  outer.use('/inner', buildApp())
  const proxied = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'app.example:8443' }
  const from = (origin: string) =>
    request(outer)
      .post('/inner/auth/login')
      .set({ ...proxied, Origin: origin })
  expect((await from('https://app.example:8443')).status).toBe(200)
  expect((await from('https://app.example')).status).toBe(403)
})

test('the binding is frozen, and a guard checks its options at once', () => {
  const auth = expressMfa(mfa, expressSessionHost(options))
  expect(Object.isFrozen(auth)).toBe(true)
  expect(Object.keys(auth)).toEqual(['routes', 'guard', 'check'])
  expect(() => auth.guard({ maxAgeSeconds: 0 })).toThrow(/^guard\.maxAgeSeconds/)
  expect(() => auth.guard({ factors: ['sms'] })).toThrow(/^guard\.factors/)
})

test.each([
  [{ findUser: undefined }, /^findUser: must be a function/],
  [{ checkCredentials: 'x' }, /^checkCredentials: must be a function/],
  [{ confirmPassword: null }, /^confirmPassword: must be a function/],
  [{ respond: {} }, /^respond: must be a function/],
  [{ requestId: 1 }, /^requestId: must be a function/],
  [{ confirmPasword: () => true }, /^confirmPasword: there is no such option/],
])('expressSessionHost refuses %j', (given, message) => {
  const bad = { ...options, ...given } as unknown as Options
  expect(() => expressSessionHost(bad)).toThrow(message)
  expect(() => expressSessionHost(bad)).toThrow(TypeError)
})
