import { describe, expect, test } from 'vitest'
import type { BodyMode, Framework } from '../framework.ts'
import { expectJson, openSetting, password, type Setting } from '../setting.ts'

const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string
const text = expect.any(String) as string
const tenCodes = Array.from({ length: 10 }, () => expect.stringMatching(/^[0-9a-z]{4}-[0-9a-z]{4}$/i) as string)
const alice = { user: { id: '1', name: 'alice' } }

/** Every route's success, to the letter, however the app reads bodies. */
export function journeyCases(framework: Framework): void {
  describe.each<BodyMode>(['unread', 'parsed', 'text', 'buffer'])('with a body %s', (body) => {
    test('enrolment: begin, QR code, confirm, status', async () =>
      expectEnrolment(await openSetting(framework, { body })))
    test('signing in: in two calls and in one', async () => expectSigningIn(await openSetting(framework, { body })))
    test('recovery codes: shown and regenerated', async () =>
      expectRecoveryCodes(await openSetting(framework, { body })))
    test('authenticators: listed, renamed, removed', async () =>
      expectAuthenticators(await openSetting(framework, { body })))
    test('step-up, and deactivation with the password', async () => {
      const confirmPassword = (_user: unknown, given: string) => given === password
      await expectDeactivation(await openSetting(framework, { body, app: { confirmPassword } }))
    })
  })
}

async function expectEnrolment({ client, login, enrol }: Setting): Promise<void> {
  expect(expectJson(await login(client))).toEqual(alice)
  expect(expectJson(await client.get('/auth/mfa/status'))).toEqual({
    mfa_enabled: false,
    created_at: null,
    last_used_at: null,
    methods: [],
    recovery_codes_remaining: 0,
  })
  const begun = expectJson(await client.get('/auth/mfa/totp/activate'))
  expect(begun).toEqual({
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
    totp_url: expect.stringMatching(/^otpauth:\/\/totp\//),
    qr_code_data_uri: expect.stringMatching(/^data:image\/svg\+xml/),
    activation_token: text,
    expires_in: 600,
  })
  const { activation_token } = begun
  const image = await client.post('/auth/mfa/totp/qr', { activation_token })
  expect(image).toMatchObject({ status: 200, headers: { 'content-type': 'image/png', 'cache-control': 'no-store' } })
  expect(image.bytes.subarray(1, 4).toString()).toBe('PNG')
  expect(image.headers['content-length']).toBe(String(image.bytes.length))

  const { recoveryCodes, authenticator } = await enrol(client)
  expect(recoveryCodes).toEqual(tenCodes)
  expect(authenticator).toEqual({
    id: text,
    type: 'totp',
    name: 'Authenticator 1',
    created_at: time,
    last_used_at: null,
  })
  expect(expectJson(await client.get('/auth/mfa/status'))).toEqual({
    mfa_enabled: true,
    created_at: time,
    last_used_at: null,
    methods: ['totp', 'recovery_code'],
    recovery_codes_remaining: 10,
  })
}

async function expectSigningIn({ newClient, clock, login, enrol }: Setting): Promise<void> {
  const { phone, recoveryCodes } = await enrol(newClient())
  const client = newClient()
  const asked = await login(client)
  expect(expectJson(asked)).toEqual({
    mfa_required: true,
    ephemeral_token: text,
    expires_in: 300,
    methods: ['totp', 'recovery_code'],
  })
  expect(asked.headers['set-cookie']).toBeUndefined()
  const { ephemeral_token } = asked.json() as { ephemeral_token: string }
  const code = phone.nextCode(clock.now())
  const verified = await client.post('/auth/mfa/verify', { ephemeral_token, code })
  expect(expectJson(verified)).toEqual(alice)
  expect(verified.headers['set-cookie']).toBeDefined()
  expect(expectJson(await client.get('/auth/mfa/status'))['last_used_at']).toEqual(time)
  const inOneCall = newClient()
  expect(expectJson(await login(inOneCall, { code: recoveryCodes[0] }))).toEqual(alice)
  expect(expectJson(await inOneCall.get('/auth/mfa/status'))['recovery_codes_remaining']).toBe(9)
}

async function expectRecoveryCodes({ client, enrol }: Setting): Promise<void> {
  const { recoveryCodes: codes } = await enrol(client)
  expect(expectJson(await client.get('/auth/mfa/recovery-codes'))).toEqual({ codes, remaining: 10 })
  const renewed = expectJson(await client.post('/auth/mfa/recovery-codes/regenerate'))
  expect(renewed).toEqual({ codes: tenCodes })
  expect(renewed['codes']).not.toEqual(codes)
}

async function expectAuthenticators({ client, clock, enrol }: Setting): Promise<void> {
  const { authenticator, phone } = await enrol(client)
  expect(expectJson(await client.get('/auth/mfa/authenticators'))).toEqual({ authenticators: [authenticator] })
  const path = `/auth/mfa/authenticators/${authenticator.id}`
  const renamed = { ...authenticator, name: 'Télephone' }
  expect(expectJson(await client.send('PATCH', path, { json: { name: ' Télephone ' } }))).toEqual(renamed)
  expect(expectJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))).toEqual({
    proved_at: time,
  })
  const removed = await client.send('DELETE', path)
  expect(removed).toMatchObject({ status: 204, text: '', headers: { 'cache-control': 'no-store' } })
  expect(removed.headers).not.toHaveProperty('content-type')
  expect(expectJson(await client.get('/auth/mfa/authenticators'))).toEqual({ authenticators: [] })
}

async function expectDeactivation({ client, clock, enrol }: Setting): Promise<void> {
  const { phone } = await enrol(client)
  clock.advance(600)
  expect((await client.get('/auth/mfa/recovery-codes')).status).toBe(401)
  expectJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
  expectJson(await client.get('/auth/mfa/recovery-codes'))
  const code = phone.nextCode(clock.now())
  expect(expectJson(await client.post('/auth/mfa/totp/deactivate', { code, password }))).toEqual({
    detail: 'TOTP has been deactivated.',
  })
  expect(expectJson(await client.get('/auth/mfa/status'))).toMatchObject({ mfa_enabled: false, methods: [] })
}
