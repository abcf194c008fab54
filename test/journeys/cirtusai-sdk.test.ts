/** The rule guarded here: what the CirtusAI SDK's guide tells its users, the client does for them. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { type Client, type ClientOptions, isClientError, MfaRequiredError } from '@latchkey/client'
import { tokenFile } from '@latchkey/client/node'
import { describe, expect, test, vi } from 'vitest'
import { modulesOfPng } from '../../packages/core/test/factors/totp/qr-images.ts'
import { readQr } from '../../packages/core/test/factors/totp/read-qr.ts'
import { bearerStacks } from './bearer-app.ts'
import { agentsOf, challenge, expectRefusal, session, token } from './cirtusai-expectations.ts'
import { clientOfEnvironment, completeRegistrationFlow, loadAuthConfig, saveBackupCodes } from './cirtusai-programs.ts'
import { newcomer, openService, phone_number, user } from './cirtusai-service.ts'

const { email: _email, ...credentials } = newcomer
const bySms = { ...newcomer, method: 'one_time_code', to: phone_number }
const signedInAs = (username: string) => ({ username })
const picture = (png: Uint8Array) => readQr(modulesOfPng(Buffer.from(png), 6))

describe.each(bearerStacks)('on $name', (stack) => {
  describe('Basic Authentication: User Registration', () => {
    test('a registration sets up 2FA: QR code URL, secret key and backup codes, and nobody is signed in yet', async () => {
      const { client, appOf } = await openService(stack)
      const own = client()
      const setup = await own.register({ ...newcomer, method: 'totp' })
      expect(appOf(setup).account).toMatchObject({
        ...{ secret: setup.secret, issuer: 'CirtusAI', label: 'CirtusAI:your_username' },
        ...{ digits: 6, period: 30 },
      })
      expect(setup.secret).toMatch(/^[A-Z2-7]{32}$/)
      expect(new Set(setup.recoveryCodes).size).toBe(10)
      expect(await own.held()).toBeNull()
      expect(await agentsOf(own)).toBe(401)
    })

    test('"totp" is what it is without a preference; the code confirms it and signs in', async () => {
      const { client, appOf } = await openService(stack)
      const own = client()
      const setup = await own.register(newcomer)
      const confirmed = await own.confirm(appOf(setup).now())
      expect(confirmed).toMatchObject({ recoveryCodes: setup.recoveryCodes, session: { tokens: session.tokens } })
      expect(confirmed.session?.answer).toMatchObject(token)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })

    test('the backup codes are good from the confirmation on', async () => {
      const { client, appOf } = await openService(stack)
      const [own, other] = [client(), client()]
      const setup = await own.register(newcomer)
      expect(await other.login(credentials)).toEqual(session)
      await own.confirm(appOf(setup).now())
      await challenge(other)
      expect(await other.loginWith({ credentials, code: setup.recoveryCodes[0] ?? '' })).toEqual(session)
    })

    test('"sms": the first code goes to the number, and confirms it', async () => {
      const { registeredBySms, inbox } = await openService(stack)
      const { client, setup, recoveryCodes } = await registeredBySms()
      expect(setup.answer).toMatchObject({ sent_to: '+49 ••• ••78', channel: 'sms' })
      expect(setup).toMatchObject({ secret: null, totpUrl: null, recoveryCodes })
      expect(inbox.map(({ channel, to }) => ({ channel, to }))).toEqual([{ channel: 'sms', to: phone_number }])
      expect(await agentsOf(client)).toEqual(signedInAs('your_username'))
      expect(await client.status()).toMatchObject({ mfaEnabled: true, methods: ['one_time_code', 'recovery_code'] })
    })

    test('"sms": who got no code logs in, and has another one sent', async () => {
      const { client, smsCode, clock } = await openService(stack, { enrollment: () => 'required' })
      await client().register(bySms)
      const lost = smsCode()
      clock.advance(60)
      const own = client()
      await expectRefusal(own.login(credentials), 'mfa_enrollment_required')
      await own.setup('one_time_code', { to: phone_number })
      await expectRefusal(own.confirm(lost), 'invalid_code')
      const { session: entered, recoveryCodes } = await own.confirm(smsCode())
      expect(entered?.answer).toMatchObject(token)
      expect(recoveryCodes).toHaveLength(10)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })

    test('"sms" takes a number: without one no account is made', async () => {
      const { client, passwords } = await openService(stack)
      const call = client().register({ ...newcomer, method: 'one_time_code' })
      await expectRefusal(call, 'invalid_request', {
        status: 400,
        errors: [{ field: 'to', message: expect.any(String) }],
      })
      expect(passwords.has(newcomer.username)).toBe(false)
    })

    test('a name that is taken is refused, and whose it is stays as it was', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      await expectRefusal(client().register({ ...newcomer, password: 'another' }), 'invalid_request', { status: 400 })
      await expectRefusal(client().login({ ...credentials, password: 'another' }), 'invalid_credentials')
      expect(await client().loginWith({ credentials, code: app.next() })).toEqual(session)
    })

    test('automatic: where it is required, who never confirmed is let in to set it up, and to nothing else', async () => {
      const { client, appOf } = await openService(stack, { enrollment: () => 'required' })
      await client().register(newcomer)
      const own = client()
      await expectRefusal(own.login(credentials), 'mfa_enrollment_required', { methods: ['totp', 'one_time_code'] })
      expect(await agentsOf(own)).toBe(401)
      const app = appOf(await own.setup())
      expect((await own.confirm(app.now())).session?.answer).toMatchObject(token)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })
  })

  describe('Basic Authentication: Simple Login (No 2FA)', () => {
    test('name and password give a token, and the token opens the service', async () => {
      const { client } = await openService(stack)
      const own = client()
      expect(await own.login(user)).toEqual(session)
      expect(await agentsOf(own)).toEqual(signedInAs('username'))
    })

    test('a wrong password gives none', async () => {
      const { client } = await openService(stack)
      const own = client()
      await expectRefusal(own.login({ ...user, password: 'wrong' }), 'invalid_credentials', { status: 401 })
      expect(await own.held()).toBeNull()
    })
  })

  describe('Two-Factor Authentication: Login with 2FA', () => {
    test('method 1: the first step gives a temporary token that opens nothing, the second a token', async () => {
      const { client, holding, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const { ephemeralToken, methods } = await challenge(own)
      expect(methods).toEqual(['totp', 'recovery_code'])
      expect(await agentsOf(holding(ephemeralToken))).toBe(401)
      expect(await own.submit(app.next())).toEqual(session)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })

    test('method 1, where no 2FA is required: the token is there at once', async () => {
      const { signedIn } = await openService(stack)
      expect(await agentsOf(await signedIn())).toEqual(signedInAs('username'))
    })

    test('method 1: after a wrong code the same temporary token takes the right one, once', async () => {
      const { client, registered } = await openService(stack)
      const { app, setup } = await registered()
      const [own, other] = [client(), client()]
      other.resume(await challenge(own))
      await expectRefusal(own.submit(app.wrong()), 'invalid_code')
      expect(await own.submit(app.next())).toEqual(session)
      await expectRefusal(other.submit(setup.recoveryCodes[0] ?? ''), 'invalid_token')
      expect(other.pending).toBeNull()
    })

    test('method 1, with a secret of its own: both steps by themselves', async () => {
      const { client, registered, clock } = await openService(stack)
      const { setup } = await registered()
      clock.advance(30)
      expect(await client({ totp: setup.totpUrl ?? '' }).login(credentials)).toEqual(session)
    })

    test('method 2: name, password and code in one call', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      expect(await own.loginWith({ credentials, code: app.next() })).toEqual(session)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })

    test('method 2: a wrong code is told by its code, and gives no token', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      await expectRefusal(own.loginWith({ credentials, code: app.wrong() }), 'invalid_code')
      expect(await own.held()).toBeNull()
    })

    test('method 2: a code works once', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const code = app.next()
      expect(await client().loginWith({ credentials, code })).toEqual(session)
      await expectRefusal(client().loginWith({ credentials, code }), 'invalid_code')
    })
  })

  describe('Two-Factor Authentication: 2FA Management', () => {
    test('status: enabled, method, and how many backup codes are left', async () => {
      const { client, signedIn, registered } = await openService(stack)
      const off = { mfaEnabled: false, methods: [], recoveryCodesRemaining: 0 }
      expect(await (await signedIn()).status()).toMatchObject(off)
      const { client: own, setup } = await registered()
      const on = { mfaEnabled: true, methods: ['totp', 'recovery_code'], recoveryCodesRemaining: 10 }
      expect(await own.status()).toMatchObject(on)
      await client().loginWith({ credentials, code: setup.recoveryCodes[0] ?? '' })
      expect(await own.status()).toMatchObject({ recoveryCodesRemaining: 9 })
    })

    test('setup for an existing user: scan, confirm, and the next login asks for a code', async () => {
      const { client, signedIn, appOf } = await openService(stack)
      const own = await signedIn()
      const app = appOf(await own.setup())
      expect(app.account.label).toBe('CirtusAI:username')
      expect(await client().login(user)).toEqual(session)
      expect((await own.confirm(app.now())).authenticator).toMatchObject({ type: 'totp' })
      await expectRefusal(client().login(user), 'mfa_required')
      expect(await client().loginWith({ credentials: user, code: app.next() })).toEqual(session)
    })

    test('setup: the backup codes come with the confirmation, not before it', async () => {
      const { client, signedIn } = await openService(stack)
      const own = await signedIn()
      expect((await own.setup()).recoveryCodes).toEqual([])
      const { recoveryCodes } = await own.confirm()
      expect(recoveryCodes).toHaveLength(10)
      expect(await client().loginWith({ credentials: user, code: recoveryCodes[0] ?? '' })).toEqual(session)
    })

    test('setup: a wrong code confirms nothing, and the right one does after it', async () => {
      const { signedIn, appOf } = await openService(stack)
      const own = await signedIn()
      const app = appOf(await own.setup())
      await expectRefusal(own.confirm(app.wrong()), 'invalid_code')
      expect(await own.status()).toMatchObject({ mfaEnabled: false })
      await own.confirm(app.now())
      expect(await own.status()).toMatchObject({ mfaEnabled: true })
    })

    test('disable: takes the current code and the password; then a password is enough', async () => {
      const { client, registered } = await openService(stack)
      const { client: own, app } = await registered()
      const { password } = credentials
      await expectRefusal(own.disable({ code: app.next(), password: 'wrong' }), 'invalid_credentials')
      await expectRefusal(own.disable({ code: app.wrong(), password }), 'invalid_code')
      expect(await own.status()).toMatchObject({ mfaEnabled: true })
      expect(await own.disable({ code: app.now(), password })).toEqual({ detail: 'TOTP has been deactivated.' })
      expect(await client().login(credentials)).toEqual(session)
    })

    test('QR code image: PNG bytes, in a file, of what the URL says', async () => {
      const { signedIn, file } = await openService(stack)
      const own = await signedIn()
      const { totpUrl } = await own.setup()
      writeFileSync(file('qr_code.png'), await own.qrCode())
      expect(picture(readFileSync(file('qr_code.png')))).toBe(totpUrl)
    })

    test('QR code image: after a registration too, without being signed in', async () => {
      const { client } = await openService(stack)
      const own = client()
      const { totpUrl } = await own.register(newcomer)
      expect(picture(await own.qrCode())).toBe(totpUrl)
    })

    test('QR code image: once it is confirmed it is not shown again', async () => {
      const { registered } = await openService(stack)
      const { client: own, setup } = await registered()
      await expectRefusal(own.qrCode(), 'no_setup')
      const again = await post(own, '/v1/mfa/totp/qr', { activation_token: setup.activationToken })
      expect(again).toMatchObject({ code: 'invalid_token' })
    })
  })

  describe('SMS 2FA', () => {
    test('a login: the code that is sent for it verifies it, once', async () => {
      const { client, registeredBySms, inbox, smsCode, clock } = await openService(stack)
      await registeredBySms()
      const own = client()
      clock.advance(60)
      await challenge(own)
      const sent = await own.sendCode()
      expect(sent).toEqual({ sentTo: '+49 ••• ••78', channel: 'sms', expiresInSeconds: 300, resendAfterSeconds: 60 })
      expect(inbox.at(-1)?.text).toMatch(/^\d{6} is your code for CirtusAI\. /)
      await expectRefusal(client().loginWith({ credentials, code: smsCode() }), 'invalid_code')
      expect(await own.submit(smsCode())).toEqual(session)
      await challenge(own)
      await expectRefusal(own.submit(smsCode()), 'invalid_code')
    })

    test('a login: with a prompt the code is sent by itself, and the prompt knows where to', async () => {
      const { client, registeredBySms, smsCode, clock } = await openService(stack)
      await registeredBySms()
      clock.advance(60)
      const prompt: ClientOptions['prompt'] = ({ method, sentTo }) => {
        expect({ method, sentTo }).toEqual({ method: 'one_time_code', sentTo: '+49 ••• ••78' })
        return smsCode()
      }
      expect(await client({ prompt }).login(credentials)).toEqual(session)
    })

    test('somebody signed in: the code is a fresh proof, once', async () => {
      const { registeredBySms, smsCode, clock } = await openService(stack)
      const { client: own } = await registeredBySms()
      clock.advance(301)
      await expectRefusal(own.recoveryCodes(), 'step_up_required', { status: 401 })
      expect(await own.sendCode()).toMatchObject({ channel: 'sms' })
      await own.stepUp(smsCode())
      expect(await own.recoveryCodes()).toMatchObject({ remaining: 10 })
      await expectRefusal(own.stepUp(smsCode()), 'invalid_code')
    })

    test('disable: a code that was sent for that, and the password', async () => {
      const { registeredBySms, smsCode, clock } = await openService(stack)
      const { client: own } = await registeredBySms()
      clock.advance(60)
      await own.sendCode({ purpose: 'deactivate' })
      const result = await own.disable({ code: smsCode(), password: newcomer.password, method: 'one_time_code' })
      expect(result).toEqual({ detail: 'One-time code has been deactivated.' })
      expect(await own.status()).toMatchObject({ mfaEnabled: false })
    })

    test('beside an app: who has one adds a number, and answers a login with either', async () => {
      const { client, registered, smsCode } = await openService(stack)
      const { client: own, app } = await registered()
      const setup = await own.setup('one_time_code', { to: phone_number })
      expect(setup).toMatchObject({ method: 'one_time_code', recoveryCodes: [] })
      await own.confirm(smsCode())
      expect(await client().loginWith({ credentials, code: app.next() })).toEqual(session)
      const other = client()
      await challenge(other)
      app.next()
      app.next()
      await other.sendCode()
      expect(await other.submit(smsCode())).toEqual(session)
    })

    test('who has no number gets none sent, and one message a minute goes out', async () => {
      const [first, second] = [await openService(stack), await openService(stack)]
      await expectRefusal((await first.registered()).client.sendCode(), 'not_enabled', { status: 409 })
      await expectRefusal((await second.registeredBySms()).client.sendCode(), 'too_many_messages', { status: 429 })
    })
  })

  describe('Debugging and Troubleshooting', () => {
    test('server time and time window are told, valid codes are not', async () => {
      const { registered, clock } = await openService(stack)
      const { client: own } = await registered()
      const serverTime = new Date(clock.now())
      const app = { id: expect.any(String), name: 'Authenticator 1', period: 30 }
      expect(await own.diagnose()).toEqual({
        serverTime,
        authenticators: [{ ...app, matched: null, driftSteps: null }],
      })
      const authenticators = [{ ...app, last_step: clock.now() / 30_000, matched: null, drift_steps: null }]
      const server_time = serverTime.toISOString()
      expect(await post(own, '/v1/mfa/totp/diagnose', {})).toEqual({ server_time, authenticators })
    })

    test('time sync: an app whose clock is two minutes slow is refused, and debugging says by how much', async () => {
      const { client, registered, clock } = await openService(stack)
      const { app, setup } = await registered()
      const slow = app.next()
      clock.advance(120)
      const own = client()
      await expectRefusal(own.loginWith({ credentials, code: slow }), 'invalid_code')
      await own.loginWith({ credentials, code: setup.recoveryCodes[0] ?? '' })
      expect((await own.diagnose(slow)).authenticators).toMatchObject([{ period: 30, driftSteps: -4 }])
    })

    test('a setup that will not confirm can be debugged before it is', async () => {
      const { signedIn, appOf, clock } = await openService(stack)
      const own = await signedIn()
      const app = appOf(await own.setup())
      const slow = app.now()
      clock.advance(90)
      await expectRefusal(own.confirm(slow), 'invalid_code')
      expect((await own.diagnose(slow)).authenticators).toMatchObject([{ id: null, driftSteps: -3 }])
    })
  })

  describe('Token Management: Refresh Access Token', () => {
    test('an expired access token is replaced by that of a refresh', async () => {
      const { client, holding, registered, clock } = await openService(stack)
      const { app } = await registered()
      const own = client()
      const { answer, tokens } = await own.loginWith({ credentials, code: app.next() })
      clock.advance(3600)
      expect(await agentsOf(holding(String(answer['access_token'])))).toBe(401)
      const bought = await own.refresh()
      expect(bought).toEqual(session.tokens)
      expect(bought.refreshToken).not.toBe(tokens?.refreshToken)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
    })

    test('no other token refreshes, and a refresh token opens nothing', async () => {
      const { client, holding } = await openService(stack)
      const { answer } = await client().login(user)
      const [access, refresh] = [String(answer['access_token']), String(answer['refresh_token'])]
      for (const wrong of [access, 'your_refresh_token'])
        await expectRefusal(holding(access, wrong).refresh(), 'unauthenticated')
      await expectRefusal(holding(access).refresh(), 'unauthenticated')
      expect(await agentsOf(holding(refresh))).toBe(401)
    })

    test('a new password ends all tokens', async () => {
      const { signedIn, passwords } = await openService(stack)
      const own = await signedIn()
      passwords.set(user.username, 'another password')
      expect(await agentsOf(own)).toBe(401)
      expect(await own.held()).toBeNull()
      await expectRefusal(own.refresh(), 'unauthenticated')
    })

    test('a logout ends the sign-in for who kept a copy of its tokens too', async () => {
      const { client, holding } = await openService(stack)
      const own = client()
      const { answer } = await own.login(user)
      await own.logout()
      expect(await own.held()).toBeNull()
      const copy = holding(String(answer['access_token']), String(answer['refresh_token']))
      await expectRefusal(copy.refresh(), 'unauthenticated')
    })
  })

  describe('Error Handling', () => {
    test('an invalid code is told with how many tries are left', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      await expectRefusal(client().loginWith({ credentials, code: 'invalid_code' }), 'invalid_code')
      const own = client()
      await challenge(own)
      const error: unknown = await own.submit(app.wrong()).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(MfaRequiredError)
      expect(isClientError(error)).toBe(true)
      expect(error).toMatchObject({ code: 'invalid_code', attemptsRemaining: 4 })
    })

    test('after five wrong codes the right one waits too', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const login = (code: string) => client().loginWith({ credentials, code })
      for (let tries = 1; tries <= 5; tries += 1) await expectRefusal(login(app.wrong()), 'invalid_code')
      await expectRefusal(login(app.now()), 'too_many_attempts', { retryAfterSeconds: 30 })
      expect(await login(app.next())).toEqual(session)
    })

    test('anything else has the code and the status of the service', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const wrong = { ...credentials, password: 'wrong' }
      const call = client().loginWith({ credentials: wrong, code: app.next() })
      await expectRefusal(call, 'invalid_credentials', { status: 401 })
      await expectRefusal(client().status(), 'unauthenticated', { status: 401 })
    })
  })

  describe('Advanced Usage', () => {
    test('Complete Registration and Login Flow: the confirmation has signed in, and its code logs nobody in again', async () => {
      const { client, appOf } = await openService(stack)
      const printed: string[] = []
      const typed: string[] = []
      const app = () => appOf({ totpUrl: printed[1] ?? '' })
      const input = () => typed[typed.push(app().now()) - 1] ?? ''
      const own = client()
      await completeRegistrationFlow(own, { input, print: (line) => void printed.push(line) })
      expect(await agentsOf(own)).toEqual(signedInAs('new_user'))
      const account = { username: 'new_user', password: 'secure_password' }
      const login = (code: string) => own.loginWith({ credentials: account, code })
      await expectRefusal(login(typed[0] ?? ''), 'invalid_code')
      await login(app().next())
      expect(await agentsOf(own)).toEqual(signedInAs('new_user'))
    })

    test('Session Management: a client asks for a code where there is 2FA, and not where there is none', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client({ prompt: app.next })
      await own.login(credentials)
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
      const plain = client({ prompt: () => expect.unreachable('nobody is asked') })
      await plain.login(user)
      expect(await agentsOf(plain)).toEqual(signedInAs('username'))
      await expectRefusal(client({ prompt: app.wrong, maxAttempts: 1 }).login(credentials), 'invalid_code')
    })
  })

  describe('Security Best Practices', () => {
    test('1. Secure Token Storage: tokens in a file sign in the next program', async () => {
      const { client, file } = await openService(stack)
      await client({ tokenStorage: tokenFile(file('keyring')) }).login(user)
      expect(statSync(file('keyring')).mode & 0o077).toBe(0)
      const next = client({ tokenStorage: tokenFile(file('keyring')) })
      expect(await agentsOf(next)).toEqual(signedInAs('username'))
    })

    test('2. Automatic Token Refresh: 401, refresh, again; and so each time, with the next refresh token', async () => {
      const { client, clock, file } = await openService(stack)
      const tokenStorage = tokenFile(file('keyring'))
      const own = client({ tokenStorage })
      const { tokens } = await own.login(user)
      expect(await agentsOf(own)).toEqual(signedInAs('username'))
      expect((await tokenStorage.get())?.tokens).toEqual(tokens)
      for (let hour = 1; hour <= 3; hour += 1) {
        clock.advance(3600)
        expect(await agentsOf(own)).toEqual(signedInAs('username'))
      }
      expect((await tokenStorage.get())?.tokens?.refreshToken).not.toBe(tokens?.refreshToken)
      clock.advance(3600)
      expect(await own.status()).toMatchObject({ mfaEnabled: false })
    })

    test('2. Automatic Token Refresh: a refresh token that is kept and sent again ends the sign-in', async () => {
      const { client, holding } = await openService(stack)
      const own = client()
      const { answer } = await own.login(user)
      await own.refresh()
      const kept = holding(String(answer['access_token']), String(answer['refresh_token']))
      await expectRefusal(kept.refresh(), 'unauthenticated')
      await expectRefusal(own.refresh(), 'unauthenticated')
    })

    test('2. Automatic Token Refresh: where a fresh proof is missing, a code helps and not another token', async () => {
      const { client, registered, clock } = await openService(stack)
      const { client: own, app } = await registered()
      clock.advance(301)
      const before = await own.held()
      await expectRefusal(own.recoveryCodes(), 'step_up_required')
      expect(await own.held()).toEqual(before)
      await own.stepUp(app.next())
      expect(await own.recoveryCodes()).toMatchObject({ remaining: 10 })
      const asking = client({ prompt: app.next })
      await asking.login(credentials)
      clock.advance(301)
      expect(await asking.recoveryCodes()).toMatchObject({ remaining: 10 })
    })

    test('3. Backup Code Management: each code of the saved file logs in, once', async () => {
      const { client, registered, file } = await openService(stack)
      const { setup } = await registered()
      saveBackupCodes(file('backup_codes.txt'), setup.recoveryCodes)
      const [head, ...lines] = readFileSync(file('backup_codes.txt'), 'utf8').trim().split('\n')
      expect(head).toBe('CirtusAI Backup Codes (Store Securely):')
      expect(lines).toHaveLength(10)
      const login = (line: string) => client().loginWith({ credentials, code: line.replace(/^\d+\. /, '') })
      for (const line of lines) expect(await login(line)).toEqual(session)
      for (const line of lines.slice(0, 2)) await expectRefusal(login(line), 'invalid_code')
    })
  })

  describe('Configuration', () => {
    test('Environment Variables: address and token are those of the environment', async () => {
      const { baseUrl, client } = await openService(stack)
      const { answer } = await client().login(user)
      vi.stubEnv('CIRTUSAI_API_URL', baseUrl)
      vi.stubEnv('CIRTUSAI_ACCESS_TOKEN', String(answer['access_token']))
      const own = clientOfEnvironment()
      vi.unstubAllEnvs()
      expect(await agentsOf(own)).toEqual(signedInAs('username'))
    })

    test('Configuration File: with auto_login it logs in with a code, without it nobody is asked', async () => {
      const { baseUrl, client, registered, file } = await openService(stack)
      const { app } = await registered()
      const config = file('cirtusai_config.json')
      writeFileSync(config, JSON.stringify({ base_url: baseUrl, ...credentials, auto_login: true }))
      const own = await loadAuthConfig(config, (options) => client({ ...options, prompt: app.next }))
      expect(await agentsOf(own)).toEqual(signedInAs('your_username'))
      writeFileSync(config, JSON.stringify({ base_url: baseUrl }))
      expect(await agentsOf(await loadAuthConfig(config, client))).toBe(401)
    })
  })

  test('API Reference: AuthClient Methods: the twelve, one after the other, for one user', async () => {
    const { client, appOf, clock, smsCode } = await openService(stack)
    const me = client()
    const setup = await me.register({ ...newcomer, method: 'totp' })
    const app = appOf(setup)
    expect(Buffer.from(await me.qrCode()).toString('latin1', 1, 4)).toBe('PNG')
    expect((await me.confirm(app.now())).session?.answer).toMatchObject(token)
    await challenge(me)
    expect(await me.submit(app.next())).toEqual(session)
    expect(await me.loginWith({ credentials, code: app.next() })).toEqual(session)
    expect(await me.refresh()).toEqual(session.tokens)
    expect(await me.status()).toMatchObject({ mfaEnabled: true })
    expect((await me.diagnose()).authenticators).toMatchObject([{ period: 30 }])
    await me.setup('one_time_code', { to: phone_number })
    await me.confirm(smsCode())
    clock.advance(60)
    expect(await me.sendCode()).toMatchObject({ channel: 'sms' })
    const { password } = credentials
    expect(await me.disable({ code: app.next(), password })).toEqual({ detail: 'TOTP has been deactivated.' })
    expect(await me.status()).toMatchObject({ mfaEnabled: true, methods: ['one_time_code', 'recovery_code'] })
    await me.stepUp(smsCode())
    expect((await me.setup()).secret).not.toBe(setup.secret)
  })

  describe('API Reference: Response Models', () => {
    test('TwoFactorSetupResponse: its fields, alike from a registration and a setup', async () => {
      const { client, signedIn } = await openService(stack)
      const setup = {
        ...{ method: 'totp', secret: expect.stringMatching(/^[A-Z2-7]{32}$/) },
        ...{ totpUrl: expect.stringMatching(/^otpauth:\/\/totp\//), recoveryCodes: expect.any(Array) },
        qrCodeDataUri: expect.stringMatching(/^data:image\/svg\+xml/),
      }
      expect(await client().register(newcomer)).toMatchObject(setup)
      expect(await (await signedIn()).setup()).toMatchObject(setup)
    })

    test('Token: its four fields, alike from a login, a verification and one call', async () => {
      const { client, registered } = await openService(stack)
      const { app } = await registered()
      const own = client()
      await challenge(own)
      const all = [
        await own.submit(app.next()),
        await own.login(user),
        await own.loginWith({ credentials, code: app.next() }),
      ]
      expect(all).toEqual([session, session, session])
    })

    test('Token: expires_in is 3600 where the service says so, and holds', async () => {
      const { client, holding, clock } = await openService(stack)
      const { answer, tokens } = await client().login(user)
      const own = holding(String(answer['access_token']))
      expect(Math.abs((tokens?.expiresAtMs ?? 0) - clock.now() - 3_600_000)).toBeLessThanOrEqual(1000)
      clock.advance(3599)
      expect(await agentsOf(own)).toEqual(signedInAs('username'))
      clock.advance(1)
      expect(await agentsOf(own)).toBe(401)
    })

    test('Token: expires_in is 900 where it says nothing', async () => {
      const { client } = await openService(stack, { bearer: {} })
      expect((await client().login(user)).answer).toEqual({ ...token, expires_in: 900 })
    })
  })
})

/** What a route answers that is asked by itself. */
async function post(client: Client, path: string, json: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' }
  return (await client.fetch(path, { method: 'POST', headers, body: JSON.stringify(json) })).json()
}
