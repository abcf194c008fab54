import assert from 'node:assert/strict'
import { assertMembers, assertText, readJson, text, time } from '../answers.ts'
import type { BodyMode } from '../app-setup.ts'
import { type AdapterRule, within } from '../rule.ts'
import { password, type Setting } from '../setting.ts'

const tenCodes = Array.from({ length: 10 }, () => /^[0-9a-z]{4}-[0-9a-z]{4}$/i)
const alice = { user: { id: '1', name: 'alice' } }
const bodies: readonly BodyMode[] = ['unread', 'parsed', 'text', 'buffer']

/** Every route's success, to the letter, however the app reads bodies. */
export const journeyRules: readonly AdapterRule[] = bodies.flatMap((body) =>
  within(`with a body ${body}`, rulesOf(body)),
)

function rulesOf(body: BodyMode): readonly AdapterRule[] {
  return [
    {
      name: 'enrollment: begin, QR code, confirm, status',
      check: async (open) => checkEnrollment(await open({ body })),
    },
    { name: 'signing in: in two calls and in one', check: async (open) => checkSigningIn(await open({ body })) },
    {
      name: 'recovery codes: shown and regenerated',
      check: async (open) => checkRecoveryCodes(await open({ body })),
    },
    {
      name: 'authenticators: listed, renamed, removed',
      check: async (open) => checkAuthenticators(await open({ body })),
    },
    {
      name: 'step-up, and deactivation with the password',
      async check(open) {
        const confirmPassword = (_user: unknown, given: string) => given === password
        await checkDeactivation(await open({ body, app: { confirmPassword } }))
      },
    },
  ]
}

async function checkEnrollment({ client, login, enroll }: Setting): Promise<void> {
  assertMembers(readJson(await login(client)), alice)
  assertMembers(readJson(await client.get('/auth/mfa/status')), {
    mfa_enabled: false,
    created_at: null,
    last_used_at: null,
    methods: [],
    recovery_codes_remaining: 0,
  })
  const begun = readJson(await client.get('/auth/mfa/totp/activate'))
  assertMembers(begun, {
    secret: /^[A-Z2-7]{32}$/,
    totp_url: /^otpauth:\/\/totp\//,
    qr_code_data_uri: /^data:image\/svg\+xml/,
    activation_token: text,
    expires_in: 600,
  })
  const { activation_token } = begun
  const image = await client.post('/auth/mfa/totp/qr', { activation_token })
  const { 'content-type': type, 'cache-control': cache, 'content-length': length } = image.headers
  assert.deepEqual([image.status, type, cache, length], [200, 'image/png', 'no-store', String(image.bytes.length)])
  assert.equal(image.bytes.subarray(1, 4).toString(), 'PNG')

  const { recoveryCodes, authenticator } = await enroll(client)
  assertMembers(recoveryCodes, tenCodes)
  assertMembers(authenticator, {
    id: text,
    type: 'totp',
    name: 'Authenticator 1',
    created_at: time,
    last_used_at: null,
  })
  assertMembers(readJson(await client.get('/auth/mfa/status')), {
    mfa_enabled: true,
    created_at: time,
    last_used_at: null,
    methods: ['totp', 'recovery_code'],
    recovery_codes_remaining: 10,
  })
}

async function checkSigningIn({ newClient, clock, login, enroll }: Setting): Promise<void> {
  const { phone, recoveryCodes } = await enroll(newClient())
  const client = newClient()
  const asked = await login(client)
  assertMembers(readJson(asked), {
    mfa_required: true,
    ephemeral_token: text,
    expires_in: 300,
    methods: ['totp', 'recovery_code'],
  })
  assert.equal(asked.headers['set-cookie'], undefined)
  const { ephemeral_token } = asked.json() as { ephemeral_token: string }
  const code = phone.nextCode(clock.now())
  const verified = await client.post('/auth/mfa/verify', { ephemeral_token, code })
  assertMembers(readJson(verified), alice)
  assert.notEqual(verified.headers['set-cookie'], undefined)
  assertMembers(readJson(await client.get('/auth/mfa/status'))['last_used_at'], time)
  const inOneCall = newClient()
  assertMembers(readJson(await login(inOneCall, { code: recoveryCodes[0] })), alice)
  assert.equal(readJson(await inOneCall.get('/auth/mfa/status'))['recovery_codes_remaining'], 9)
}

async function checkRecoveryCodes({ client, enroll }: Setting): Promise<void> {
  const { recoveryCodes: codes } = await enroll(client)
  assertMembers(readJson(await client.get('/auth/mfa/recovery-codes')), { codes, remaining: 10 })
  const renewed = readJson(await client.post('/auth/mfa/recovery-codes/regenerate'))
  assertMembers(renewed, { codes: tenCodes })
  assert.notDeepEqual(renewed['codes'], codes)
}

async function checkAuthenticators({ client, clock, enroll }: Setting): Promise<void> {
  const { authenticator, phone } = await enroll(client)
  assert.deepEqual(readJson(await client.get('/auth/mfa/authenticators')), { authenticators: [authenticator] })
  const path = `/auth/mfa/authenticators/${authenticator.id}`
  const renamed = { ...authenticator, name: 'Télephone' }
  assert.deepEqual(readJson(await client.send('PATCH', path, { json: { name: ' Télephone ' } })), renamed)
  const sent = { code: phone.nextCode(clock.now()) }
  assertMembers(readJson(await client.post('/auth/mfa/step-up', sent)), { proved_at: time })
  const removed = await client.send('DELETE', path)
  assertText(removed, 204, '')
  assert.equal(removed.headers['cache-control'], 'no-store')
  assert.equal(removed.headers['content-type'], undefined)
  assert.deepEqual(readJson(await client.get('/auth/mfa/authenticators')), { authenticators: [] })
}

async function checkDeactivation({ client, clock, enroll }: Setting): Promise<void> {
  const { phone } = await enroll(client)
  clock.advance(600)
  assert.equal((await client.get('/auth/mfa/recovery-codes')).status, 401)
  readJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
  readJson(await client.get('/auth/mfa/recovery-codes'))
  const code = phone.nextCode(clock.now())
  assert.deepEqual(readJson(await client.post('/auth/mfa/totp/deactivate', { code, password })), {
    detail: 'TOTP has been deactivated.',
  })
  const { mfa_enabled, methods } = readJson(await client.get('/auth/mfa/status'))
  assert.deepEqual({ mfa_enabled, methods }, { mfa_enabled: false, methods: [] })
}
