/** The rule guarded here: the client can do everything that a user can do with a second factor, and it meets a demand for a proof. */
import { expect, test } from 'vitest'
import { credentials, openApp } from '../open-app.ts'

async function openEnrolled() {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  return { app, phone, client }
}

test('status', async () => {
  const { app, client } = await openEnrolled()
  expect(await client.status()).toEqual({
    mfaEnabled: true,
    createdAt: new Date(app.clock.now() - 30_000),
    lastUsedAt: new Date(app.clock.now()),
    methods: ['totp', 'recovery_code'],
    recoveryCodesRemaining: 10,
    answer: expect.objectContaining({ mfa_enabled: true }),
  })
})

test('authenticators: listed, renamed, and removed under a fresh proof that the client gives by itself', async () => {
  const { app, client } = await openEnrolled()
  const [one] = await client.authenticators()
  expect(one).toMatchObject({ type: 'totp', name: 'Authenticator 1' })
  expect(await client.rename(one?.id ?? '', 'phone')).toMatchObject({ name: 'phone' })
  await expect(client.remove('none')).rejects.toMatchObject({ code: 'not_found', status: 404 })
  app.clock.advance(301)
  await client.remove(one?.id ?? '')
  expect(app.requests).toContain('POST /auth/mfa/step-up')
  expect(await client.status()).toMatchObject({ mfaEnabled: false })
})

test('an id that is a path stays one name', async () => {
  const { app, client } = await openEnrolled()
  await expect(client.remove('../../token/revoke')).rejects.toMatchObject({ code: 'not_found' })
  expect(app.requests.at(-1)).toBe('DELETE /auth/mfa/authenticators/..%2F..%2Ftoken%2Frevoke')
})

test('recovery codes: shown and made anew', async () => {
  const { client } = await openEnrolled()
  const { codes, remaining } = await client.recoveryCodes()
  expect([codes.length, remaining]).toEqual([10, 10])
  const fresh = await client.regenerateRecoveryCodes()
  expect(fresh).toHaveLength(10)
  expect(fresh).not.toEqual(codes)
})

test('a fresh proof by a code, by the secret, and by nobody', async () => {
  const { app, phone, client } = await openEnrolled()
  app.clock.advance(330)
  await client.stepUp(phone.code(app.clock.now()))
  expect((await client.fetch('/payout')).status).toBe(200)
  app.clock.advance(330)
  await client.stepUp()
  const silent = app.client()
  app.clock.advance(30)
  await silent.loginWith({ credentials, code: phone.code(app.clock.now()) })
  await expect(silent.stepUp()).rejects.toMatchObject({ code: 'mfa_required' })
})

test('a person gives a fresh proof', async () => {
  const { app, phone } = await openEnrolled()
  const client = app.client({ prompt: () => phone.code(app.clock.advance(30)) })
  await client.login(credentials)
  app.clock.advance(600)
  expect((await client.fetch('/payout')).status).toBe(200)
})

test('disable: by the secret, with the password, and no code is sent twice if the password was wrong', async () => {
  const { app, client } = await openEnrolled()
  const refused = client.disable({ password: 'x' })
  await expect(refused).rejects.toMatchObject({ code: 'invalid_credentials' })
  expect(await client.disable({ password: credentials.password })).toEqual({ detail: 'TOTP has been deactivated.' })
  expect(await client.status()).toMatchObject({ mfaEnabled: false })
  expect(new Set(app.bodies.flatMap(({ code }) => (code === undefined ? [] : [code]))).size).toBe(3)
})

test('a break after which the factor may be gone is reported, and nothing is given up again', async () => {
  const app = await openApp({
    before: (express) => {
      express.use('/auth/mfa/totp/deactivate', (_req, res, next) => {
        res.end = () => res.destroy() as never
        next()
      })
    },
  })
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  const broken = client.disable({ password: credentials.password })
  await expect(broken).rejects.toMatchObject({ code: 'network_error' })
  expect(app.requests.filter((request) => request.endsWith('/deactivate'))).toHaveLength(1)
  expect(await client.status()).toMatchObject({ mfaEnabled: false })
})

test('disable by a code that was typed', async () => {
  const { app, phone, client } = await openEnrolled()
  app.clock.advance(30)
  const { detail } = await client.disable({ code: phone.code(app.clock.now()), password: credentials.password })
  expect(detail).toBe('TOTP has been deactivated.')
})

test('one-time codes: sent for a login, for a proof, and to give the factor up', async () => {
  const { app, client } = await openEnrolled()
  const code = () => /^(\d{6}) /.exec(app.mails.at(-1) ?? '')?.[1] ?? ''
  await client.setup('one_time_code', { to: 'alice@example.com' })
  await client.confirm(code())
  app.clock.advance(120)
  const mailed = app.client({ preferred: ['one_time_code'] })
  await mailed.login(credentials).catch(() => undefined)
  const sent = await mailed.sendCode()
  expect(sent).toEqual({ sentTo: 'a•••@e•••.com', channel: 'mail', expiresInSeconds: 300, resendAfterSeconds: 60 })
  await mailed.submit(code())
  app.clock.advance(400)
  await mailed.sendCode({ purpose: 'step_up' })
  await mailed.stepUp(code())
  app.clock.advance(400)
  const asking = app.client({
    prompt: code,
    preferred: ['one_time_code'],
    tokenStorage: { get: () => mailed.held(), set: () => undefined },
  })
  await asking.disable({ method: 'one_time_code', password: credentials.password })
  expect((await mailed.status()).methods).toEqual(['totp', 'recovery_code'])
})

test('diagnose: of a code, and of an enrollment that has begun', async () => {
  const { app, phone, client } = await openEnrolled()
  const late = await client.diagnose(phone.codeAt(phone.step(app.clock.now()) - 4))
  expect(late.serverTime).toEqual(new Date(app.clock.now()))
  expect(late.authenticators).toEqual([
    { id: expect.any(String), name: 'Authenticator 1', period: 30, matched: true, driftSteps: -4 },
  ])
  await client.setup()
  expect((await client.diagnose()).authenticators).toEqual([
    { id: null, name: null, period: 30, matched: null, driftSteps: null },
  ])
})

test('probe: what a server offers, without a trace in its records', async () => {
  const app = await openApp()
  expect(await app.client().probe()).toEqual({
    roundTripSeconds: 0,
    clock: { offsetSeconds: 0.5, precisionSeconds: 0.5 },
    methods: ['totp', 'recovery_code', 'question', 'one_time_code'],
    registers: true,
    bearer: true,
    diagnoses: true,
  })
  const bare = await openApp({ host: 'session', mfa: { factors: [], totp: {} } })
  expect(await bare.client().probe()).toMatchObject({
    methods: ['totp', 'recovery_code'],
    bearer: false,
    diagnoses: false,
  })
})

test('probe of an address without Latchkey is unexpected_answer', async () => {
  const app = await openApp()
  const client = app.client({ baseUrl: `${app.url}/elsewhere` })
  await expect(client.probe()).rejects.toMatchObject({ code: 'unexpected_answer', status: 404 })
})
