/** The threat: what signs a user in goes to a server that is not the app's. And the promise: one call, whatever has run out. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Held } from '../../src/index.ts'
import { memoryTokens } from '../../src/session/memory-tokens.ts'
import { credentials, openApp } from '../open-app.ts'

async function openEnrolled(host: 'bearer' | 'session' = 'bearer') {
  const app = await openApp({ host })
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  return { app, phone, client }
}

test.each(['bearer', 'session'] as const)(
  'a proof that is too old is given anew, once for all who ask: %s',
  async (host) => {
    const { app, client } = await openEnrolled(host)
    app.clock.advance(301)
    const answers = await Promise.all([1, 2, 3].map(() => client.fetch('/payout')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(app.requests.filter((request) => request === 'POST /auth/mfa/step-up')).toHaveLength(1)
  },
)

test('a body goes along when the call is repeated', async () => {
  const { app, client } = await openEnrolled()
  app.clock.advance(1000)
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"to":"bob"}' }
  expect(await (await client.fetch('/payout', init)).json()).toEqual({ paid: { to: 'bob' } })
})

test('a stream is sent once, and the refusal comes back', async () => {
  const { app, client } = await openEnrolled()
  app.clock.advance(301)
  const body = new Blob(['{}']).stream()
  const answer = await client.fetch('/payout', { method: 'POST', body, duplex: 'half' } as RequestInit)
  expect(answer.status).toBe(401)
  expect(app.requests.filter((request) => request === 'POST /payout')).toHaveLength(1)
})

test('if nothing can give a proof, the refusal comes back with its body', async () => {
  const { app, phone } = await openEnrolled()
  const client = app.client()
  app.clock.advance(30)
  await client.loginWith({ credentials, code: phone.code(app.clock.now()) })
  app.clock.advance(301)
  const answer = await client.fetch('/payout')
  expect(answer.status).toBe(401)
  expect(await answer.json()).toMatchObject({ code: 'step_up_required' })
})

test('nobody signed in: 401 as it comes, and nothing else is asked', async () => {
  const app = await openApp()
  expect((await app.client().fetch('/payout')).status).toBe(401)
  expect(app.requests).toEqual(['GET /payout'])
})

test('a path counts from the root; a full address of the app works too', async () => {
  const { app, client } = await openEnrolled()
  expect((await client.fetch('/me')).status).toBe(200)
  expect((await client.fetch(`${app.url}/me`)).status).toBe(200)
  expect((await client.fetch(new URL('/me', app.url))).status).toBe(200)
})

test.each(['https://elsewhere.example/x', '//elsewhere.example/x', 'http://127.0.0.1:1/', 'data:,x'])(
  'nothing goes to %s',
  async (address) => {
    const { client } = await openEnrolled()
    await expect(client.fetch(address)).rejects.toThrow(TypeError)
  },
)

test('an origin of the options gets the token, and no cookie', async () => {
  const { app, client: signedIn } = await openEnrolled()
  const seen: unknown[] = []
  const server = createServer((req, res) => {
    seen.push([req.headers.authorization, req.headers.cookie])
    res.setHeader('Set-Cookie', 'evil=1').end()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cookies = [{ name: 'sid', value: '1', path: '/', secure: false }]
  const tokenStorage = memoryTokens()
  const { tokens } = (await signedIn.held()) as Held
  await tokenStorage.set({ tokens, cookies })
  const client = app.client({ origins: [origin], tokenStorage })
  await client.fetch(`${origin}/x`)
  expect(seen).toEqual([[tokens?.authorization, undefined]])
  expect((await client.held())?.cookies).toEqual(cookies)
})

test("the caller's own header counts", async () => {
  const { client } = await openEnrolled()
  expect((await client.fetch('/payout', { headers: { Authorization: 'Bearer none' } })).status).toBe(401)
})

test('if the server is down, a request that does no harm is repeated', async () => {
  const { app, client } = await openEnrolled()
  await app.stop()
  await expect(client.fetch('/me')).rejects.toMatchObject({ code: 'network_error' })
  expect(app.waits.filter((ms) => ms < 5000)).toEqual([500, 1000, 2000])
})

test('a signal ends the call', async () => {
  const { client } = await openEnrolled()
  await expect(client.fetch('/me', { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
})
