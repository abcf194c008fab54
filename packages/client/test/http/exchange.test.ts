/** The threat: a server, or something before it, that hangs, redirects, or answers as Latchkey does not. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { listen } from '@latchkey/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createClient } from '../../src/index.ts'
import { credentials, openApp } from '../open-app.ts'

async function serve(answer: (req: IncomingMessage, res: ServerResponse) => void) {
  const requests: string[] = []
  const { url, close } = await listen((req, res) => {
    requests.push(`${req.method} ${req.url}`)
    answer(req, res)
  })
  onTestFinished(close)
  const waits: number[] = []
  const sleep = (ms: number) => Promise.resolve(void waits.push(ms))
  return { url, requests, waits, client: createClient({ baseUrl: `${url}/auth`, sleep, timeoutSeconds: 0.2 }) }
}

const problem = (status: number, body: object) => (_req: IncomingMessage, res: ServerResponse) =>
  void res.writeHead(status, { 'Content-Type': 'application/problem+json' }).end(JSON.stringify(body))

test.each([
  ['a page of a proxy', 502, 'text/html', '<h1>Bad gateway</h1>'],
  ['a page with 200', 200, 'text/html', '<h1>Welcome</h1>'],
  ['JSON of another', 404, 'application/json', '{"error":"not found"}'],
  ['a list', 200, 'application/json', '[]'],
  ['half an object', 200, 'application/json', '{"mfa_required":'],
  ['a challenge without a token', 200, 'application/json', '{"mfa_required":true,"methods":["totp"],"expires_in":300}'],
  [
    'a challenge whose methods are none',
    200,
    'application/json',
    '{"mfa_required":true,"ephemeral_token":"x","methods":"totp","expires_in":300}',
  ],
])('%s is unexpected_answer', async (_what, status, type, body) => {
  const { client } = await serve((_req, res) => void res.writeHead(status, { 'Content-Type': type }).end(body))
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'unexpected_answer', status })
})

test('a redirect is not followed: it would carry the password along', async () => {
  const elsewhere = await serve((_req, res) => void res.end('{}'))
  const { client } = await serve((_req, res) => void res.writeHead(307, { Location: `${elsewhere.url}/login` }).end())
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'unexpected_answer' })
  expect(elsewhere.requests).toEqual([])
})

test.each([
  ['before its headers', () => undefined],
  [
    'in its body',
    (_req: IncomingMessage, res: ServerResponse) =>
      void res.writeHead(200, { 'Content-Type': 'application/json' }).write('{'),
  ],
])('a server that hangs %s is timeout, and is not asked again', async (_when, answer) => {
  const { client, requests } = await serve(answer)
  await expect(client.status()).rejects.toMatchObject({ code: 'timeout' })
  expect(requests).toHaveLength(1)
})

test('a signal ends a request that hangs, with its own reason', async () => {
  const controller = new AbortController()
  const { client } = await serve(() => controller.abort(new Error('enough')))
  await expect(client.status({ signal: controller.signal })).rejects.toThrow('enough')
})

test('if the storage is down, a request that changes nothing is repeated, and one that may have changed something is not', async () => {
  const away = problem(503, { code: 'storage_unavailable', detail: 'away' })
  const reading = await serve(away)
  await expect(reading.client.status()).rejects.toMatchObject({ code: 'storage_unavailable', status: 503 })
  expect([reading.requests.length, reading.waits]).toEqual([4, [500, 1000, 2000]])
  const proving = await serve(away)
  await expect(proving.client.loginWith({ credentials, code: '123456' })).rejects.toMatchObject({
    code: 'storage_unavailable',
  })
  expect([proving.requests.length, proving.waits]).toEqual([1, []])
})

test('an error has what the server said, and nothing that is no number', async () => {
  const errors = [{ field: 'username', message: 'is taken' }, { field: 1 }, null]
  const body = {
    code: 'invalid_request',
    detail: 'username: is taken',
    errors,
    attempts_remaining: 'many',
    retry_after: -1,
  }
  const { client } = await serve(problem(400, body))
  const error = await client.register({ username: 'bob' }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'invalid_request', status: 400, message: 'username: is taken' })
  expect(Object.keys(error as object).sort()).toEqual(['code', 'errors', 'name', 'status'])
  expect((error as { errors: unknown }).errors).toEqual([errors[0]])
})

test.each([
  ['body', { retry_after: 30 }, {}],
  ['header', {}, { 'Retry-After': '30' }],
])('how long to wait is read from the %s', async (_where, more, headers) => {
  const { client } = await serve((_req, res) => {
    res.writeHead(429, { 'Content-Type': 'application/problem+json', ...headers })
    res.end(JSON.stringify({ code: 'too_many_attempts', ...more }))
  })
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 })
})

test('the time of a page that is not from the app is not learned', async () => {
  const { client } = await serve((_req, res) => {
    res.setHeader('Date', new Date(0).toUTCString())
    res.writeHead(502).end()
  })
  await client.login(credentials).catch(() => undefined)
  expect(client.clock()).toBeNull()
})

test('an app with other paths is called at those', async () => {
  const app = await openApp({ mfa: { routes: { login: '/sign-in', status: '/second-factor' } } })
  const client = app.client({ paths: { login: '/sign-in', status: '/second-factor' } })
  await client.login(credentials)
  expect(await client.status()).toMatchObject({ mfaEnabled: false })
})

test('a listener of notices that throws changes nothing', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const onNotice = () => {
    throw new Error('no')
  }
  const client = app.client({ totp: phone.secret, onNotice })
  await client.login(credentials)
  expect((await client.login(credentials)).tokens).not.toBeNull()
})
