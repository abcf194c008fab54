/** The rule guarded here: a login that waits can be kept, taken up by another process, and answered there, as long as it lasts. */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { isClientError, MfaRequiredError, type PendingLogin } from '../../src/index.ts'
import { credentials, openApp } from '../open-app.ts'

async function openWaiting() {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client()
  const error = (await client.login(credentials).catch((thrown: unknown) => thrown)) as MfaRequiredError
  return { app, phone, client, error, code: () => phone.code(app.clock.now()) }
}

test('MfaRequiredError tells what can be answered, and for how long', async () => {
  const { app, error, client } = await openWaiting()
  expect(error).toBeInstanceOf(MfaRequiredError)
  expect(isClientError(error)).toBe(true)
  expect(error).toMatchObject({
    code: 'mfa_required',
    methods: ['totp', 'recovery_code'],
    question: null,
    propositions: [],
  })
  expect(error.expiresAt.getTime() - app.clock.now()).toBe(300_500)
  expect(error.ephemeralToken).toMatch(/^ey/)
  expect(error.pending).toEqual(client.pending)
})

test('no print of the error has the token in it', async () => {
  const { error } = await openWaiting()
  const prints = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error), error.stack]
  for (const print of prints) expect(print).not.toContain(error.ephemeralToken.slice(-20))
})

test('submit answers it, with a code or a recovery code', async () => {
  const { client, code } = await openWaiting()
  expect((await client.submit(code())).answer).toMatchObject({ token_type: 'bearer' })
  expect(client.pending).toBeNull()
})

test('a wrong answer is MfaRequiredError again, and the login goes on', async () => {
  const { app, phone, client, code } = await openWaiting()
  await expect(client.submit(phone.wrongCode(app.clock.now()))).rejects.toMatchObject({
    name: 'MfaRequiredError',
    code: 'invalid_code',
    status: 400,
    attemptsRemaining: 4,
  })
  await client.submit({ code: code() })
})

test('it survives JSON, and another client answers it', async () => {
  const { app, client, code } = await openWaiting()
  const kept = JSON.stringify(client.pending)
  const other = app.client()
  other.resume(JSON.parse(kept) as PendingLogin)
  expect((await other.submit(code())).tokens).not.toBeNull()
})

test('once it has expired the server says so, and it no longer waits', async () => {
  const { app, client, code } = await openWaiting()
  app.clock.advance(301)
  await expect(client.submit(code())).rejects.toMatchObject({ code: 'invalid_token' })
  await expect(client.submit(code())).rejects.toMatchObject({ code: 'no_pending_login' })
})

test.each([
  ['nothing', () => null],
  ['a text', () => 'ey'],
  ['no token', (pending: PendingLogin) => ({ ...pending, ephemeralToken: 1 })],
  ['no methods', (pending: PendingLogin) => ({ ...pending, methods: 'totp' })],
  ['no time', (pending: PendingLogin) => ({ ...pending, expiresAt: 'soon' })],
  ["another server's", (pending: PendingLogin) => ({ ...pending, baseUrl: 'https://elsewhere.example/auth/' })],
])('%s is not resumed: a token goes to no server but its own', async (_what, change) => {
  const { app, error } = await openWaiting()
  const other = app.client()
  expect(() => other.resume(change(error.pending) as never)).toThrow(/^pending /)
  expect(other.pending).toBeNull()
})

test('a login in one call takes a code or a recovery code; without a second factor the code does not matter', async () => {
  const app = await openApp()
  await app.client().loginWith({ credentials, code: '123456' })
  const phone = await app.enroll()
  await app.client().loginWith({ credentials, code: phone.code(app.clock.now()) })
  const refused = app.client().loginWith({ credentials, code: phone.wrongCode(app.clock.now()) })
  await expect(refused).rejects.toMatchObject({ code: 'invalid_code', attemptsRemaining: 4 })
})

test('a wrong password is invalid_credentials, and nothing waits', async () => {
  const app = await openApp()
  const client = app.client()
  await expect(client.login({ ...credentials, password: 'x' })).rejects.toMatchObject({
    code: 'invalid_credentials',
    status: 401,
  })
  expect(client.pending).toBeNull()
})

test('a resumed login is answered by the options of the client that resumes it', async () => {
  const { app, phone, error } = await openWaiting()
  const program = app.client({ totp: phone.secret })
  program.resume(error.pending)
  expect((await program.proceed()).tokens).not.toBeNull()
  await expect(program.proceed()).rejects.toMatchObject({ code: 'no_pending_login' })
  const nobody = app.client()
  nobody.resume({ ...error.pending })
  await expect(nobody.proceed()).rejects.toMatchObject({ name: 'MfaRequiredError', code: 'mfa_required' })
})

test('a break while a resumed login is answered ends it: without the password there is no other', async () => {
  const app = await openApp({
    before: (express) => void express.use('/auth/mfa/verify', (req) => void req.socket.destroy()),
  })
  const phone = await app.enroll()
  const first = app.client()
  await first.login(credentials).catch(() => undefined)
  const program = app.client({ totp: phone.secret })
  program.resume(first.pending as PendingLogin)
  await expect(program.proceed()).rejects.toMatchObject({ code: 'network_error' })
  expect(app.requests).toEqual(['POST /auth/login', 'POST /auth/mfa/verify'])
})

test('credentials that were right end the sign-in before; a wrong password and a server that is down do not', async () => {
  const app = await openApp()
  const client = app.client()
  await client.login(credentials)
  await client.login({ ...credentials, password: 'x' }).catch(() => undefined)
  await app.stop()
  await client.login(credentials).catch(() => undefined)
  await app.start()
  expect((await client.status()).mfaEnabled).toBe(false)
  await app.enroll()
  await client.login(credentials).catch(() => undefined)
  expect(await client.held()).toBeNull()
  await expect(client.status()).rejects.toMatchObject({ code: 'unauthenticated' })
})
