/** The threat: enrolling for somebody else, twice, unproven, or with a secret of one's own; and enrollment as a lockout. */
import { createMfa, memoryStorage } from '@latchkey/core'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { secret as appSecret } from './accounts.ts'
import { type Begun, expectPassed, type Person } from './person.ts'
import {
  badToken,
  expectRefused,
  expectUnchanged,
  notSignedIn,
  refusedRequest,
  stepUpRequired,
  wrongCode,
} from './refusal.ts'
import { anyStack, describeOn, storageStacks } from './stacks.ts'
import { openStage } from './stage.ts'

const activate = '/auth/mfa/totp/activate'

function confirm({ browser }: Person, { activationToken }: Begun, code: string, more: object = {}) {
  return browser.post(activate, { activation_token: activationToken, code, ...more })
}

describeOn(storageStacks, (stack) => {
  test('begun and never confirmed: nothing has changed, and nobody is locked out', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    await expectUnchanged(stage, async () => {
      for (let time = 0; time < 3; time += 1) await alice.begin()
    })
    expect(await stage.records()).toEqual({})
    const begun = await alice.begin()
    await expectRefused(stage, wrongCode('wrong', ['alice totp:confirm']), () =>
      confirm(alice, begun, begun.app.wrongCode(clock.now())),
    )
    expectPassed(await alice.login())
    expect(await (await alice.browser.get('/auth/mfa/status')).json()).toMatchObject({
      mfa_enabled: false,
      methods: [],
    })
  })

  test('begun while one is active: the active one goes on working', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const before = (await stage.records())['alice']
    const begun = await alice.begin()
    await expectRefused(stage, wrongCode('wrong', ['alice totp:confirm']), () =>
      confirm(alice, begun, begun.app.wrongCode(stage.clock.now())),
    )
    expect((await stage.records())['alice']).toMatchObject({ ...before, failures: expect.anything() })
    expectPassed(await alice.login(undefined, { code: alice.app.code(stage.clock.now()) }))
  })

  test('confirmed twice, and with the first code once more', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const begun = await alice.begin()
    const code = begun.app.code(clock.now())
    expectPassed(await confirm(alice, begun, code))
    await expectRefused(stage, badToken('old_epoch'), () => confirm(alice, begun, code))
    clock.advance(30)
    await expectRefused(stage, badToken('old_epoch'), () => confirm(alice, begun, begun.app.code(clock.now())))
    expect((await stage.records())['alice']?.authenticators.map(({ type }) => type)).toEqual(['totp', 'recovery_code'])
  })

  test('confirmed eight times at once, in two processes: one authenticator, one set of codes', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const begun = await alice.begin()
    const code = begun.app.code(clock.now())
    const twin = await stage.twin()
    for (const [name, value] of alice.browser.cookies) twin.cookies.set(name, value)
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const body = { activation_token: begun.activationToken, code }
    const sent = Array.from({ length: 8 }, (_, index) => (index % 2 ? alice.browser : twin).post(activate, body))
    await stage.storage.hanging(2)
    stage.storage.release()
    const answers = await Promise.all(sent)
    const passed = answers.filter(({ status }) => status === 200)
    expect(passed).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7)
    const [record] = Object.values(await stage.records())
    expect(record?.authenticators.map(({ type }) => type)).toEqual(['totp', 'recovery_code'])
    const { recovery_codes: codes } = expectPassed(passed[0] as never) as { recovery_codes: string[] }
    for (const one of codes.slice(0, 3)) expectPassed(await alice.login(undefined, { code: one }))
  })

  test("another user's activation token", async () => {
    const stage = await openStage(stack)
    const { alice, mallory, clock } = stage
    await alice.login(alice.browser)
    await mallory.login(mallory.browser)
    const his = await mallory.begin()
    const code = his.app.code(clock.now())
    await expectRefused(stage, badToken('wrong_user'), () => confirm(alice, his, code))
    await expectRefused(stage, badToken('wrong_user'), () =>
      alice.browser.post('/auth/mfa/totp/qr', { activation_token: his.activationToken }),
    )
    expectPassed(await confirm(mallory, his, code))
    expect(Object.keys(await stage.records())).toEqual(['mallory'])
  })

  test('a further authenticator without a fresh proof', async () => {
    const stage = await openStage(stack)
    const { clock } = stage
    const early = stage.browser()
    await stage.alice.login(early)
    const alice = await stage.alice.enroll()
    await expectRefused(stage, stepUpRequired, () => early.get(activate))
    clock.advance(271)
    await expectRefused(stage, stepUpRequired, () => alice.browser.get(activate))
    await expectRefused(stage, notSignedIn, () => stage.browser().get(activate))
    const ephemeral = await alice.challenge()
    const headers = { Authorization: `Bearer ${ephemeral}` }
    const path = `${activate}?ephemeral_token=${ephemeral}`
    await expectRefused(stage, notSignedIn, () => stage.browser().get(path, { headers }))
    await expectRefused(stage, { ...notSignedIn, reason: 'wrong_purpose' }, () =>
      stage.browser().post(activate, { activation_token: ephemeral, ephemeral_token: ephemeral, code: '123456' }),
    )
    expectPassed(await alice.browser.post('/auth/mfa/step-up', { code: alice.app.code(clock.now()) }))
    const begun = await alice.begin()
    expect(expectPassed(await confirm(alice, begun, begun.app.code(clock.now())))).toMatchObject({ recovery_codes: [] })
  })

  test('more authenticators than allowed', async () => {
    const stage = await openStage(stack, { mfa: { totp: { authenticators: 2 } } })
    const alice = await stage.alice.enroll()
    const spare = await alice.begin()
    const second = await alice.begin()
    expectPassed(await confirm(alice, second, second.app.code(stage.clock.now())))
    const full = refusedRequest(409, 'authenticator_limit')
    await expectRefused(stage, full, () => alice.browser.get(activate))
    await expectRefused(stage, badToken('old_epoch'), () => confirm(alice, spare, spare.app.code(stage.clock.now())))
  })

  test('after activation no route gives the secret again', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const begun = await alice.begin()
    const confirmed = await confirm(alice, begun, begun.app.code(clock.now()))
    const told = [confirmed]
    const paths = ['/auth/mfa/status', '/auth/mfa/recovery-codes', '/auth/mfa/authenticators', activate]
    for (const path of paths) told.push(await alice.browser.get(path))
    const id = (expectPassed(confirmed) as { authenticator: { id: string } }).authenticator.id
    told.push(await alice.browser.send('PATCH', `/auth/mfa/authenticators/${id}`, { json: { name: 'phone' } }))
    told.push(await alice.browser.post('/auth/mfa/totp/qr', { activation_token: begun.activationToken }))
    told.push(await alice.login())
    clock.advance(30)
    told.push(await alice.browser.post('/auth/mfa/step-up', { code: begun.app.code(clock.now()) }))
    told.push(await alice.browser.send('DELETE', `/auth/mfa/authenticators/${id}`))
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200, 400, 200, 200, 204])
    for (const { text } of told) expect(text).not.toContain(begun.secret)
    expect((await alice.begin()).secret).not.toBe(begun.secret)
  })

  test('the client sends a secret, digits and a period of its own', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const own = { secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', digits: 8, period: 120, algorithm: 'SHA512', window: 100 }
    const query = Object.entries(own).map(([name, value]) => `${name}=${value}`)
    const answer = expectPassed(await alice.browser.get(`${activate}?${query.join('&')}`)) as Record<string, string>
    const begun: Begun = {
      activationToken: answer['activation_token'] as string,
      secret: answer['secret'] as string,
      app: virtualAuthenticator(answer['totp_url'] as string),
    }
    expect(begun.app).toMatchObject({ digits: 6, period: 30, algorithm: 'SHA1' })
    expect(begun.secret).not.toBe(own.secret)
    const more = { ...own, pending: own, data: own, type: 'recovery_code', factor: 'recovery_code' }
    const charged = ['alice totp:confirm']
    const theirs = virtualAuthenticator({ secret: own.secret }).code(clock.now())
    await expectRefused(stage, wrongCode('wrong', charged), () => confirm(alice, begun, theirs, more))
    expectPassed(await confirm(alice, begun, begun.app.code(clock.now()), more))
    const [stored] = (await stage.records())['alice']?.authenticators ?? []
    expect(stored).toMatchObject({
      type: 'totp',
      data: { secret: begun.secret, digits: 6, period: 30, algorithm: 'SHA1' },
    })
  })

  test('names with whatever breaks a URL, a page or a log line', async () => {
    const stage = await openStage(stack)
    const names = [
      'a:b:c',
      'x&secret=AAAAAAAA&issuer=Evil',
      'x?secret=AAAAAAAA#',
      'x%26secret%3DAAAAAAAA',
      'line\r\nend\u2028\u2029',
      `"><script>alert(1)</script>`,
      `'; DROP TABLE latchkey_records; --`,
      '\ud800 half',
      '\u0000\u0007',
      '🦊'.repeat(500),
      'm'.repeat(1_000_000),
    ]
    for (const [index, name] of names.entries()) {
      const person = stage.newPerson(`p${index}`)
      await person.login(person.browser)
      stage.accounts.set(person.id, { id: person.id, name, stamp: 'v1' })
      const answer = expectPassed(await person.browser.get(activate)) as Record<string, string>
      const url = new URL(answer['totp_url'] as string)
      const names = [...url.searchParams.keys()]
      expect(new Set(names).size).toBe(names.length)
      expect(url.searchParams.get('secret')).toBe(answer['secret'])
      expect(url.searchParams.get('issuer')).toBe('Latchkey')
      expect(decodeURIComponent(url.pathname)).toMatch(/^\/*Latchkey:[^:\r\n\u2028]+$/)
      expect((answer['totp_url'] as string).length).toBeLessThan(2000)
      expect(Buffer.from(answer['qr_code_data_uri'] as string).toString()).toMatch(/^data:image\/svg\+xml[;,]/)
      expect(decodeURIComponent(answer['qr_code_data_uri'] as string)).not.toMatch(/script|secret/)
      const image = await person.browser.post('/auth/mfa/totp/qr', { activation_token: answer['activation_token'] })
      expect(image).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } })
    }
  })

  test("an authenticator's name with line ends, quotes, markup, a megabyte", async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const path = `/auth/mfa/authenticators/${alice.authenticatorId}`
    const bad = refusedRequest(400, 'invalid_request')
    for (const name of [
      '',
      '   ',
      'a\r\nb',
      'a\u0000',
      '\u2028',
      '\u202eevil',
      'x'.repeat(65),
      7,
      null,
      {},
      ['x'],
      '\ud800',
    ]) {
      await expectRefused(stage, bad, () => alice.browser.send('PATCH', path, { json: { name } }))
      const begun = await alice.begin()
      await expectRefused(stage, bad, () => confirm(alice, begun, begun.app.code(stage.clock.now()), { name }))
    }
    const megabyte = { json: { name: 'x'.repeat(1_000_000) } }
    await expectRefused(stage, refusedRequest(413, 'body_too_large'), () => alice.browser.send('PATCH', path, megabyte))
    for (const name of [
      `"><img src=x onerror=alert(1)>`,
      `O'Neil "the" phone`,
      '__proto__',
      '$(id)',
      '🦊'.repeat(64),
    ]) {
      expect(await alice.browser.send('PATCH', path, { json: { name } })).toMatchObject({ status: 200 })
      const { authenticators } = (await alice.browser.get('/auth/mfa/authenticators')).json() as {
        authenticators: { name: string }[]
      }
      expect(authenticators.map((one) => one.name)).toEqual([name])
    }
  })
})

test('an issuer that would break the URL is refused, any other is encoded', async () => {
  const make = (issuer: string) =>
    createMfa({ secret: appSecret, issuer, storage: memoryStorage(), findUser: () => null })
  for (const issuer of ['a:b', 'a\nb', 'a\rb', '', ' ', '\u2028', '\ud800', 'x'.repeat(1_000_000), 7 as never]) {
    expect(() => make(issuer)).toThrow(/options\.issuer/)
  }
  for (const issuer of ['x&secret=AAAAAAAA', `"'<script>`, 'x?y#z', 'a/b', 'a%3Ab', '🦊'.repeat(64)]) {
    const { totpUrl, secret } = await make(issuer).begin('totp', { id: '1', name: '🦊'.repeat(100) })
    const { searchParams } = new URL(totpUrl)
    expect(searchParams.getAll('secret')).toEqual([secret])
    expect(searchParams.getAll('issuer')).toEqual([issuer])
  }
  const stage = await openStage(anyStack, { mfa: { issuer: `x&secret=AAAAAAAA"<` } })
  const alice = await stage.alice.enroll()
  expectPassed(await alice.login(undefined, { code: alice.app.code(stage.clock.now()) }))
})
