/** The promise guarded here: the recipes that are whole apps do what they say, over HTTP. */
import { createMfa, type Limiter, memoryStorage, type User } from '@latchkey/core'
import {
  type HttpAnswer,
  type HttpClient,
  httpClient,
  listen,
  manualClock,
  virtualAuthenticator,
} from '@latchkey/testing'
import express, { type Express } from 'express'
import session from 'express-session'
import { expect, onTestFinished, test, vi } from 'vitest'
import { load } from './load.ts'

const alice: User = { id: '1', name: 'alice', stamp: '1' }
const secret = 'Kd8sW2qF6zX0bV4nM9jH1gT5rP3yL7uC'

/** An app as the page takes it for granted, and alice with a phone. */
interface Setting {
  readonly app: Express
  readonly given: Readonly<Record<string, unknown>>
  readonly next: () => string
  readonly open: () => Promise<HttpClient>
}

async function openSetting(): Promise<Setting> {
  const clock = manualClock(Date.now())
  const findUser = (id: string) => (id === alice.id ? alice : null)
  const mfa = createMfa({ secret, issuer: 'Acme', storage: memoryStorage(), findUser, now: clock.now })
  const { totpUrl, activationToken } = await mfa.begin('totp', alice)
  const phone = virtualAuthenticator(totpUrl)
  await mfa.confirm('totp', alice, { activationToken, code: phone.code(clock.now()) })
  const next = () => phone.nextCode(clock.advance(30))
  const app = express()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  const checkCredentials = ({ username }: { username?: unknown }) => (username === 'alice' ? alice : null)
  const open = async () => {
    const { url, close } = await listen(app)
    onTestFinished(close)
    return httpClient(url)
  }
  return { app, next, open, given: { app, mfa, findUser, checkCredentials } }
}

function member(answer: HttpAnswer, name: string): string {
  expect(answer).toMatchObject({ status: 200 })
  return String((answer.json() as Record<string, unknown>)[name])
}

test('an app finds the user in its own session', async () => {
  const { app, given, next, open } = await openSetting()
  await load('docs/recipes.md', 'Routes that look at your own session', given)
  app.get('/me', (req, res) => res.json({ userId: Reflect.get(req.session, 'userId') ?? null }))
  const client = await open()
  await client.post('/auth/login', { username: 'alice' })
  expect((await client.get('/me')).json()).toEqual({ userId: null })
  await client.post('/auth/login', { username: 'alice', code: next() })
  expect((await client.get('/me')).json()).toEqual({ userId: '1' })
})

test("tokens of one's own carry the proof, and a step-up gives a fresh one", async () => {
  const { given, next, open } = await openSetting()
  vi.stubEnv('TOKEN_SECRET', secret)
  await load('docs/recipes.md', 'Tokens of your own', given)
  const client = await open()
  const as = (token: string) => ({ headers: { Authorization: `Bearer ${token}` } })
  const token = member(await client.post('/auth/login', { username: 'alice', code: next() }), 'access_token')
  expect((await client.get('/auth/mfa/status')).status).toBe(401)
  expect((await client.get('/auth/mfa/recovery-codes', as(token))).status).toBe(200)
  const stepUp = await client.post('/auth/mfa/step-up', { code: next() }, as(token))
  const fresh = member(stepUp, 'access_token')
  expect((await client.get('/auth/mfa/recovery-codes', as(fresh))).status).toBe(200)
  const ephemeral = member(await client.post('/auth/login', { username: 'alice' }), 'ephemeral_token')
  expect((await client.get('/auth/mfa/status', as(ephemeral))).status).toBe(401)
})

test('a page on another origin gets its preflight and in, and no other page does', async () => {
  const { given, open } = await openSetting()
  vi.stubEnv('MFA_SECRET', secret)
  await load('docs/recipes.md', 'A single-page app on another origin', given)
  const client = await open()
  const from = (Origin: string) => ({ headers: { Origin } })
  const preflight = await client.send('OPTIONS', '/auth/login', from('https://app.example'))
  expect(preflight).toMatchObject({
    status: 204,
    headers: { 'access-control-allow-origin': 'https://app.example', 'access-control-allow-credentials': 'true' },
  })
  expect((await client.post('/auth/login', { username: 'alice' }, from('https://app.example'))).status).toBe(200)
  const other = await client.post('/auth/login', { username: 'alice' }, from('https://evil.example'))
  expect(other.status).toBe(403)
  expect(other.headers).not.toHaveProperty('access-control-allow-origin')
})

test('a limiter by hand lets so many through and names the wait', async () => {
  const { given } = await openSetting()
  const { fixedWindow } = (await load('docs/recipes.md', 'Your own limiter', given)) as {
    fixedWindow: (points: number, windowMs: number) => Limiter
  }
  const limiter = fixedWindow(2, 60_000)
  await limiter.consume('a')
  await limiter.consume('a')
  await limiter.consume('b')
  await expect(limiter.consume('a')).rejects.toMatchObject({ msBeforeNext: expect.any(Number) })
})
