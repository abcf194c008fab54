/**
 * Who may enroll without being signed in, over the wire: a token for that is sent on purpose and counts before a session;
 * anybody else is nobody, whatever is wrong with the body.
 */
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { fieldError, type MfaOptions, type User } from '../../src/index.ts'
import { refusal } from '../world.ts'
import { type Answered, type App, createApp, type HostChanges } from './app.ts'

const credentials = { username: 'alice', password: 'right' }
const demanding: Partial<MfaOptions> = { enrollment: () => 'required' }

function bearer(token: unknown): { headers: Record<string, string> } {
  return { headers: { authorization: `Bearer ${String(token)}` } }
}

async function demanded(options: Partial<MfaOptions> = demanding, changes?: HostChanges) {
  const app = createApp(options, changes)
  const { json } = await app.send('POST', '/login', { body: credentials })
  return { ...app, app, token: String(json['ephemeral_token']), json }
}

async function confirmed(app: App, begun: Answered, session = 'nobody'): Promise<Answered> {
  const code = virtualAuthenticator(String(begun.json['totp_url'])).code(app.world.clock.now())
  const body = { activation_token: begun.json['activation_token'], code }
  return app.send('POST', '/mfa/totp/activate', { body, session })
}

describe('a login that must enroll', () => {
  test('answers with a demand and a token, and makes no session', async () => {
    const { json, sessions } = await demanded()
    expect(json).toEqual({
      mfa_enrollment_required: true,
      ephemeral_token: expect.any(String),
      expires_in: 300,
      methods: ['totp'],
    })
    expect(sessions.size).toBe(0)
  })

  test('the token opens the enrollment, and confirming signs in', async () => {
    const { app, token, sessions } = await demanded()
    const begun = await app.send('GET', '/mfa/totp/activate', bearer(token))
    expect(begun).toMatchObject({ status: 200, json: { secret: expect.any(String) } })
    const { activation_token } = begun.json
    const qr = await app.send('POST', '/mfa/totp/qr', { body: { activation_token } })
    expect(qr.headers).toMatchObject({ 'Content-Type': 'image/png' })
    expect(sessions.size).toBe(0)
    const done = await confirmed(app, begun)
    expect(done.json).toMatchObject({
      signed_in: 'alice',
      amr: ['pwd', 'otp', 'mfa'],
      recovery_codes: expect.any(Array),
      authenticator: { name: 'Authenticator 1' },
    })
    expect(app.proof('nobody')).toMatchObject({ userId: 'alice', factor: 'totp' })
  })

  test('a sign-in that answers with nothing leaves the answer as it is', async () => {
    const { app, token } = await demanded(demanding, () => ({ signIn: () => undefined }))
    const done = await confirmed(app, await app.send('GET', '/mfa/totp/activate', bearer(token)))
    expect(Object.keys(done.json)).toEqual(['recovery_codes', 'authenticator'])
  })

  test('the token opens nothing else', async () => {
    const { app, token } = await demanded()
    const others = [
      ...['/mfa/status', '/mfa/recovery-codes', '/mfa/authenticators'].map((path) => ['GET', path] as const),
      ...['/mfa/totp/deactivate', '/mfa/step-up', '/mfa/recovery-codes/regenerate'].map(
        (path) => ['POST', path] as const,
      ),
      ['DELETE', '/mfa/authenticators/x'],
      ['POST', '/mfa/totp/qr'],
      ['POST', '/mfa/totp/activate'],
    ] as const
    for (const [method, path] of others) {
      const answer = await app.send(method, path, {
        ...bearer(token),
        body: { code: '123456', activation_token: token },
      })
      expect({ path, code: answer.json['code'] }).toEqual({ path, code: 'unauthenticated' })
    }
    const verified = await app.send('POST', '/mfa/verify', { body: { ephemeral_token: token, code: '123456' } })
    expect(verified.json['code']).toBe('invalid_token')
  })

  test('the token counts before the session of somebody else', async () => {
    const { app, token, sessions } = await demanded()
    const session = app.session('mallory')
    const begun = await app.send('GET', '/mfa/totp/activate', { ...bearer(token), session })
    expect((await confirmed(app, begun, session)).json).toMatchObject({ signed_in: 'alice' })
    expect(sessions.get(session)).toMatchObject({ user: { id: 'alice' } })
    expect((await app.world.mfa.status('mallory')).mfaEnabled).toBe(false)
    app.world.clock.advance(300)
    const late = await app.send('GET', '/mfa/totp/activate', { ...bearer(token), session })
    expect(late.json['code']).toBe('unauthenticated')
  })

  test('a header of another kind leaves the session as it is', async () => {
    const { app } = await demanded()
    const session = app.session('mallory')
    for (const authorization of ['Basic YTpi', 'Bearer a.b.c', 'Bearer', '']) {
      const answer = await app.send('GET', '/mfa/totp/activate', { headers: { authorization }, session })
      expect(answer.status).toBe(200)
    }
  })
})

describe('confirming', () => {
  test('an enrollment begun in a session takes a session; one begun without takes none, whoever else is signed in', async () => {
    const { app } = await demanded()
    const session = app.session('mallory')
    const begun = await app.send('GET', '/mfa/totp/activate', { session })
    expect((await confirmed(app, begun)).json['code']).toBe('unauthenticated')
    expect(app.world.events.at(-1)).toMatchObject({ type: 'request', reason: 'unauthenticated', userId: null })
    expect((await confirmed(app, begun, app.session('alice'))).json['code']).toBe('invalid_token')
    expect((await confirmed(app, begun, session)).status).toBe(200)
  })

  test('a stranger learns nothing of what is wrong with the body', async () => {
    const { app } = await demanded()
    for (const sent of [
      { bytes: '{' },
      { bytes: '[]' },
      { bytes: 'x'.repeat(20_000) },
      { body: {}, headers: { 'content-type': 'text/plain' } },
      { body: {} },
      { body: { activation_token: 7 } },
      { body: { activation_token: 'a.b.c.d.e' } },
    ]) {
      for (const path of ['/mfa/totp/activate', '/mfa/totp/qr']) {
        expect((await app.send('POST', path, sent)).json['code']).toBe('unauthenticated')
      }
    }
    expect(app.world.events.at(-1)).toMatchObject({ type: 'confirm', reason: 'malformed_token' })
    const session = app.session('mallory')
    const body = { activation_token: 'a.b.c.d.e', code: '123456' }
    expect((await app.send('POST', '/mfa/totp/activate', { body, session })).json['code']).toBe('invalid_token')
    expect((await app.send('POST', '/mfa/totp/activate', { bytes: '{', session })).json['code']).toBe('malformed_body')
  })
})

describe('registering', () => {
  const accounts: HostChanges = ({ users }) => ({
    async register({ username, password }) {
      if (typeof username !== 'string' || password !== 'right') return null
      if (users.has(username)) throw fieldError('username', 'is taken')
      const user: User = { id: username, name: `${username}@example.com` }
      users.set(username, user)
      return user
    },
  })

  test('makes the account and begins its enrollment; confirming signs in', async () => {
    const app = createApp({}, accounts)
    const body = { username: 'bob', password: 'right' }
    const begun = await app.send('POST', '/register', { body })
    expect(begun.json).toEqual({
      user: { id: 'bob', name: 'bob@example.com' },
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      totp_url: expect.stringMatching(/^otpauth:\/\/totp\/Acme:bob%40example.com\?/),
      qr_code_data_uri: expect.stringMatching(/^data:image\/svg\+xml/),
      activation_token: expect.any(String),
      expires_in: 600,
      recovery_codes: expect.any(Array),
    })
    expect(app.sessions.size).toBe(0)
    const done = await confirmed(app, begun)
    expect(done.json).toMatchObject({ signed_in: 'bob', recovery_codes: begun.json['recovery_codes'] })
    expect((await app.send('POST', '/login', { body })).json).toMatchObject({ mfa_required: true })
  })

  test('what the app refuses is told, and so is a factor that nobody can begin with, before there is an account', async () => {
    const app = createApp({}, accounts)
    const send = async (body: object) => (await app.send('POST', '/register', { body })).json
    expect(await send({ username: 'bob' })).toMatchObject({
      code: 'invalid_request',
      detail: 'the app did not make the account',
    })
    expect(await send({ username: 'alice', password: 'right' })).toMatchObject({
      errors: [{ field: 'username', message: 'is taken' }],
    })
    expect(await send({ username: 'bob', password: 'right', method: 'sms' })).toMatchObject({
      errors: [{ field: 'method', message: 'must be one of totp' }],
    })
    expect(app.world.users.has('bob')).toBe(false)
  })

  test('a host that gives no user at all makes none', async () => {
    const app = createApp({}, () => ({ register: () => undefined as never }))
    expect((await app.send('POST', '/register', { body: {} })).json['code']).toBe('invalid_request')
  })

  test('asks the limiter first', async () => {
    const limiter = { consume: () => Promise.reject({ msBeforeNext: 2000 } as unknown as Error) }
    const app = createApp({ limiter }, accounts)
    const answer = await app.send('POST', '/register', { body: { username: 'bob', password: 'right' } })
    expect(answer).toMatchObject({ status: 429, headers: { 'Retry-After': '2' } })
    expect(app.world.users.has('bob')).toBe(false)
  })

  test('a storage that fails leaves an account that can log in and enroll', async () => {
    const app = createApp({}, accounts)
    app.world.storage.inject('get', 'throw_before')
    const body = { username: 'bob', password: 'right' }
    expect((await app.send('POST', '/register', { body })).status).toBe(503)
    expect((await app.send('POST', '/login', { body })).json).toMatchObject({ signed_in: 'bob' })
  })
})

test('an enrollment that a host asks its own way is confirmed once', async () => {
  const { world, token } = await demanded()
  const { activationToken, totpUrl } = await world.mfa.beginEnrollment(token, 'totp')
  const code = virtualAuthenticator(String(totpUrl)).code(world.clock.now())
  await world.mfa.confirmEnrollment('totp', { activationToken, code })
  expect((await refusal(world.mfa.confirmEnrollment('totp', { activationToken, code }))).code).toBe('invalid_token')
})

test('the event of a bad body names who is signed in', async () => {
  const { app } = await demanded()
  const session = app.session('mallory')
  for (const path of ['/mfa/step-up', '/mfa/totp/activate']) {
    expect((await app.send('POST', path, { bytes: '{', session })).status).toBe(400)
    expect(app.world.events.at(-1)).toMatchObject({ type: 'request', reason: 'malformed_body', userId: 'mallory' })
  }
})
