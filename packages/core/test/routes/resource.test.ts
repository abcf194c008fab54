// The resource: a secret is created and enrolled, over the same operations as on every other route.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { altered } from '../world.ts'
import { created, enrolled, mfa, openApp, refused, secrets } from './resource-app.ts'

describe('a secret', () => {
  test('is created with its URL, and nothing is stored', async () => {
    const app = openApp()
    const answer = await app.send('POST', secrets, { session: app.session('alice', null), body: mfa })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^[\w-]+(\.[\w-]*){4}$/),
      type: 'mfa',
      secret: {
        otpauth_url: expect.stringMatching(/^otpauth:\/\/totp\/Acme:alice/),
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      },
      expires_in: 600,
    })
    expect(app.world.storage.calls.put).toBe(0)
  })

  test('is enrolled by a token, gives codes, and makes the session fresh', async () => {
    const app = openApp()
    const { answer, session } = await enrolled(app)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      id: expect.any(String),
      type: 'mfa',
      name: 'Authenticator 1',
      created_at: expect.stringMatching(/^2026-01-01T/),
      last_used_at: null,
      codes: expect.arrayContaining([expect.stringMatching(/^.{4}-.{4}$/)]),
    })
    expect(answer.json['codes']).toHaveLength(10)
    expect(app.proof(session)).toMatchObject({ provedAt: app.world.clock.now() - 30_000, factor: 'totp' })
  })

  test('gets the name that is sent', async () => {
    const { answer } = await enrolled(openApp(), undefined, { name: ' Phone ' })
    expect(answer.json).toMatchObject({ name: 'Phone' })
  })

  test('from now on challenges every login', async () => {
    const app = openApp()
    const { phone } = await enrolled(app)
    const login = (more: object) =>
      app.send('POST', '/login', { body: { username: 'alice', password: 'right', ...more } })
    expect((await login({})).json).toMatchObject({ mfa_required: true })
    expect((await login({ code: phone.code(app.world.clock.now()) })).json).toMatchObject({ signed_in: 'alice' })
  })

  test('a further one takes a fresh proof and gives no codes', async () => {
    const app = openApp()
    const { session } = await enrolled(app)
    const old = app.session('alice', null)
    expect(await app.send('POST', secrets, { session: old, body: mfa })).toMatchObject(refused(401, 'step_up_required'))
    const { answer } = await enrolled(app, session)
    expect(answer).toMatchObject({ status: 200, json: { name: 'Authenticator 2', codes: [] } })
  })

  test('is enrolled once', async () => {
    const app = openApp()
    const { pending, session, phone } = await enrolled(app)
    const body = { token: phone.code(app.world.clock.now()) }
    const again = await app.send('PUT', `${secrets}/${pending}/enroll`, { session, body })
    expect(again).toMatchObject(refused(400, 'invalid_token'))
  })

  test('a wrong token is charged like any wrong code', async () => {
    const app = openApp()
    const session = app.session('alice', null)
    const { id, phone } = await created(app, session)
    const token = altered(phone.code(app.world.clock.now()))
    const answer = await app.send('PUT', `${secrets}/${id}/enroll`, { session, body: { token } })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_code', attempts_remaining: 4 } })
    expect(app.proof(session)).toBeNull()
  })
})

describe('the fields', () => {
  test.each([
    [{}, 'is required'],
    [{ type: 'password' }, 'must be "mfa"'],
    [{ type: 'totp' }, 'must be "mfa"'],
    [{ type: ['mfa'] }, 'must be "mfa"'],
    [{ type: null }, 'must be "mfa"'],
  ])('a secret of %j is none', async (body, message) => {
    const app = openApp()
    const answer = await app.send('POST', secrets, { session: app.session(), body })
    expect(answer).toMatchObject({
      status: 400,
      json: { code: 'invalid_request', errors: [{ field: 'type', message }] },
    })
  })

  test.each([
    [{}, { field: 'token', message: 'is required' }],
    [{ token: 21589 }, { field: 'token', message: expect.stringMatching(/must be a string.*leading zeros/) }],
    [{ token: null }, { field: 'token', message: expect.stringContaining('must be a string') }],
    [{ code: '021589' }, { field: 'token', message: 'is required' }],
    [
      { token: '021589', name: 7 },
      { field: 'name', message: 'must be a string' },
    ],
    [
      { token: '021589', name: '' },
      { field: 'name', message: expect.stringContaining('1 to 64') },
    ],
  ])('a token in %j is refused', async (body, error) => {
    const app = openApp()
    const session = app.session('alice', null)
    const { id } = await created(app, session)
    const answer = await app.send('PUT', `${secrets}/${id}/enroll`, { session, body })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [error] } })
  })

  test('a rename without a name is refused', async () => {
    const app = openApp()
    const { id, session } = await enrolled(app)
    const answer = await app.send('PATCH', `${secrets}/${id}`, { session, body: {} })
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'name', message: 'is required' }] } })
  })
})

test('another method is refused with those that there are', async () => {
  const app = openApp()
  const session = app.session()
  const allowed = async (method: string, path: string) => {
    const { status, headers } = await app.send(method, path, { session })
    return [status, headers['Allow']]
  }
  expect(await allowed('PUT', secrets)).toEqual([405, 'POST, GET, DELETE'])
  expect(await allowed('HEAD', secrets)).toEqual([405, 'POST, GET, DELETE'])
  expect(await allowed('POST', `${secrets}/x`)).toEqual([405, 'GET, PATCH, DELETE'])
  expect(await allowed('POST', `${secrets}/x/enroll`)).toEqual([405, 'PUT'])
})

test('the limiter is asked where a token is read, and nowhere else', async () => {
  const keys: string[] = []
  const app = openApp({ limiter: { consume: async (key) => keys.push(key) } })
  const session = app.session('alice', null)
  const { id } = await created(app, session)
  await app.send('GET', secrets, { session })
  expect(keys).toEqual([])
  await app.send('PUT', `${secrets}/${id}/enroll`, { session, body: { token: '021589' } })
  expect(keys).toEqual(['192.0.2.1'])
})

describe('somebody who enrolls in order to be signed in', () => {
  test('creates by the token of the login, and enrolling signs in', async () => {
    const app = openApp({ enrollment: () => 'required' })
    const { json: login } = await app.send('POST', '/login', { body: { username: 'alice', password: 'right' } })
    const headers = { authorization: `Bearer ${String(login['ephemeral_token'])}` }
    expect(await app.send('POST', '/users/mallory/secrets', { headers, body: mfa })).toMatchObject(
      refused(404, 'not_found'),
    )
    const { json: secret } = await app.send('POST', secrets, { headers, body: mfa })
    const { otpauth_url: url } = secret['secret'] as { otpauth_url: string }
    const token = virtualAuthenticator(url).code(app.world.clock.now())
    const done = await app.send('PUT', `${secrets}/${String(secret['id'])}/enroll`, { body: { token } })
    expect(done.json).toMatchObject({ signed_in: 'alice', type: 'mfa', codes: expect.any(Array) })
    expect(app.proof('nobody')).toMatchObject({ userId: 'alice', factor: 'totp' })
  })

  test('enrolls a new account', async () => {
    const app = openApp({}, ({ users }) => ({ register: () => users.get('mallory') ?? null }))
    const { json } = await app.send('POST', '/register', { body: {} })
    const token = virtualAuthenticator(String(json['totp_url'])).code(app.world.clock.now())
    const place = `${String(json['activation_token'])}/enroll`
    expect((await app.send('PUT', `${secrets}/${place}`, { body: { token } })).json['code']).toBe('not_found')
    const done = await app.send('PUT', `/users/mallory/secrets/${place}`, { body: { token } })
    expect(done.json).toMatchObject({ signed_in: 'mallory', codes: json['recovery_codes'] })
  })

  test('is nobody with an enrollment that was begun in a session', async () => {
    const app = openApp()
    const { id, phone } = await created(app, app.session('alice', null))
    const token = phone.code(app.world.clock.now())
    const answer = await app.send('PUT', `${secrets}/${id}/enroll`, { body: { token } })
    expect(answer).toMatchObject(refused(401, 'unauthenticated'))
  })
})
