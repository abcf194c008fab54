// The wire: every route's success, as it is documented, with no member more.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createApp, enrolledApp } from './app.ts'

const json = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' }

describe('login', () => {
  const credentials = { username: 'alice', password: 'right' }

  test('without a second factor is what signIn returns', async () => {
    const { send, proof } = createApp()
    const answer = await send('POST', '/login', { body: credentials, session: 's1' })
    expect(answer).toMatchObject({ status: 200, headers: json, json: { signed_in: 'alice', amr: ['pwd'] } })
    expect(proof('s1')).toMatchObject({ userId: 'alice', provedAt: null })
  })

  test('with one is a challenge and no session', async () => {
    const { send, sessions } = await enrolledApp()
    const before = sessions.size
    const answer = await send('POST', '/login', { body: credentials, session: 's1' })
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      ...{ mfa_required: true, expires_in: 300, methods: ['totp', 'recovery_code'] },
      ephemeral_token: expect.any(String),
    })
    expect(sessions.size).toBe(before)
  })

  test('with its code in the same call is what signIn returns', async () => {
    const { send, alice, world } = await enrolledApp()
    const body = { ...credentials, code: alice.app.code(world.clock.now()) }
    expect((await send('POST', '/login', { body })).json).toEqual({ signed_in: 'alice', amr: ['pwd', 'otp', 'mfa'] })
  })

  test('with wrong credentials says so, code or no code', async () => {
    const { send, alice, world } = await enrolledApp()
    const code = alice.app.code(world.clock.now())
    for (const body of [
      { ...credentials, password: 'wrong' },
      { username: 'nobody', password: 'right' },
      { password: 'wrong', code },
      {},
    ]) {
      const answer = await send('POST', '/login', { body })
      expect(answer).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } })
      expect(answer.headers).not.toHaveProperty('WWW-Authenticate')
    }
  })
})

test('verify is what signIn returns; nothing is an empty object', async () => {
  const { send, alice, world, proof } = await enrolledApp()
  const challenge = await send('POST', '/login', { body: { username: 'alice', password: 'right' } })
  const body = { ephemeral_token: challenge.json['ephemeral_token'], code: alice.app.code(world.clock.now()) }
  const answer = await send('POST', '/mfa/verify', { body, session: 's2' })
  expect(answer).toMatchObject({ status: 200, json: { signed_in: 'alice', amr: ['pwd', 'otp', 'mfa'] } })
  expect(proof('s2')).toMatchObject({ provedAt: world.clock.now(), factor: 'totp' })
  const quiet = createApp({}, () => ({ signIn: () => undefined }))
  expect((await quiet.send('POST', '/login', { body: { username: 'alice', password: 'right' } })).json).toEqual({})
})

test('enrollment: begin, the QR code, confirm; the session is fresh afterwards', async () => {
  const { send, session, proof, world } = createApp()
  const signedIn = session('alice', null)
  const begun = await send('GET', '/mfa/totp/activate', { session: signedIn })
  expect(begun).toMatchObject({ status: 200, headers: json })
  expect(begun.json).toEqual({
    ...{
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      totp_url: expect.stringMatching(/^otpauth:/),
      expires_in: 600,
    },
    ...{ qr_code_data_uri: expect.stringMatching(/^data:image\/svg/), activation_token: expect.any(String) },
  })
  const { activation_token, totp_url } = begun.json
  const picture = await send('POST', '/mfa/totp/qr', { session: signedIn, body: { activation_token } })
  expect(picture).toMatchObject({ status: 200, headers: { 'Content-Type': 'image/png', 'Cache-Control': 'no-store' } })
  expect(
    Buffer.from(picture.response.body ?? [])
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  const code = virtualAuthenticator(String(totp_url)).code(world.clock.now())
  const body = { activation_token, code, name: 'Phone' }
  const confirmed = await send('POST', '/mfa/totp/activate', { session: signedIn, body })
  expect(confirmed.json).toEqual({
    recovery_codes: expect.any(Array),
    authenticator: {
      ...{ id: expect.any(String), type: 'totp', name: 'Phone', last_used_at: null },
      created_at: new Date(world.clock.now()).toISOString(),
    },
  })
  expect(confirmed.json['recovery_codes']).toHaveLength(10)
  expect(proof(signedIn)).toMatchObject({ provedAt: world.clock.now() })
  const again = await send('POST', '/mfa/totp/qr', { session: signedIn, body: { activation_token } })
  expect(again).toMatchObject({ status: 400, json: { code: 'invalid_token' } })
})

test('status, before and after', async () => {
  const none = createApp()
  const nothing = { mfa_enabled: false, created_at: null, last_used_at: null, methods: [], recovery_codes_remaining: 0 }
  expect((await none.send('GET', '/mfa/status', { session: none.session() })).json).toEqual(nothing)
  const { send, signedIn } = await enrolledApp()
  expect((await send('GET', '/mfa/status', { session: signedIn })).json).toEqual({
    ...{ mfa_enabled: true, created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), last_used_at: null },
    ...{ methods: ['totp', 'recovery_code'], recovery_codes_remaining: 10 },
  })
})

test('recovery codes: shown, regenerated', async () => {
  const { send, signedIn, alice } = await enrolledApp()
  const shown = await send('GET', '/mfa/recovery-codes', { session: signedIn })
  expect(shown.json).toEqual({ codes: alice.codes, remaining: 10 })
  const made = await send('POST', '/mfa/recovery-codes/regenerate', { session: signedIn })
  expect(made.json).toEqual({ codes: expect.any(Array) })
  expect(made.json['codes']).not.toEqual(alice.codes)
  const once = await enrolledApp({ recoveryCodes: { reveal: 'once' } })
  const kept = await once.send('GET', '/mfa/recovery-codes', { session: once.signedIn })
  expect(kept.json).toEqual({ codes: [], remaining: 10 })
})

test('authenticators: listed, renamed, removed', async () => {
  const { send, signedIn, alice } = await enrolledApp()
  const path = `/mfa/authenticators/${alice.id}`
  const entry = { id: alice.id, type: 'totp', created_at: expect.any(String), last_used_at: null }
  const list = await send('GET', '/mfa/authenticators', { session: signedIn })
  expect(list.json).toEqual({ authenticators: [{ ...entry, name: 'Authenticator 1' }] })
  const renamed = await send('PATCH', path, { session: signedIn, body: { name: 'Phone' } })
  expect(renamed.json).toEqual({ ...entry, name: 'Phone' })
  const removed = await send('DELETE', path, { session: signedIn })
  expect(removed.response).toEqual({ status: 204, headers: { 'Cache-Control': 'no-store' }, body: null })
})

test('step-up is when it was proved, or what `proved` returns', async () => {
  const { send, signedIn, alice, world } = await enrolledApp()
  const body = () => ({ code: alice.app.nextCode(world.clock.now()) })
  const answer = await send('POST', '/mfa/step-up', { session: signedIn, body: body() })
  expect(answer.json).toEqual({ proved_at: new Date(world.clock.now()).toISOString() })
  const own = await enrolledApp({}, () => ({ proved: () => ({ token: 'fresh' }) }))
  const code = own.alice.app.nextCode(own.world.clock.now())
  expect((await own.send('POST', '/mfa/step-up', { session: own.signedIn, body: { code } })).json).toEqual({
    token: 'fresh',
  })
})

test('deactivation says so', async () => {
  const { send, signedIn, alice } = await enrolledApp()
  const answer = await send('POST', '/mfa/totp/deactivate', { session: signedIn, body: { code: alice.codes[0] } })
  expect(answer.json).toEqual({ detail: 'TOTP has been deactivated.' })
})

describe('deactivation with a password', () => {
  const asking = () => ({ confirmPassword: (_: unknown, password: string) => password === 'right' })

  test('asks for it, and takes only the right one', async () => {
    const { send, signedIn, alice } = await enrolledApp({}, asking)
    const deactivate = (body: object) => send('POST', '/mfa/totp/deactivate', { session: signedIn, body })
    const missing = await deactivate({ code: alice.codes[0] })
    expect(missing.json).toMatchObject({
      code: 'invalid_request',
      errors: [{ field: 'password', message: 'is required' }],
    })
    expect((await deactivate({ code: alice.codes[0], password: 'wrong' })).json['code']).toBe('invalid_credentials')
    expect((await deactivate({ code: alice.codes[0], password: 'right' })).status).toBe(200)
  })

  test.each([1, 'yes', {}, undefined, null])('a host that says %j has not said yes', async (answer) => {
    const { send, signedIn, alice } = await enrolledApp({}, () => ({ confirmPassword: () => answer as boolean }))
    const body = { code: alice.codes[0], password: 'right' }
    expect((await send('POST', '/mfa/totp/deactivate', { session: signedIn, body })).status).toBe(401)
  })

  test('asks for none where the host cannot tell', async () => {
    const { send, signedIn, alice } = await enrolledApp({}, () => ({ confirmPassword: undefined }))
    const body = { code: alice.codes[0], password: 7 }
    expect((await send('POST', '/mfa/totp/deactivate', { session: signedIn, body })).status).toBe(200)
  })
})
