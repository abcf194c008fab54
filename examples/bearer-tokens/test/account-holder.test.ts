// An account holder comes all the way by the client: from the registration to the logout.

import type { Asked, PendingLogin } from '@latchkey/client'
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { alice, pay } from '../../contract/open-example.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { nobodyAnswers, openBank, paid } from './open-bank.ts'

allowSlowTests()

describe('an account holder', () => {
  test('registers, shows the QR code to a phone, confirms and is signed in', async () => {
    const { client, clock } = await openBank()
    const own = client()
    const setup = await own.register({ username: 'carol', password: 'a new password' })
    expect([...(await own.qrCode()).subarray(1, 4)]).toEqual([...Buffer.from('PNG')])
    const { recoveryCodes, session } = await own.confirm(codeOf(setup.totpUrl, clock.now()), { name: 'phone' })
    expect(recoveryCodes).toEqual(setup.recoveryCodes)
    expect(session?.tokens).toMatchObject({ authorization: expect.stringMatching(/^Bearer ey/) })
    const account = await own.fetch('/account')
    expect(await account.json()).toMatchObject({ user: { name: 'carol' }, mfa: { mfaEnabled: true } })
    expect(await own.status()).toMatchObject({
      mfaEnabled: true,
      methods: ['totp', 'recovery_code'],
      recoveryCodesRemaining: 10,
    })
  })

  test.each([
    ['username', { username: 'alice', password: 'another password' }],
    ['username', { username: 'a b', password: 'another password' }],
    ['password', { username: 'carol', password: 'short' }],
  ])('hears which field is wrong: %s of %j', async (field, fields) => {
    const { client } = await openBank()
    const refused = expect.objectContaining({ code: 'invalid_request', errors: [expect.objectContaining({ field })] })
    await expect(client().register(fields)).rejects.toEqual(refused)
  })

  test('logs in in two steps, even if another client takes the second', async () => {
    const { client, clock, enrolled } = await openBank()
    const phone = virtualAuthenticator({ secret: await enrolled() })
    const own = client()
    await nobodyAnswers(own.login(alice))
    expect((await own.submit(phone.nextCode(clock.now()))).tokens).not.toBeNull()
    expect(await pay(own)).toEqual(paid)

    clock.advance(30)
    await nobodyAnswers(own.login(alice))
    const kept = JSON.stringify(own.pending)
    const other = client()
    other.resume(JSON.parse(kept) as PendingLogin)
    await other.submit(phone.nextCode(clock.now()))
    expect(await pay(other)).toEqual(paid)
    await expect(own.status()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('without the phone comes in by a recovery code, in one call, once', async () => {
    const { client, clock } = await openBank()
    const own = client()
    await own.login(alice)
    const { recoveryCodes } = await own.setup().then(({ totpUrl }) => own.confirm(codeOf(totpUrl, clock.now())))
    const [code = ''] = recoveryCodes
    await client().loginWith({ credentials: alice, code })
    await expect(client().loginWith({ credentials: alice, code })).rejects.toMatchObject({ code: 'invalid_code' })
    expect(await own.status()).toMatchObject({ recoveryCodesRemaining: 9 })
  })

  test('gets a code by mail, and logs in with it', async () => {
    const { client, clock, mails, told } = await openBank()
    const own = client()
    await own.login(alice)
    const { answer } = await own.setup('one_time_code', { to: 'alice@example.com' })
    expect(answer).toMatchObject({ sent_to: 'a•••@e•••.com', channel: 'mail' })
    await own.confirm(mails.at(-1)?.code)
    clock.advance(60)
    const asked: Asked[] = []
    const prompt = (one: Asked) => {
      asked.push(one)
      return mails.at(-1)?.code ?? null
    }
    await client({ prompt }).login(alice)
    expect(asked).toMatchObject([{ method: 'one_time_code', sentTo: 'a•••@e•••.com' }])
    expect(mails.map(({ to }) => to)).toEqual(['alice@example.com', 'alice@example.com'])
    expect(told('verify')).toEqual(['success'])
  })

  test('whose phone is two minutes behind is told so', async () => {
    const { client, clock, enrolled } = await openBank()
    const secret = await enrolled()
    const own = client({ totp: secret })
    await own.login(alice)
    const late = virtualAuthenticator({ secret }).code(clock.now() - 120_000)
    const { serverTime, authenticators } = await own.diagnose(late)
    expect(Math.abs(serverTime.getTime() - clock.now())).toBeLessThan(1000)
    expect(authenticators).toMatchObject([{ matched: true, driftSteps: -4 }])
  })

  test('goes on when the access token ends: ten callers share one refresh', async () => {
    const { client, clock, enrolled, refreshes } = await openBank()
    const own = client({ totp: await enrolled() })
    await own.login(alice)
    clock.advance(901)
    const answers = await Promise.all(Array.from({ length: 10 }, () => own.fetch('/account')))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(refreshes()).toBe(1)
  })

  test('proves itself again if the transfer asks for it', async () => {
    const { client, clock, enrolled, told } = await openBank()
    const own = client({ totp: await enrolled() })
    await own.login(alice)
    expect(await pay(own)).toEqual(paid)
    expect(told('step_up')).toEqual([])
    clock.advance(301)
    expect(await pay(own)).toEqual(paid)
    expect(told('step_up')).toEqual(['success'])
  })

  test('gives the second factor up with the password beside a code, and logs out', async () => {
    const { client, enrolled, requests, told } = await openBank()
    const own = client({ totp: await enrolled() })
    await own.login(alice)
    await expect(own.disable({ password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_credentials' })
    await own.disable({ password: alice.password })
    expect(await own.status()).toMatchObject({ mfaEnabled: false })
    expect(told('deactivate')).toEqual(['failure', 'success'])
    const held = await own.held()
    await own.logout()
    expect(requests.at(-1)).toBe('POST /auth/token/revoke')
    const thief = client({ tokenStorage: { get: () => held, set: () => undefined } })
    await expect(thief.refresh()).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

function codeOf(totpUrl: string | null, nowMs: number): string {
  return virtualAuthenticator(totpUrl ?? '').code(nowMs)
}
