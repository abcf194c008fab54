/** The threat: a token of the wrong kind, of somebody else, made up, altered, or whose time is over. */
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { forgedActivation, forgedEphemeral, remadeEphemeral } from './forge.ts'
import { type Begun, expectPassed } from './person.ts'
import { badToken, expectRefused, expectUnchanged, notSignedIn, wrongCode } from './refusal.ts'
import { anyStack, describeOn, storageStacks } from './stacks.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

interface InFlight {
  readonly stage: Stage
  readonly ephemeral: string
  readonly begun: Begun
  /** A code of the enrolled app that nobody has used. */
  readonly code: string
  readonly verify: (token: string) => Promise<HttpAnswer>
  readonly confirm: (token: string) => Promise<HttpAnswer>
  readonly qr: (token: string) => Promise<HttpAnswer>
}

/** Alice is enrolled and signed in with a fresh proof; a challenge and a further enrollment of hers are in flight. */
async function openInFlight(stack: Parameters<typeof openStage>[0], options?: StageOptions): Promise<InFlight> {
  const stage = await openStage(stack, options)
  const alice = await stage.alice.enroll()
  const begun = await alice.begin()
  const { browser } = alice
  const code = alice.app.code(stage.clock.now())
  const confirm = (token: string) =>
    browser.post('/auth/mfa/totp/activate', { activation_token: token, code: begun.app.code(stage.clock.now()) })
  const qr = (token: string) => browser.post('/auth/mfa/totp/qr', { activation_token: token })
  const verify = (token: string) => alice.verify(token, code)
  return { stage, ephemeral: await alice.challenge(), begun, code, verify, confirm, qr }
}

describeOn(storageStacks, (stack) => {
  test('every kind of token at every place that takes one: only the diagonal passes', async () => {
    const { stage, ephemeral, begun, verify, confirm, qr } = await openInFlight(stack)
    const [session = ''] = [...stage.alice.browser.cookies.values()]
    const others = { session, code: stage.alice.codes[0] as string, empty: '', path: '../token' }
    await expectRefused(stage, badToken('wrong_purpose'), () => verify(begun.activationToken))
    for (const place of [confirm, qr]) {
      await expectRefused(stage, badToken('wrong_purpose'), () => place(ephemeral))
      for (const token of Object.values(others)) {
        await expectRefused(stage, badToken('malformed_token'), () => place(token))
      }
    }
    for (const token of Object.values(others)) {
      await expectRefused(stage, badToken('malformed_token'), () => verify(token))
    }
    expect(await qr(begun.activationToken)).toMatchObject({ status: 200 })
    expectPassed(await verify(ephemeral))
    expectPassed(await confirm(begun.activationToken))
  })

  test('forged ephemeral tokens', async () => {
    const { stage, ephemeral, verify } = await openInFlight(stack)
    const forgeries = Object.entries(await forgedEphemeral(ephemeral))
    expect(forgeries.length).toBeGreaterThan(40)
    for (const [name, token] of forgeries) {
      const answer = await expectUnchanged(stage, () => verify(token))
      expect({ name, answer: answer.json() }).toMatchObject({ name, answer: { status: 400, code: 'invalid_token' } })
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
    expectPassed(await verify(await remadeEphemeral(ephemeral)))
  })

  test('forged activation tokens', async () => {
    const { stage, begun, confirm, qr } = await openInFlight(stack)
    const forgeries = Object.entries(await forgedActivation(begun.activationToken))
    expect(forgeries.length).toBeGreaterThan(35)
    for (const [name, token] of forgeries) {
      for (const place of [confirm, qr]) {
        const answer = await expectUnchanged(stage, () => place(token))
        expect({ name, answer: answer.json() }).toMatchObject({ name, answer: { status: 400, code: 'invalid_token' } })
      }
    }
    expectPassed(await confirm(begun.activationToken))
  })

  test('tokens after their time', async () => {
    const { stage, ephemeral, begun, verify, confirm, qr } = await openInFlight(stack)
    const late = stage.alice.app.code(stage.clock.advance(299))
    stage.clock.advance(1)
    await expectRefused(stage, badToken('expired_token'), () => verify(ephemeral))
    stage.clock.advance(300)
    for (const place of [confirm, qr]) {
      await expectRefused(stage, badToken('expired_token'), () => place(begun.activationToken))
    }
    stage.clock.advance(-301)
    expectPassed(await stage.alice.verify(ephemeral, late))
  })

  const endings: Readonly<Record<string, (inFlight: InFlight) => Promise<unknown>>> = {
    'a deactivation': async ({ stage: { alice, clock } }) =>
      expectPassed(await alice.browser.post('/auth/mfa/totp/deactivate', { code: alice.newCode(), at: clock.now() })),
    revokeTokens: async ({ stage }) => stage.mfa.revokeTokens('alice'),
    reset: async ({ stage }) => stage.mfa.reset('alice'),
    'a further authenticator': async ({ stage: { alice, clock } }) => {
      const { activationToken, app } = await alice.begin()
      const body = { activation_token: activationToken, code: app.code(clock.now()) }
      expectPassed(await alice.browser.post('/auth/mfa/totp/activate', body))
    },
    'a removal': async ({ stage: { alice } }) =>
      expect(await alice.browser.send('DELETE', `/auth/mfa/authenticators/${alice.authenticatorId}`)).toMatchObject({
        status: 204,
      }),
    'an import': async ({ stage }) => stage.mfa.import('alice', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }),
  }

  test.each(Object.keys(endings))('tokens after %s', async (ending) => {
    const inFlight = await openInFlight(stack)
    const { stage, ephemeral, begun, verify, confirm, qr } = inFlight
    await endings[ending]?.(inFlight)
    await expectRefused(stage, badToken('old_epoch'), () => verify(ephemeral))
    for (const place of [confirm, qr]) {
      await expectRefused(stage, badToken('old_epoch'), () => place(begun.activationToken))
    }
  })

  test('a token after its success', async () => {
    const { stage, ephemeral, begun, verify, confirm, qr } = await openInFlight(stack)
    expectPassed(await verify(ephemeral))
    const { alice, clock } = stage
    await expectRefused(stage, badToken('spent_token'), () => alice.verify(ephemeral, alice.newCode()))
    await expectRefused(stage, badToken('spent_token'), () => alice.verify(ephemeral, alice.codes[0]))
    expectPassed(await confirm(begun.activationToken))
    clock.advance(30)
    for (const place of [confirm, qr]) {
      await expectRefused(stage, badToken('old_epoch'), () => place(begun.activationToken))
    }
  })

  test('a token whose user is gone, or has another password since', async () => {
    const { stage, ephemeral, begun, verify, confirm, qr } = await openInFlight(stack)
    const { accounts, alice } = stage
    accounts.delete('alice')
    await expectRefused(stage, badToken('user_gone'), () => verify(ephemeral))
    for (const place of [confirm, qr]) await expectRefused(stage, notSignedIn, () => place(begun.activationToken))
    for (const stamp of ['v2', undefined, 'v1 ']) {
      accounts.set('alice', { id: 'alice', name: 'alice', stamp })
      await expectRefused(stage, badToken('old_stamp'), () => verify(ephemeral))
      for (const place of [confirm, qr]) await expectRefused(stage, notSignedIn, () => place(begun.activationToken))
    }
    accounts.set('alice', { id: 'mallory', name: 'mallory', stamp: 'v1' })
    await expectRefused(stage, badToken('old_stamp'), () => verify(ephemeral))
    accounts.set('alice', { id: 'alice', name: 'alice', stamp: 'v2' })
    expectPassed(await alice.login(alice.browser, { code: alice.codes[0] }))
    for (const place of [confirm, qr]) {
      await expectRefused(stage, badToken('old_stamp'), () => place(begun.activationToken))
    }
    accounts.set('alice', { id: 'alice', name: 'alice', stamp: 'v1' })
    expectPassed(await verify(ephemeral))
  })

  test("alice's token with mallory's session and code, and the reverse", async () => {
    const { stage, ephemeral, begun, code } = await openInFlight(stack)
    const { alice, clock } = stage
    const mallory = await stage.mallory.enroll()
    const before = await sessionOf(mallory.browser)
    const [hers, his] = [await alice.challenge(), await mallory.challenge()]
    const own = mallory.app.code(clock.now())
    await expectRefused(stage, wrongCode('wrong'), () => mallory.verify(hers, own, mallory.browser))
    await expectRefused(stage, wrongCode('wrong', ['mallory totp']), () => alice.verify(his, code, alice.browser))
    for (const path of ['activate', 'qr']) {
      const body = { activation_token: begun.activationToken, code: begun.app.code(clock.now()) }
      await expectRefused(stage, badToken('wrong_user'), () => mallory.browser.post(`/auth/mfa/totp/${path}`, body))
    }
    expect(await sessionOf(mallory.browser)).toEqual(before)
    clock.advance(-30)
    expectPassed(await mallory.verify(ephemeral, code, mallory.browser))
    const after = await sessionOf(mallory.browser)
    expect(after).toMatchObject({ data: { latchkey: { userId: 'alice' } } })
    expect(after.id).not.toBe(before.id)
    expect(stage.sessions.ids).not.toContain(before.id)
  })

  test('a second user id in body, query or header is nobody', async () => {
    const { stage, ephemeral } = await openInFlight(stack)
    const mallory = await stage.mallory.enroll()
    const other = { user_id: 'alice', userId: 'alice', id: 'alice', sub: 'alice', user: { id: 'alice' } }
    const query = '?user_id=alice&userId=alice&sub=alice&id=alice&ephemeral_token='
    const headers = { 'X-User-Id': 'alice', 'X-Remote-User': 'alice', Authorization: `Bearer ${ephemeral}` }
    const records = await stage.records()
    const body = { ephemeral_token: await mallory.challenge(), code: mallory.newCode(), username: 'alice', ...other }
    const answer = await mallory.browser.post(`/auth/mfa/verify${query}${ephemeral}`, body, { headers })
    expect(expectPassed(answer)).toEqual({ user: { id: 'mallory', name: 'mallory' } })
    const stepUp = { code: mallory.newCode(), ...other }
    expectPassed(await mallory.browser.post(`/auth/mfa/step-up${query}`, stepUp, { headers }))
    const renamed = { name: 'mine', ...other }
    const path = `/auth/mfa/authenticators/${mallory.authenticatorId}${query}`
    expectPassed(await mallory.browser.send('PATCH', path, { json: renamed, headers }))
    const regenerated = await mallory.browser.post(`/auth/mfa/recovery-codes/regenerate${query}`, other, { headers })
    expectPassed(regenerated)
    expectPassed(
      await mallory.browser.post(
        `/auth/mfa/totp/deactivate${query}`,
        { code: mallory.newCode(), ...other },
        { headers },
      ),
    )
    expect((await stage.records())['alice']).toEqual(records['alice'])
  })

  test('cookies and headers of step one on a protected page', async () => {
    const { stage } = await openInFlight(stack)
    const client = stage.browser()
    await client.get('/visit')
    const sessions = stage.sessions.ids
    const answer = await stage.alice.login(client)
    expect(answer.headers['set-cookie']).toBeUndefined()
    expect(stage.sessions.ids).toEqual(sessions)
    const { ephemeral_token: token } = answer.json() as { ephemeral_token: string }
    const ways = [
      {},
      { Authorization: `Bearer ${token}` },
      { Authorization: `Basic ${Buffer.from(`alice:${token}`).toString('base64')}` },
      { Cookie: `connect.sid=${token}; koa.sess=${token}; ephemeral_token=${token}; session=${token}` },
      { 'X-Ephemeral-Token': token, 'X-Auth-Token': token },
    ]
    const pages = [
      '/auth/mfa/status',
      '/auth/mfa/totp/activate',
      '/auth/mfa/recovery-codes',
      '/auth/mfa/authenticators',
    ]
    for (const headers of ways) {
      for (const page of pages) {
        const path = `${page}?ephemeral_token=${token}&access_token=${token}`
        await expectRefused(stage, notSignedIn, () => client.get(path, { headers }))
      }
      expect(await client.get('/guarded/default', { headers })).toMatchObject({ status: 401 })
      expect((await client.get('/session', { headers })).text).not.toContain('latchkey')
    }
  })
})

async function sessionOf(client: { get(path: string): Promise<HttpAnswer> }) {
  return (await client.get('/session')).json() as { id: string; data: Record<string, unknown> }
}

test('a bit flipped anywhere in a token', async () => {
  const { stage, ephemeral, begun, verify, confirm } = await openInFlight(anyStack)
  const places = [
    [ephemeral, (token: string) => stage.mfa.verify(token, { code: '000000' })],
    [
      begun.activationToken,
      (activationToken: string) =>
        stage.mfa.confirm('totp', { id: 'alice', name: 'alice', stamp: 'v1' }, { activationToken, code: '000000' }),
    ],
  ] as const
  for (const [token, send] of places) {
    const flipped = await expectUnchanged(stage, () => Promise.all(flips(token).map((one) => codeOf(send(one)))))
    expect(flipped.length).toBeGreaterThan(6 * 200)
    expect(new Set(flipped)).toEqual(new Set(['invalid_token']))
  }
  expectPassed(await verify(ephemeral))
  expectPassed(await confirm(begun.activationToken))
})

/** The token with each bit of each letter flipped. */
function flips(token: string): readonly string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return [...token].flatMap((letter, index) => {
    const value = alphabet.indexOf(letter)
    const others = value === -1 ? ['A', ''] : [1, 2, 4, 8, 16, 32].map((bit) => alphabet.charAt(value ^ bit))
    return others.map((other) => token.slice(0, index) + other + token.slice(index + 1))
  })
}

async function codeOf(refused: Promise<unknown>): Promise<unknown> {
  try {
    return await refused
  } catch (error) {
    return (error as { code?: unknown }).code
  }
}
