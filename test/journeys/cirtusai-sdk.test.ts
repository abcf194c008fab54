/** The rule guarded here: what the CirtusAI SDK's guide tells its users, a client over these routes can do for them. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test, vi } from 'vitest'
import { modulesOfPng } from '../../packages/core/test/factors/totp/qr-images.ts'
import { readQr } from '../../packages/core/test/factors/totp/read-qr.ts'
import { bearerStacks } from './bearer-app.ts'
import {
  challenge,
  expectHttpError,
  expectSignedOut,
  expectTwoFactorError,
  failureOf,
  required,
  token,
} from './cirtusai-expectations.ts'
import {
  AuthenticatedSession,
  auto_refresh_client,
  client_of_environment,
  complete_registration_flow,
  Keyring,
  load_auth_config,
  log_in,
  save_backup_codes,
} from './cirtusai-programs.ts'
import { newcomer, openService, phone_number, user } from './cirtusai-service.ts'

const signedInAs = (username: string) => ({ username })
const nobodyTypes = (prompt: string): string => {
  throw new Error(`nobody answers: ${prompt}`)
}

describe.each(bearerStacks)('on $name', (stack) => {
  describe('Basic Authentication: User Registration', () => {
    test('a registration sets up 2FA: QR code URL, secret key and backup codes, and nobody is signed in yet', async () => {
      const { client, appOf } = await openService(stack)
      const own = client()
      const setup = await own.auth.register({ ...newcomer, preferred_2fa_method: 'totp' })
      expect(appOf(setup).account).toMatchObject({
        ...{ secret: setup.secret_key, issuer: 'CirtusAI', label: 'CirtusAI:your_username' },
        ...{ digits: 6, period: 30 },
      })
      expect(new Set(setup.backup_codes).size).toBe(10)
      expect(setup.manual_entry_key).toMatch(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
      expect(setup.manual_entry_key.replaceAll(' ', '')).toBe(setup.secret_key)
      await expectSignedOut(own)
    })

    test('"totp" is what it is without a preference; the code confirms it and signs in', async () => {
      const { client, appOf } = await openService(stack)
      const own = client()
      const setup = await own.auth.register(newcomer)
      const result = await own.auth.confirm_2fa(appOf(setup).now())
      expect(result).toMatchObject({ ...token, recovery_codes: setup.backup_codes })
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })

    test('the backup codes are good from the confirmation on', async () => {
      const { client, appOf } = await openService(stack)
      const [own, other] = [client(), client()]
      const setup = await own.auth.register(newcomer)
      const login = () => other.auth.login(newcomer.username, newcomer.password)
      expect(await login()).toEqual(token)
      await own.auth.confirm_2fa(appOf(setup).now())
      expect(await login()).toEqual(required)
      const [code = ''] = setup.backup_codes
      expect(await other.auth.login_with_2fa(newcomer.username, newcomer.password, code)).toEqual(token)
    })

    test('"sms": the first code goes to the number, and confirms it', async () => {
      const { client, inbox, smsCode } = await openService(stack)
      const own = client()
      const setup = await own.auth.register({ ...newcomer, preferred_2fa_method: 'sms', phone_number })
      expect(setup).toEqual({ sent_to: '+49 ••• ••78', backup_codes: expect.any(Array) })
      expect(inbox.map(({ channel, to }) => ({ channel, to }))).toEqual([{ channel: 'sms', to: phone_number }])
      expect(await own.auth.confirm_2fa(smsCode())).toMatchObject({ recovery_codes: setup.backup_codes })
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
      expect(await own.auth.get_2fa_status()).toMatchObject({ enabled: true, method: 'sms' })
    })

    test('"sms": who got no code logs in, and has another one sent', async () => {
      const { client, smsCode, clock } = await openService(stack, { enrollment: () => 'required' })
      await client().auth.register({ ...newcomer, preferred_2fa_method: 'sms', phone_number })
      const lost = smsCode()
      clock.advance(60)
      const own = client()
      const result = await own.auth.login(newcomer.username, newcomer.password)
      own.set_token('requires_2fa_setup' in result ? result.temporary_token : '')
      await own.auth.setup_sms(phone_number)
      await expectTwoFactorError(own.auth.confirm_2fa(lost), 'invalid_code')
      expect(await own.auth.confirm_2fa(smsCode())).toMatchObject({ ...token, recovery_codes: expect.any(Array) })
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })

    test('"sms" takes a number: without one no account is made', async () => {
      const { client, passwords } = await openService(stack)
      const call = client().auth.register({ ...newcomer, preferred_2fa_method: 'sms' })
      await expectHttpError(call, 400, 'invalid_request')
      expect(passwords.has(newcomer.username)).toBe(false)
    })

    test('a name that is taken is refused, and whose it is stays as it was', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      await expectHttpError(client().auth.register({ ...newcomer, password: 'another' }), 400, 'invalid_request')
      await expectHttpError(client().auth.login(newcomer.username, 'another'), 401, 'invalid_credentials')
      const login = client().auth.login_with_2fa(newcomer.username, newcomer.password, app.next())
      expect(await login).toEqual(token)
    })

    test('automatic: where it is required, who never confirmed is let in to set it up, and to nothing else', async () => {
      const { client, appOf } = await openService(stack, { enrollment: () => 'required' })
      await client().auth.register(newcomer)
      const own = client()
      const result = await own.auth.login(newcomer.username, newcomer.password)
      expect(result).toEqual({ requires_2fa_setup: true, temporary_token: expect.any(String) })
      own.set_token('temporary_token' in result ? result.temporary_token : '')
      await expectSignedOut(own)
      const app = appOf(await own.auth.setup_2fa())
      expect(await own.auth.confirm_2fa(app.now())).toMatchObject(token)
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })
  })

  describe('Basic Authentication: Simple Login (No 2FA)', () => {
    test('name and password give a token, and the token opens the service', async () => {
      const { client } = await openService(stack)
      const own = client()
      const result = await own.auth.login(user.username, user.password)
      expect(result).toEqual(token)
      own.set_token('access_token' in result ? result.access_token : '')
      expect(await own.some_api_call()).toEqual(signedInAs('username'))
    })

    test('a wrong password gives none', async () => {
      const { client } = await openService(stack)
      await expectHttpError(client().auth.login(user.username, 'wrong'), 401, 'invalid_credentials')
    })
  })

  describe('Two-Factor Authentication: Login with 2FA', () => {
    test('method 1: the first step gives a temporary token that opens nothing, the second a token', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const temporary_token = await challenge(own)
      own.set_token(temporary_token)
      await expectSignedOut(own)
      const verified = await own.auth.verify_2fa(temporary_token, app.next())
      expect(verified).toEqual(token)
      own.set_token(verified.access_token)
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })

    test('method 1, where no 2FA is required: the token is there at once', async () => {
      const { client } = await openService(stack)
      const own = client()
      await log_in(own, user, nobodyTypes)
      expect(await own.some_api_call()).toEqual(signedInAs('username'))
    })

    test('method 1: after a wrong code the same temporary token takes the right one, once', async () => {
      const { client, registered } = await openService(stack)
      const { app, setup } = await registered()
      const own = client()
      const temporary_token = await challenge(own)
      await expectTwoFactorError(own.auth.verify_2fa(temporary_token, app.wrong()), 'invalid_code')
      expect(await own.auth.verify_2fa(temporary_token, app.next())).toEqual(token)
      const [code = ''] = setup.backup_codes
      await expectTwoFactorError(own.auth.verify_2fa(temporary_token, code), 'invalid_token')
    })

    test('method 2: name, password and code in one call', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const given = await own.auth.login_with_2fa(newcomer.username, newcomer.password, app.next())
      own.set_token(given.access_token)
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })

    test('method 2: a wrong code is a TwoFactorAuthenticationError, and gives no token', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const call = client().auth.login_with_2fa(newcomer.username, newcomer.password, app.wrong())
      await expectTwoFactorError(call, 'invalid_code')
    })

    test('method 2: a code works once', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const code = app.next()
      const login = () => client().auth.login_with_2fa(newcomer.username, newcomer.password, code)
      expect(await login()).toEqual(token)
      await expectTwoFactorError(login(), 'invalid_code')
    })
  })

  describe('Two-Factor Authentication: 2FA Management', () => {
    test('status: enabled, method, and how many backup codes are left', async () => {
      const { client, signedIn, registered } = await openService(stack)
      const off = { enabled: false, method: null, backup_codes_remaining: 0 }
      expect(await (await signedIn()).auth.get_2fa_status()).toEqual(off)
      const { client: own, setup } = await registered()
      expect(await own.auth.get_2fa_status()).toEqual({ enabled: true, method: 'totp', backup_codes_remaining: 10 })
      const [code = ''] = setup.backup_codes
      await client().auth.login_with_2fa(newcomer.username, newcomer.password, code)
      expect(await own.auth.get_2fa_status()).toMatchObject({ backup_codes_remaining: 9 })
    })

    test('setup for an existing user: scan, confirm, and the next login asks for a code', async () => {
      const { client, signedIn, appOf } = await openService(stack)
      const own = await signedIn()
      const setup = await own.auth.setup_2fa()
      const app = appOf(setup)
      expect(app.account.label).toBe('CirtusAI:username')
      expect(await client().auth.login(user.username, user.password)).toEqual(token)
      const result = await own.auth.confirm_2fa(app.now())
      expect(result['authenticator']).toMatchObject({ type: 'totp' })
      expect(await client().auth.login(user.username, user.password)).toEqual(required)
      expect(await client().auth.login_with_2fa(user.username, user.password, app.next())).toEqual(token)
    })

    test('setup: the backup codes come with the confirmation, not before it', async () => {
      const { client, signedIn, appOf } = await openService(stack)
      const own = await signedIn()
      const setup = await own.auth.setup_2fa()
      expect(setup.backup_codes).toEqual([])
      const { recovery_codes } = await own.auth.confirm_2fa(appOf(setup).now())
      const [code = ''] = recovery_codes as readonly string[]
      expect(recovery_codes).toHaveLength(10)
      expect(await client().auth.login_with_2fa(user.username, user.password, code)).toEqual(token)
    })

    test('setup: a wrong code confirms nothing, and the right one does after it', async () => {
      const { signedIn, appOf } = await openService(stack)
      const own = await signedIn()
      const app = appOf(await own.auth.setup_2fa())
      await expectTwoFactorError(own.auth.confirm_2fa(app.wrong()), 'invalid_code')
      expect(await own.auth.get_2fa_status()).toMatchObject({ enabled: false })
      await own.auth.confirm_2fa(app.now())
      expect(await own.auth.get_2fa_status()).toMatchObject({ enabled: true })
    })

    test('disable: takes the current code and the password; then a password is enough', async () => {
      const { client, registered } = await openService(stack)
      const { client: own, app } = await registered()
      await expectHttpError(own.auth.disable_2fa(app.next(), 'wrong'), 401, 'invalid_credentials')
      await expectTwoFactorError(own.auth.disable_2fa(app.wrong(), newcomer.password), 'invalid_code')
      expect(await own.auth.get_2fa_status()).toMatchObject({ enabled: true })
      const result = await own.auth.disable_2fa(app.now(), newcomer.password)
      expect(result).toEqual({ detail: 'TOTP has been deactivated.' })
      expect(await client().auth.login(newcomer.username, newcomer.password)).toEqual(token)
    })

    test('QR code image: PNG bytes, in a file, of what the URL says', async () => {
      const { signedIn, file } = await openService(stack)
      const own = await signedIn()
      const setup = await own.auth.setup_2fa()
      writeFileSync(file('qr_code.png'), await own.auth.get_qr_code())
      expect(readQr(modulesOfPng(readFileSync(file('qr_code.png')), 6))).toBe(setup.qr_code_url)
    })

    test('QR code image: after a registration too, without being signed in', async () => {
      const { client } = await openService(stack)
      const own = client()
      const setup = await own.auth.register(newcomer)
      expect(readQr(modulesOfPng(await own.auth.get_qr_code(), 6))).toBe(setup.qr_code_url)
    })

    test('QR code image: once it is confirmed it is not shown again', async () => {
      const { registered } = await openService(stack)
      const { client: own } = await registered()
      await expectTwoFactorError(own.auth.get_qr_code(), 'invalid_token')
    })
  })

  describe('SMS 2FA', () => {
    test('a login: the code that is sent for it verifies it, once', async () => {
      const { client, inbox, smsCode, clock } = await bySms()
      const own = client()
      clock.advance(60)
      const temporary_token = await challenge(own)
      const result = await own.auth.request_sms_code({ temporary_token })
      expect(result).toEqual({ sent_to: '+49 ••• ••78', channel: 'sms', expires_in: 300, resend_after: 60 })
      expect(inbox.at(-1)?.text).toMatch(/^\d{6} is your code for CirtusAI\. /)
      const in_one_call = own.auth.login_with_2fa(newcomer.username, newcomer.password, smsCode())
      await expectTwoFactorError(in_one_call, 'invalid_code')
      expect(await own.auth.verify_2fa(temporary_token, smsCode())).toEqual(token)
      await expectTwoFactorError(own.auth.verify_2fa(await challenge(own), smsCode()), 'invalid_code')
    })

    test('somebody signed in: the code is a fresh proof, once', async () => {
      const { registered: own, smsCode, clock } = await bySms()
      const showCodes = () => own.call('GET', '/mfa/recovery-codes')
      clock.advance(301)
      await expectHttpError(showCodes(), 401, 'step_up_required')
      expect(await own.auth.request_sms_code()).toMatchObject({ channel: 'sms' })
      expect(await own.auth.prove_again(smsCode())).toMatchObject({ token_type: 'bearer', expires_in: 3600 })
      expect(await showCodes()).toMatchObject({ remaining: 10 })
      await expectTwoFactorError(own.auth.prove_again(smsCode()), 'invalid_code')
    })

    test('disable: a code that was sent for that, and the password', async () => {
      const { registered: own, smsCode, clock } = await bySms()
      clock.advance(60)
      await own.auth.request_sms_code({ to_disable: true })
      const result = await own.auth.disable_sms(smsCode(), newcomer.password)
      expect(result).toEqual({ detail: 'One-time code has been deactivated.' })
      expect(await own.auth.get_2fa_status()).toMatchObject({ enabled: false })
    })

    test('beside an app: who has one adds a number, and answers a login with either', async () => {
      const { client, registered, smsCode } = await openService(stack)
      const { client: own, app } = await registered()
      expect(await own.auth.setup_sms(phone_number)).toEqual({ sent_to: '+49 ••• ••78', backup_codes: [] })
      await own.auth.confirm_2fa(smsCode())
      expect(await client().auth.login_with_2fa(newcomer.username, newcomer.password, app.next())).toEqual(token)
      const temporary_token = await challenge(own)
      app.next()
      app.next()
      await own.auth.request_sms_code({ temporary_token })
      expect(await own.auth.verify_2fa(temporary_token, smsCode())).toEqual(token)
    })

    test('who has no number gets none sent, and one message a minute goes out', async () => {
      const { registered } = await openService(stack)
      const { client: own } = await registered()
      await expectHttpError(own.auth.request_sms_code(), 409, 'not_enabled')
      const { registered: other } = await bySms()
      await expectHttpError(other.auth.request_sms_code(), 429, 'too_many_messages')
    })

    async function bySms() {
      const service = await openService(stack)
      const registered = service.client()
      await registered.auth.register({ ...newcomer, preferred_2fa_method: 'sms', phone_number })
      await registered.auth.confirm_2fa(service.smsCode())
      return { ...service, registered }
    }
  })

  describe('Debugging and Troubleshooting', () => {
    test('server time and time window are told, valid codes are not', async () => {
      const { registered, clock } = await openService(stack)
      const { client: own } = await registered()
      const server_time = new Date(clock.now()).toISOString()
      expect(await own.auth.debug_2fa()).toEqual({ server_time, time_window: 30, steps_off: null })
      const app = { id: expect.any(String), name: 'Authenticator 1', period: 30, last_step: clock.now() / 30_000 }
      const authenticators = [{ ...app, matched: null, drift_steps: null }]
      expect(await own.call('POST', '/mfa/totp/diagnose', {})).toEqual({ server_time, authenticators })
    })

    test('time sync: an app whose clock is two minutes slow is refused, and debugging says by how much', async () => {
      const { client, registered, clock } = await openService(stack)
      const { app, setup } = await registered()
      const slow = app.next()
      clock.advance(120)
      const own = client()
      const login = (code: string) => own.auth.login_with_2fa(newcomer.username, newcomer.password, code)
      await expectTwoFactorError(login(slow), 'invalid_code')
      own.set_token((await login(setup.backup_codes[0] ?? '')).access_token)
      expect(await own.auth.debug_2fa(slow)).toMatchObject({ time_window: 30, steps_off: -4 })
    })

    test('a setup that will not confirm can be debugged before it is', async () => {
      const { signedIn, appOf, clock } = await openService(stack)
      const own = await signedIn()
      const app = appOf(await own.auth.setup_2fa())
      const slow = app.now()
      clock.advance(90)
      await expectTwoFactorError(own.auth.confirm_2fa(slow), 'invalid_code')
      expect(await own.auth.debug_2fa(slow)).toMatchObject({ steps_off: -3 })
    })
  })

  describe('Token Management: Refresh Access Token', () => {
    test('an expired access token is replaced by that of a refresh', async () => {
      const { client, registered, clock } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const { refresh_token } = await log_in(own, newcomer, app.next)
      clock.advance(3600)
      await expectSignedOut(own)
      const new_tokens = await own.auth.refresh(refresh_token)
      expect(new_tokens).toEqual(token)
      own.set_token(String(new_tokens['access_token']))
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
    })

    test('no other token refreshes, and a refresh token opens nothing', async () => {
      const { client } = await openService(stack)
      const own = client()
      const { access_token, refresh_token } = await log_in(own, user, nobodyTypes)
      await expectHttpError(own.auth.refresh(access_token), 400, 'invalid_token')
      await expectHttpError(own.auth.refresh('your_refresh_token'), 400, 'invalid_token')
      own.set_token(refresh_token)
      await expectSignedOut(own)
    })

    test('a new password ends all tokens', async () => {
      const { client, passwords } = await openService(stack)
      const own = client()
      const { refresh_token } = await log_in(own, user, nobodyTypes)
      passwords.set(user.username, 'another password')
      await expectSignedOut(own)
      await expectHttpError(own.auth.refresh(refresh_token), 400, 'invalid_token')
    })
  })

  describe('Error Handling', () => {
    test('an invalid code is a TwoFactorAuthenticationError that says how many tries are left', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const login = (code: string) => client().auth.login_with_2fa(newcomer.username, newcomer.password, code)
      await expectTwoFactorError(login('invalid_code'), 'invalid_code')
      expect(await failureOf(login(app.wrong()))).toMatchObject({ problem: { attempts_remaining: 4 } })
    })

    test('after five wrong codes the right one waits too', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const login = (code: string) => client().auth.login_with_2fa(newcomer.username, newcomer.password, code)
      for (let tries = 1; tries <= 5; tries += 1) await expectTwoFactorError(login(app.wrong()), 'invalid_code')
      expect(await failureOf(login(app.now()))).toMatchObject({
        problem: { code: 'too_many_attempts', retry_after: 30 },
      })
      expect(await login(app.next())).toEqual(token)
    })

    test('anything else is an HTTPError', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const call = client().auth.login_with_2fa(newcomer.username, 'wrong', app.next())
      await expectHttpError(call, 401, 'invalid_credentials')
      await expectHttpError(client().auth.get_2fa_status(), 401, 'unauthenticated')
    })
  })

  describe('Advanced Usage', () => {
    test('Complete Registration and Login Flow: the confirmation has signed in, and its code logs nobody in again', async () => {
      const { base_url, appOf } = await openService(stack)
      const printed: string[] = []
      const typed: string[] = []
      const app = () => appOf({ qr_code_url: printed[1] ?? '' })
      const input = () => typed[typed.push(app().now()) - 1] ?? ''
      const own = await complete_registration_flow(base_url, { input, print: (line) => void printed.push(line) })
      expect(await own.some_api_call()).toEqual(signedInAs('new_user'))
      const login = (code: string) => own.auth.login_with_2fa('new_user', 'secure_password', code)
      await expectTwoFactorError(login(typed[0] ?? ''), 'invalid_code')
      own.set_token((await login(app().next())).access_token)
      expect(await own.some_api_call()).toEqual(signedInAs('new_user'))
    })

    test('Session Management: a session asks for a code where there is 2FA, and not where there is none', async () => {
      const { base_url, registered } = await openService(stack)
      const { app } = await registered()
      const session = await AuthenticatedSession.open(base_url, newcomer, app.next)
      expect(await session.get_client().some_api_call()).toEqual(signedInAs('your_username'))
      const plain = await AuthenticatedSession.open(base_url, user, nobodyTypes)
      expect(await plain.get_client().some_api_call()).toEqual(signedInAs('username'))
      await expectTwoFactorError(AuthenticatedSession.open(base_url, newcomer, app.wrong), 'invalid_code')
    })
  })

  describe('Security Best Practices', () => {
    test('1. Secure Token Storage: a token from the keyring signs in the next program', async () => {
      const { client, file } = await openService(stack)
      const { access_token } = await log_in(client(), user, nobodyTypes)
      new Keyring(file('keyring')).set_password('access_token', access_token)
      expect(statSync(file('keyring')).mode & 0o077).toBe(0)
      const stored = new Keyring(file('keyring')).get_password('access_token')
      expect(await client(stored ?? '').some_api_call()).toEqual(signedInAs('username'))
    })

    test('2. Automatic Token Refresh: 401, refresh, again; and so each time, with the next refresh token', async () => {
      const { client, clock, file } = await openService(stack)
      const own = client()
      const keyring = new Keyring(file('keyring'))
      const { refresh_token } = await log_in(own, user, nobodyTypes)
      keyring.set_password('refresh_token', refresh_token)
      expect(await auto_refresh_client(own, keyring, () => own.some_api_call())).toEqual(signedInAs('username'))
      expect(keyring.get_password('refresh_token')).toBe(refresh_token)
      for (let hour = 1; hour <= 3; hour += 1) {
        clock.advance(3600)
        expect(await auto_refresh_client(own, keyring, () => own.some_api_call())).toEqual(signedInAs('username'))
      }
      expect(keyring.get_password('refresh_token')).not.toBe(refresh_token)
      clock.advance(3600)
      const status = await auto_refresh_client(own, keyring, () => own.auth.get_2fa_status())
      expect(status).toMatchObject({ enabled: false })
    })

    test('2. Automatic Token Refresh: a refresh token that is kept and sent again ends the sign-in', async () => {
      const { client } = await openService(stack)
      const own = client()
      const { refresh_token } = await log_in(own, user, nobodyTypes)
      const next = await own.auth.refresh(refresh_token)
      await expectHttpError(own.auth.refresh(refresh_token), 400, 'invalid_token')
      await expectHttpError(own.auth.refresh(String(next['refresh_token'])), 400, 'invalid_token')
    })

    test('2. Automatic Token Refresh: where a fresh proof is missing, a code helps and not another token', async () => {
      const { registered, clock, file } = await openService(stack)
      const { client: own, app } = await registered()
      const keyring = new Keyring(file('keyring'))
      const showCodes = () => auto_refresh_client(own, keyring, () => own.call('GET', '/mfa/recovery-codes'))
      clock.advance(301)
      await expectHttpError(showCodes(), 401, 'step_up_required')
      await own.auth.prove_again(app.next())
      expect(await showCodes()).toMatchObject({ remaining: 10 })
    })

    test('3. Backup Code Management: each code of the saved file logs in, once', async () => {
      const { client, registered, file } = await openService(stack)
      const { setup } = await registered()
      save_backup_codes(file('backup_codes.txt'), setup.backup_codes)
      const [head, ...lines] = readFileSync(file('backup_codes.txt'), 'utf8').trim().split('\n')
      expect(head).toBe('CirtusAI Backup Codes (Store Securely):')
      expect(lines).toHaveLength(10)
      const login = (line: string) =>
        client().auth.login_with_2fa(newcomer.username, newcomer.password, line.replace(/^\d+\. /, ''))
      for (const line of lines) expect(await login(line)).toEqual(token)
      for (const line of lines.slice(0, 2)) await expectTwoFactorError(login(line), 'invalid_code')
    })
  })

  describe('Configuration', () => {
    test('Environment Variables: address and token are those of the environment', async () => {
      const { base_url, client } = await openService(stack)
      const { access_token } = await log_in(client(), user, nobodyTypes)
      vi.stubEnv('CIRTUSAI_API_URL', base_url)
      vi.stubEnv('CIRTUSAI_ACCESS_TOKEN', access_token)
      const own = client_of_environment()
      vi.unstubAllEnvs()
      expect(await own.some_api_call()).toEqual(signedInAs('username'))
    })

    test('Configuration File: with auto_login it logs in with a code, without it nobody is asked', async () => {
      const { base_url, registered, file } = await openService(stack)
      const { app } = await registered()
      const config_file = file('cirtusai_config.json')
      const { username, password } = newcomer
      writeFileSync(config_file, JSON.stringify({ base_url, username, password, auto_login: true }))
      const own = await load_auth_config(config_file, app.next)
      expect(await own.some_api_call()).toEqual(signedInAs('your_username'))
      writeFileSync(config_file, JSON.stringify({ base_url }))
      const plain = await load_auth_config(config_file, nobodyTypes)
      await expectSignedOut(plain)
    })
  })

  test('API Reference: AuthClient Methods: the twelve, one after the other, for one user', async () => {
    const { client, appOf, clock, smsCode } = await openService(stack)
    const { auth } = client()
    const { username, password } = newcomer
    const me = client()
    const setup = await me.auth.register({ ...newcomer, preferred_2fa_method: 'totp' })
    const app = appOf(setup)
    expect((await me.auth.get_qr_code()).subarray(1, 4).toString()).toBe('PNG')
    expect(await me.auth.confirm_2fa(app.now())).toMatchObject(token)
    expect(await auth.verify_2fa(await challenge(client()), app.next())).toEqual(token)
    const { refresh_token } = await auth.login_with_2fa(username, password, app.next())
    expect(await auth.refresh(refresh_token)).toEqual(token)
    expect(await me.auth.get_2fa_status()).toMatchObject({ enabled: true })
    expect(await me.auth.debug_2fa()).toMatchObject({ time_window: 30 })
    await me.auth.setup_sms(phone_number)
    await me.auth.confirm_2fa(smsCode())
    clock.advance(60)
    expect(await me.auth.request_sms_code()).toMatchObject({ channel: 'sms' })
    expect(await me.auth.disable_2fa(app.next(), password)).toEqual({ detail: 'TOTP has been deactivated.' })
    expect(await me.auth.get_2fa_status()).toMatchObject({ enabled: true, method: 'sms' })
    await me.auth.prove_again(smsCode())
    expect(appOf(await me.auth.setup_2fa()).account.secret).not.toBe(setup.secret_key)
  })

  describe('API Reference: Response Models', () => {
    test('TwoFactorSetupResponse: its four fields, alike from a registration and a setup', async () => {
      const { client, signedIn } = await openService(stack)
      const setup = {
        secret_key: expect.stringMatching(/^[A-Z2-7]{32}$/),
        qr_code_url: expect.stringMatching(/^otpauth:\/\/totp\//),
        backup_codes: expect.any(Array),
        manual_entry_key: expect.any(String),
      }
      expect(await client().auth.register(newcomer)).toEqual(setup)
      expect(await (await signedIn()).auth.setup_2fa()).toEqual(setup)
    })

    test('Token: its four fields, alike from a login, a verification and one call', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const temporary_token = await challenge(own)
      const all = [
        await own.auth.login(user.username, user.password),
        await own.auth.verify_2fa(temporary_token, app.next()),
        await own.auth.login_with_2fa(newcomer.username, newcomer.password, app.next()),
      ]
      expect(all).toEqual([token, token, token])
    })

    test('Token: expires_in is 3600 where the service says so, and holds', async () => {
      const { signedIn, clock } = await openService(stack)
      const own = await signedIn()
      clock.advance(3599)
      expect(await own.some_api_call()).toEqual(signedInAs('username'))
      clock.advance(1)
      await expectSignedOut(own)
    })

    test('Token: expires_in is 900 where it says nothing', async () => {
      const { client } = await openService(stack, { bearer: {} })
      expect(await client().auth.login(user.username, user.password)).toEqual({ ...token, expires_in: 900 })
    })
  })
})
