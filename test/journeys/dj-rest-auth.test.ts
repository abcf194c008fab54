/** The rule guarded here: what dj-rest-auth documents of its MFA, its clients find here: each route, note and setting. */
import type { MfaOptions, RouteSetting } from '@latchkey/core'
import { type HttpAnswer, httpClient } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { expectPassed } from '../security/person.ts'
import { pairedStacks } from '../security/stacks.ts'
import { openStage } from '../security/stage.ts'
import { type Account, currentCode, readUrl, scan } from './authenticator-app.ts'
import { type BearerStack, bearerStacks, openBearerApp } from './bearer-app.ts'
import { openTokenApp, type TokenStack, tokenStacks } from './token-app.ts'

/** The endpoints that the text says require authentication. */
const ofSignedIn = [
  ['GET', '/mfa/totp/activate/'],
  ['POST', '/mfa/totp/activate/'],
  ['POST', '/mfa/totp/deactivate/'],
  ['GET', '/mfa/status/'],
  ['GET', '/mfa/recovery-codes/'],
  ['POST', '/mfa/recovery-codes/regenerate/'],
] as const

const credentials = { username: 'testuser', password: 'testpass123' }
const recoveryCode = /^[0-9a-z]{4}-[0-9a-z]{4}$/

/** The app of the text, and a client that knows the text alone. */
async function open(stack: TokenStack, mfa: Partial<MfaOptions> = {}) {
  const app = await openTokenApp(stack, {
    mount: '/dj-rest-auth',
    page: '/dj-rest-auth/user/',
    passwords: { testuser: 'testpass123', newcomer: 'testpass456' },
    mfa: { issuer: 'MyApp', ...mfa },
  })
  const get = (path: string, key?: string) => app.send('GET', `/dj-rest-auth${path}`, key === undefined ? {} : { key })
  const post = (path: string, json: object, key?: string) =>
    app.send('POST', `/dj-rest-auth${path}`, { json, ...(key === undefined ? {} : { key }) })
  const login = () => post('/login/', credentials)
  const enable = async () => {
    const key = text(await login(), 'key')
    const setup = expectPassed(await get('/mfa/totp/activate/', key))
    const account = readUrl(String(setup['totp_url']))
    const code = currentCode(account, app.clock.now())
    const body = { activation_token: setup['activation_token'], code }
    const confirmed = expectPassed(await post('/mfa/totp/activate/', body, key))
    /** The code of the next period, since each is taken once. */
    const nextCode = () => currentCode(account, app.clock.advance(account.period))
    return { key, setup, confirmed, account, nextCode, codes: confirmed['recovery_codes'] as readonly string[] }
  }
  const verify = async (code: unknown) =>
    post('/mfa/verify/', { ephemeral_token: text(await login(), 'ephemeral_token'), code })
  return { ...app, get, post, login, enable, verify }
}

function text(answer: HttpAnswer, field: string): string {
  const value = (answer.json() as Record<string, unknown>)[field]
  if (answer.status !== 200 || typeof value !== 'string') throw new Error(`there is no ${field} in ${answer.text}`)
  return value
}

function expectProblem(answer: HttpAnswer, status: number, code: string): void {
  expect({ status: answer.status, body: answer.json() }).toMatchObject({ status, body: { code } })
}

describe.each(tokenStacks)('on $name', (stack) => {
  describe('Features', () => {
    test('TOTP: the codes of RFC 6238 from any authenticator app sign in, beside the password', async () => {
      const { enable, verify, post } = await open(stack)
      const { nextCode, account } = await enable()
      const code = nextCode()
      expectProblem(await post('/login/', { ...credentials, password: 'wrong', code }), 401, 'invalid_credentials')
      expect(text(await verify(code), 'key')).not.toBe('')
      expect(account).toMatchObject({ digits: 6, period: 30 })
    })

    test('recovery codes: who has lost the device gets in', async () => {
      const { enable, verify } = await open(stack)
      const { codes } = await enable()
      expect(text(await verify(codes[0]), 'key')).not.toBe('')
    })

    test('optional QR code: the server gives an SVG, and the flow goes on where the app leaves it out', async () => {
      const withImage = await (await open(stack)).enable()
      expect(scan(String(withImage.setup['qr_code_data_uri']))).toEqual(withImage.account)
      const withoutImage: RouteSetting = (body) => ({ ...(body as object), qr_code_data_uri: undefined })
      const { enable, verify } = await open(stack, { routes: { 'totp.begin': withoutImage } })
      const { setup, nextCode } = await enable()
      expect(Object.keys(setup)).toEqual(['secret', 'totp_url', 'activation_token', 'expires_in'])
      expectPassed(await verify(nextCode()))
    })
  })

  describe('Installation', () => {
    test("users who were there before log in as before, and the app's own URLs stay beside the new ones", async () => {
      const { login, get } = await open(stack)
      const key = text(await login(), 'key')
      expect((await get('/user/', key)).json()).toEqual({ username: 'testuser' })
      expect((await get('/user/')).status).toBe(401)
      expect((await get('/mfa/status/', key)).status).toBe(200)
    })

    test('a slash at the end of a path may be left out', async () => {
      const { login, get } = await open(stack)
      expect((await get('/mfa/status', text(await login(), 'key'))).status).toBe(200)
    })
  })

  describe('Login Flow with MFA', () => {
    test('1 to 4: password, ephemeral token, code, and only then the token that authenticates', async () => {
      const { enable, login, post, get } = await open(stack)
      const { nextCode } = await enable()
      const first = (await login()).json() as Record<string, unknown>
      expect(first).toMatchObject({ mfa_required: true, ephemeral_token: expect.any(String) })
      expect(first).not.toHaveProperty('key')
      expect((await get('/user/', String(first['ephemeral_token']))).status).toBe(401)
      const body = { ephemeral_token: first['ephemeral_token'], code: nextCode() }
      const key = text(await post('/mfa/verify/', body), 'key')
      expect((await get('/user/', key)).json()).toEqual({ username: 'testuser' })
    })

    test('another user, who has no MFA, is authenticated at once', async () => {
      const { enable, post } = await open(stack)
      await enable()
      const answer = await post('/login/', { username: 'newcomer', password: 'testpass456' })
      expect(answer.json()).toEqual({ key: expect.any(String) })
    })
  })

  describe('API Endpoints', () => {
    test('MFA verify: a TOTP code or a recovery code; the answer is that of a login', async () => {
      const { enable, login, verify } = await open(stack)
      const plain = Object.keys((await login()).json() as object)
      const { nextCode, codes } = await enable()
      for (const code of [nextCode(), codes[3]]) expect(Object.keys(expectPassed(await verify(code)))).toEqual(plain)
      expectProblem(await verify('000000'), 400, 'invalid_code')
    })

    test('TOTP activate, GET: secret, totp_url, qr_code_data_uri and activation_token; nothing is active yet', async () => {
      const { login, get } = await open(stack)
      const key = text(await login(), 'key')
      const setup = expectPassed(await get('/mfa/totp/activate/', key))
      expect(setup['secret']).toMatch(/^[A-Z2-7]{32}$/)
      expect(readUrl(String(setup['totp_url'])).secret).toBe(setup['secret'])
      expect(setup['qr_code_data_uri']).toMatch(/^data:image\/svg\+xml/)
      expect(setup['activation_token']).toEqual(expect.any(String))
      expect(text(await login(), 'key')).not.toBe('')
    })

    test('TOTP activate, POST: the activation token is bound to its user and takes a valid code', async () => {
      const { login, get, post, clock } = await open(stack)
      const key = text(await login(), 'key')
      const other = text(await post('/login/', { username: 'newcomer', password: 'testpass456' }), 'key')
      const { secret, activation_token } = expectPassed(await get('/mfa/totp/activate/', key)) as Record<string, string>
      const confirm = (code: string, by: string) => post('/mfa/totp/activate/', { activation_token, code }, by)
      const code = currentCode({ secret: secret as string }, clock.now())
      expectProblem(await confirm(code, other), 400, 'invalid_token')
      expectProblem(await confirm(code === '000000' ? '111111' : '000000', key), 400, 'invalid_code')
      const { recovery_codes } = expectPassed(await confirm(code, key))
      expect(recovery_codes).toHaveLength(10)
    })

    test('TOTP deactivate: takes a valid code, says so in detail, and invalidates all recovery codes', async () => {
      const { enable, login, post, get, clock } = await open(stack)
      const { key, account, nextCode, codes } = await enable()
      const old = currentCode(account, clock.now() - 3_600_000)
      expectProblem(await post('/mfa/totp/deactivate/', { code: old }, key), 400, 'invalid_code')
      expect((await get('/mfa/status/', key)).json()).toMatchObject({ mfa_enabled: true })
      const answer = await post('/mfa/totp/deactivate/', { code: nextCode() }, key)
      expect(answer.json()).toEqual({ detail: 'TOTP has been deactivated.' })
      expect(text(await login(), 'key')).not.toBe('')
      expectProblem(await post('/mfa/step-up/', { code: codes[0] }, key), 409, 'not_enabled')
      expect((await get('/mfa/recovery-codes/', key)).json()).toMatchObject({ codes: [] })
    })

    test('MFA status: mfa_enabled, created_at or null, last_used_at or null', async () => {
      const { enable, login, get, verify, clock } = await open(stack)
      const off = { mfa_enabled: false, created_at: null, last_used_at: null }
      expect((await get('/mfa/status/', text(await login(), 'key'))).json()).toMatchObject(off)
      const { key, nextCode } = await enable()
      const created_at = new Date(clock.now()).toISOString()
      const on = { mfa_enabled: true, created_at, last_used_at: null }
      expect((await get('/mfa/status/', key)).json()).toMatchObject(on)
      expectPassed(await verify(nextCode()))
      const last_used_at = new Date(clock.now()).toISOString()
      expect((await get('/mfa/status/', key)).json()).toMatchObject({ ...on, last_used_at })
    })

    test('recovery codes: shows those alone that have not been used yet', async () => {
      const { enable, verify, get } = await open(stack)
      const { key, codes } = await enable()
      expectPassed(await verify(codes[4]))
      expect((await get('/mfa/recovery-codes/', key)).json()).toMatchObject({
        codes: codes.filter((code) => code !== codes[4]),
      })
    })

    test('regenerate: takes MFA to be enabled; the previous codes become invalid', async () => {
      const { enable, login, verify, post } = await open(stack)
      const path = '/mfa/recovery-codes/regenerate/'
      expectProblem(await post(path, {}, text(await login(), 'key')), 409, 'not_enabled')
      const { key, codes } = await enable()
      const made = expectPassed(await post(path, {}, key))['codes'] as readonly string[]
      expect(new Set([...made, ...codes]).size).toBe(20)
      expectProblem(await verify(codes[0]), 400, 'invalid_code')
      expectPassed(await verify(made[0]))
    })

    test.each(ofSignedIn)('%s %s requires authentication', async (method, path) => {
      const { send } = await open(stack)
      for (const asked of [{}, { key: 'no key of this app' }])
        expectProblem(await send(method, `/dj-rest-auth${path}`, asked), 401, 'unauthenticated')
    })
  })

  describe('Recovery Codes', () => {
    test('ten by default, each xxxx-xxxx, and each can be used once', async () => {
      const { enable, verify } = await open(stack)
      const { codes } = await enable()
      expect(codes).toHaveLength(10)
      for (const code of codes) expect(code).toMatch(recoveryCode)
      for (const code of codes) expectPassed(await verify(code))
      expectProblem(await verify(codes[0]), 400, 'invalid_code')
    })

    test('they are invalidated when TOTP is deactivated, and do not come back with the next activation', async () => {
      const { enable, verify, post } = await open(stack)
      const { key, nextCode, codes } = await enable()
      expectPassed(await post('/mfa/totp/deactivate/', { code: nextCode() }, key))
      const again = await enable()
      expect(again.codes.filter((code) => codes.includes(code))).toEqual([])
      expectProblem(await verify(codes[0]), 400, 'invalid_code')
    })

    test('the status says when they run low', async () => {
      const { enable, verify, get } = await open(stack)
      const { key, codes } = await enable()
      for (const code of codes.slice(0, 8)) expectPassed(await verify(code))
      expect((await get('/mfa/status/', key)).json()).toMatchObject({ recovery_codes_remaining: 2 })
    })
  })

  describe('Configuration', () => {
    test.each([
      ['by default 300 seconds', {}, 300],
      ['as it is set', { ephemeralTokenSeconds: 45 }, 45],
    ])('MFA_EPHEMERAL_TOKEN_TIMEOUT, %s', async (_, mfa, seconds) => {
      const { enable, login, post, clock } = await open(stack, mfa)
      const { nextCode, account } = await enable()
      clock.advance(30)
      const [inTime, late] = [await login(), await login()].map((answer) => text(answer, 'ephemeral_token'))
      expect((await login()).json()).toMatchObject({ expires_in: seconds })
      clock.advance(seconds - 1)
      const code = currentCode(account, clock.now())
      expectPassed(await post('/mfa/verify/', { ephemeral_token: inTime, code }))
      clock.advance(1)
      const answer = await post('/mfa/verify/', { ephemeral_token: late, code: nextCode() })
      expectProblem(answer, 400, 'invalid_token')
    })

    test('MFA_TOTP_DIGITS and MFA_TOTP_PERIOD: 6 and 30 by default', async () => {
      const { account } = await (await open(stack)).enable()
      expect(account).toMatchObject({ digits: 6, period: 30 })
    })

    test('MFA_TOTP_DIGITS: the app shows as many, and a code of fewer is none', async () => {
      const { enable, verify } = await open(stack, { totp: { digits: 8 } })
      const { account, nextCode } = await enable()
      expect(account.digits).toBe(8)
      const code = nextCode()
      expect(code).toMatch(/^\d{8}$/)
      expectProblem(await verify(code.slice(2)), 400, 'invalid_code')
      expectPassed(await verify(code))
    })

    test('MFA_TOTP_PERIOD: a code stands for as long', async () => {
      const { enable, verify, clock } = await open(stack, { totp: { period: 60, window: 0 } })
      const { account } = await enable()
      expect(account.period).toBe(60)
      const code = currentCode(account, clock.advance(60))
      clock.advance(59)
      expectPassed(await verify(code))
      const late = currentCode(account, clock.advance(1))
      clock.advance(60)
      expectProblem(await verify(late), 400, 'invalid_code')
    })

    test('MFA_TOTP_ISSUER: the name that authenticator apps show', async () => {
      const { setup } = await (await open(stack, { issuer: 'Another App' })).enable()
      const shown: Partial<Account> = { issuer: 'Another App', label: 'Another App:testuser' }
      expect(scan(String(setup['qr_code_data_uri']))).toMatchObject(shown)
    })

    test('MFA_RECOVERY_CODE_COUNT: as many are made, then and when they are regenerated', async () => {
      const { enable, post } = await open(stack, { recoveryCodes: { count: 6 } })
      const { key, codes } = await enable()
      expect(codes).toHaveLength(6)
      const made = expectPassed(await post('/mfa/recovery-codes/regenerate/', {}, key))
      expect(made['codes']).toHaveLength(6)
    })

    test('each of the serializers can be replaced by one of the app', async () => {
      const by = (serializer: string) => (body: unknown) => ({ ...(body as object), serializer })
      const { enable, verify, get, post } = await open(stack, {
        routes: {
          verify: by('MFA_VERIFY_SERIALIZER'),
          'totp.begin': by('MFA_TOTP_ACTIVATE_INIT_SERIALIZER'),
          'totp.confirm': by('MFA_TOTP_ACTIVATE_CONFIRM_SERIALIZER'),
          'totp.deactivate': () => ({ detail: 'La double authentification est désactivée.' }),
          status: by('MFA_STATUS_SERIALIZER'),
          'recovery_code.show': by('MFA_RECOVERY_CODES_SERIALIZER'),
          'recovery_code.regenerate': by('MFA_RECOVERY_CODES_SERIALIZER'),
        },
      })
      const { key, setup, confirmed, nextCode } = await enable()
      const serializerOf = (answer: HttpAnswer) => expectPassed(answer)['serializer']
      expect(setup['serializer']).toBe('MFA_TOTP_ACTIVATE_INIT_SERIALIZER')
      expect(confirmed['serializer']).toBe('MFA_TOTP_ACTIVATE_CONFIRM_SERIALIZER')
      expect(serializerOf(await verify(nextCode()))).toBe('MFA_VERIFY_SERIALIZER')
      expect(serializerOf(await get('/mfa/status/', key))).toBe('MFA_STATUS_SERIALIZER')
      expect(serializerOf(await get('/mfa/recovery-codes/', key))).toBe('MFA_RECOVERY_CODES_SERIALIZER')
      const regenerated = await post('/mfa/recovery-codes/regenerate/', {}, key)
      expect(serializerOf(regenerated)).toBe('MFA_RECOVERY_CODES_SERIALIZER')
      const off = await post('/mfa/totp/deactivate/', { code: nextCode() }, key)
      expect(off.json()).toEqual({ detail: 'La double authentification est désactivée.' })
    })
  })

  test('Example: Full MFA Setup Flow', async () => {
    const { post, get, clock } = await open(stack)
    // 1. Login to get auth token (assuming MFA not yet enabled)
    const token = text(await post('/login/', credentials), 'key')
    // 2. Initialize TOTP setup
    const setup = expectPassed(await get('/mfa/totp/activate/', token)) as Record<string, string>
    const typed: Account = { secret: setup['secret'] as string }
    // 3. Get TOTP code from authenticator app and confirm activation
    const confirmed = await post(
      '/mfa/totp/activate/',
      { activation_token: setup['activation_token'], code: currentCode(typed, clock.now()) },
      token,
    )
    expect(expectPassed(confirmed)['recovery_codes']).toHaveLength(10)
    // 4. Now future logins require MFA
    const challenged = (await post('/login/', credentials)).json() as Record<string, unknown>
    expect(challenged['mfa_required']).toBe(true)
    // 5. Complete login with TOTP code
    const code = currentCode(typed, clock.advance(30))
    const last = await post('/mfa/verify/', { ephemeral_token: challenged['ephemeral_token'], code })
    const finalToken = text(last, 'key')
    expect((await get('/user/', finalToken)).json()).toEqual({ username: 'testuser' })
  })
})

/** The app of the text with JWTs, and requests with one of them. */
async function openWithJwt(stack: BearerStack) {
  const { url, clock } = await openBearerApp(stack, {
    mount: '/dj-rest-auth',
    page: '/dj-rest-auth/user/',
    passwords: { testuser: 'testpass123' },
    mfa: { issuer: 'MyApp' },
  })
  const send = (method: string, path: string, { json, jwt }: { json?: object; jwt?: string }) =>
    httpClient(url).send(method, `/dj-rest-auth${path}`, {
      json,
      headers: jwt === undefined ? {} : { Authorization: `Bearer ${jwt}` },
    })
  const get = (path: string, jwt?: string) => send('GET', path, jwt === undefined ? {} : { jwt })
  const post = (path: string, json: object, jwt?: string) => send('POST', path, { json, ...(jwt && { jwt }) })
  const enable = async () => {
    const jwt = text(await post('/login/', credentials), 'access_token')
    const setup = expectPassed(await get('/mfa/totp/activate/', jwt)) as Record<string, string>
    const account: Account = { secret: setup['secret'] as string }
    const body = { activation_token: setup['activation_token'], code: currentCode(account, clock.now()) }
    const confirmed = expectPassed(await post('/mfa/totp/activate/', body, jwt))
    return { confirmed, nextCode: () => currentCode(account, clock.advance(30)) }
  }
  /** Logs in with password and code, and gives what the verification answers. */
  const verify = async (code: unknown) => {
    const ephemeral_token = text(await post('/login/', credentials), 'ephemeral_token')
    return expectPassed(await post('/mfa/verify/', { ephemeral_token, code }))
  }
  return { clock, get, post, enable, verify }
}

const jwts = {
  access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  token_type: 'bearer',
  expires_in: 900,
  refresh_token: expect.any(String),
}

describe.each(bearerStacks)('with JWTs, on $name', (stack) => {
  test('Login Flow with MFA: ephemeral_token and mfa_required, then access_token and refresh_token', async () => {
    const { post, get, enable } = await openWithJwt(stack)
    const { nextCode } = await enable()
    const first = (await post('/login/', credentials)).json() as Record<string, string>
    expect(first).toMatchObject({ mfa_required: true, ephemeral_token: expect.any(String) })
    for (const name of ['access_token', 'refresh_token']) expect(first).not.toHaveProperty(name)
    expect((await get('/user/', first['ephemeral_token'])).status).toBe(401)
    const body = { ephemeral_token: first['ephemeral_token'], code: nextCode() }
    const answer = expectPassed(await post('/mfa/verify/', body))
    expect(answer).toEqual(jwts)
    expect((await get('/user/', String(answer['access_token']))).json()).toEqual({ username: 'testuser' })
  })

  test('MFA Verify: a recovery code does as well, and the answer is that of a login', async () => {
    const { post, enable, verify } = await openWithJwt(stack)
    expect((await post('/login/', credentials)).json()).toEqual(jwts)
    const { confirmed } = await enable()
    expect(await verify((confirmed['recovery_codes'] as readonly string[])[0])).toEqual(jwts)
  })

  test('each endpoint that requires authentication takes the access token', async () => {
    const { post, get, enable, verify } = await openWithJwt(stack)
    const { nextCode } = await enable()
    const jwt = String((await verify(nextCode()))['access_token'])
    expect((await get('/mfa/status/', jwt)).json()).toMatchObject({ mfa_enabled: true })
    expect(expectPassed(await get('/mfa/recovery-codes/', jwt))['codes']).toHaveLength(10)
    expect(expectPassed(await post('/mfa/recovery-codes/regenerate/', {}, jwt))['codes']).toHaveLength(10)
    const code = nextCode()
    const password = credentials.password
    const off = await post('/mfa/totp/deactivate/', { code, password }, jwt)
    expect(off.json()).toEqual({ detail: 'TOTP has been deactivated.' })
    expect((await get('/mfa/status/', jwt)).json()).toMatchObject({ mfa_enabled: false })
  })

  test.each(ofSignedIn)('%s %s takes no refresh token, and no access token that has expired', async (method, path) => {
    const { get, post, clock } = await openWithJwt(stack)
    const tokens = (await post('/login/', credentials)).json() as Record<string, string>
    const ask = (jwt?: string) => (method === 'GET' ? get(path, jwt) : post(path, {}, jwt))
    expectProblem(await ask(tokens['refresh_token']), 401, 'unauthenticated')
    clock.advance(900)
    expectProblem(await ask(tokens['access_token']), 401, 'unauthenticated')
  })

  test('the refresh token gives the next two, once', async () => {
    const { post, get, enable, verify, clock } = await openWithJwt(stack)
    const { nextCode } = await enable()
    const { refresh_token } = await verify(nextCode())
    clock.advance(900)
    const next = expectPassed(await post('/token/refresh/', { refresh_token }))
    expect(next).toEqual(jwts)
    expect((await get('/user/', String(next['access_token']))).json()).toEqual({ username: 'testuser' })
    expectProblem(await post('/token/refresh/', { refresh_token }), 400, 'invalid_token')
  })

  test('Example: Full MFA Setup Flow', async () => {
    const { post, get, clock } = await openWithJwt(stack)
    // 1. Login to get auth token (assuming MFA not yet enabled)
    const jwt = text(await post('/login/', credentials), 'access_token')
    // 2. Initialize TOTP setup
    const setup = expectPassed(await get('/mfa/totp/activate/', jwt)) as Record<string, string>
    const account = scan(setup['qr_code_data_uri'] ?? '')
    expect(account.secret).toBe(setup['secret'])
    // 3. Get TOTP code from authenticator app and confirm activation
    const { activation_token } = setup
    const body = { activation_token, code: currentCode(account, clock.now()) }
    const confirmed = expectPassed(await post('/mfa/totp/activate/', body, jwt))
    expect(confirmed['recovery_codes']).toHaveLength(10)
    // 4. Now future logins require MFA
    const challenged = (await post('/login/', credentials)).json() as Record<string, unknown>
    expect(challenged['mfa_required']).toBe(true)
    // 5. Complete login with TOTP code
    const code = currentCode(account, clock.advance(30))
    const last = await post('/mfa/verify/', { ephemeral_token: challenged['ephemeral_token'], code })
    const finalToken = text(last, 'access_token')
    expect((await get('/user/', finalToken)).json()).toEqual({ username: 'testuser' })
  })
})

test.each(pairedStacks)('an app with sessions answers with a key too, on $name', async (stack) => {
  const { alice } = await openStage(stack, { respond: ({ id }, { amr }) => ({ key: `${id}:${amr.join('+')}` }) })
  expect((await alice.login(alice.browser)).json()).toEqual({ key: 'alice:pwd' })
  await alice.enroll()
  const answer = await alice.signIn()
  expect(answer.json()).toEqual({ key: 'alice:pwd+otp+mfa' })
  expect(answer.headers['set-cookie']).toBeDefined()
})
