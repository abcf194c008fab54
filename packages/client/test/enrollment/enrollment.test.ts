/** The rule guarded here: a user who must have a second factor, or wants one, gets it through the client, and is signed in if that signs in. */
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import type { Setup } from '../../src/index.ts'
import { credentials, openApp } from '../open-app.ts'

const png = [0x89, 0x50, 0x4e, 0x47]

function phoneOf({ totpUrl }: Setup) {
  return virtualAuthenticator(totpUrl ?? '')
}

test.each(['bearer', 'session'] as const)('register, confirm, and be signed in: %s', async (host) => {
  const app = await openApp({ host })
  const client = app.client()
  const setup = await client.register({ username: 'bob', password: 'builder' })
  expect(setup).toMatchObject({ method: 'totp', answer: { user: { name: 'bob' } } })
  expect(setup.recoveryCodes).toHaveLength(10)
  expect(setup.expiresAt.getTime() - app.clock.now()).toBe(600_500)
  expect([...(await client.qrCode()).subarray(0, 4)]).toEqual(png)
  const { authenticator, recoveryCodes, session } = await client.confirm(phoneOf(setup).code(app.clock.now()), {
    name: 'phone',
  })
  expect(authenticator).toMatchObject({ type: 'totp', name: 'phone', lastUsedAt: null })
  expect(authenticator.createdAt).toEqual(new Date(app.clock.now()))
  expect(recoveryCodes).toEqual(setup.recoveryCodes)
  expect(session).not.toBeNull()
  expect((await client.fetch('/payout')).status).toBe(200)
})

test.each(['bearer', 'session'] as const)(
  'a user who is signed in sets up, confirms, and has a fresh proof: %s',
  async (host) => {
    const app = await openApp({ host })
    const client = app.client()
    await client.login(credentials)
    const setup = await client.setup()
    expect(setup.secret).toBe(phoneOf(setup).secret)
    const { recoveryCodes, session } = await client.confirm(phoneOf(setup).code(app.clock.now()))
    expect(recoveryCodes).toHaveLength(10)
    expect(session).toBeNull()
    expect((await client.fetch('/payout')).status).toBe(200)
    app.clock.advance(901)
    expect(await client.status()).toMatchObject({ mfaEnabled: true })
  },
)

test('a program confirms by itself, keeps the secret, and its next login waits for another step', async () => {
  const app = await openApp()
  const client = app.client()
  await client.login(credentials)
  const { secret } = await client.setup()
  await client.confirm()
  const program = app.client({ totp: secret ?? '' })
  await program.login(credentials)
  expect(app.notices).toEqual([{ type: 'waiting', seconds: 30, reason: 'step_used' }])
})

test('a confirmation that broke off is repeated with another code, and none is sent in its last second', async () => {
  let left = 1
  const app = await openApp({
    before: (express) => {
      express.post('/auth/mfa/totp/activate', (req, _res, next) => {
        left -= 1
        // The code has arrived by then, as far as the client can tell.
        if (left >= 0) req.socket.destroy()
        else next()
      })
    },
  })
  const client = app.client()
  await client.login(credentials)
  await client.setup()
  app.clock.advance(29.5)
  await expect(client.confirm()).rejects.toMatchObject({ code: 'network_error' })
  await client.confirm()
  expect(app.notices.map((notice) => notice.type === 'waiting' && notice.reason)).toEqual(['step_ends', 'step_used'])
})

describe('an account that must enroll', () => {
  test.each(['bearer', 'session'] as const)(
    'is told so, enrolls without a session, and is signed in: %s',
    async (host) => {
      const app = await openApp({ host, mfa: { enrollment: () => 'required' } })
      const client = app.client()
      const methods = ['totp', 'one_time_code']
      await expect(client.login(credentials)).rejects.toMatchObject({
        code: 'mfa_enrollment_required',
        methods: expect.arrayContaining(methods),
      })
      const setup = await client.setup()
      expect([...(await client.qrCode()).subarray(0, 4)]).toEqual(png)
      const { session } = await client.confirm(phoneOf(setup).code(app.clock.now()))
      expect(session?.answer).toBeDefined()
      expect(await client.status()).toMatchObject({ mfaEnabled: true })
      await client.setup()
      expect(app.requests.at(-1)).toBe('GET /auth/mfa/totp/activate')
    },
  )
})

test('a user who logs in after another who must enroll enrolls for nobody but himself', async () => {
  const app = await openApp({ mfa: { enrollment: ({ name }) => (name === 'alice' ? 'required' : 'optional') } })
  const client = app.client()
  await client.register({ username: 'bob', password: 'builder' })
  await client.login(credentials).catch(() => undefined)
  await client.login({ username: 'bob', password: 'builder' })
  const setup = await client.setup()
  const { session } = await client.confirm(phoneOf(setup).code(app.clock.now()))
  expect([phoneOf(setup).label, session]).toEqual(['bob', null])
  expect(await app.mfa.status('1')).toMatchObject({ mfaEnabled: false })
})

test('a wrong code does not end the enrollment', async () => {
  const app = await openApp()
  const client = app.client()
  await client.login(credentials)
  const phone = phoneOf(await client.setup())
  await expect(client.confirm(phone.wrongCode(app.clock.now()))).rejects.toMatchObject({ code: 'invalid_code' })
  await client.confirm(phone.code(app.clock.now()))
})

test('questions are set up with their answers and confirmed by one', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  const answers = [
    { question: 'My first song?', answer: 'Frère Jacques' },
    { question: 'My favourite knot?', answer: 'Bowline' },
    { question: 'My worst dish?', answer: 'Cold porridge' },
  ]
  const { answer } = await client.setup('question', { answers })
  const right = answers.find(({ question }) => question === answer['question'])
  const { authenticator } = await client.confirm(right?.answer ?? '')
  expect(authenticator.type).toBe('question')
})

test.each([
  ['confirm', (client: ReturnType<Awaited<ReturnType<typeof openApp>>['client']>) => client.confirm('123456')],
  ['qrCode', (client: ReturnType<Awaited<ReturnType<typeof openApp>>['client']>) => client.qrCode()],
])('%s without an enrollment under way is no_setup', async (_name, call) => {
  const app = await openApp()
  await expect(call(app.client())).rejects.toMatchObject({ code: 'no_setup' })
  expect(app.requests).toEqual([])
})

test('an enrollment that needs an answer says so', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  await client.setup('one_time_code', { to: 'alice@example.com' })
  await expect(client.confirm()).rejects.toThrow(/^answer must be given/)
})
