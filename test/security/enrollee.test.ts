/** The threat: a demanded second factor that is gone round, an enrollment taken over by its token, and codes of an account nobody confirmed. */
import type { MfaOptions } from '@latchkey/core'
import { type HttpAnswer, type HttpClient, virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { expectPassed } from './person.ts'
import { badToken, expectRefused, expectUnchanged, notACode, notSignedIn, type Refusal, wrongCode } from './refusal.ts'
import { adapterStacks, describeOn, type Stack, storageStacks } from './stacks.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

const activate = '/auth/mfa/totp/activate'
const demanding: Partial<MfaOptions> = { enrollment: ({ id }) => (id === 'alice' ? 'required' : 'optional') }

/** Nobody is signed in, since the token that was sent is no good. */
function strangerBy(reason: Refusal['reason']): Refusal {
  return { ...notSignedIn, reason }
}

interface Demanded {
  readonly stage: Stage
  /** The token of alice's login. */
  readonly token: string
}

async function openDemanded(stack: Stack, options: StageOptions = {}): Promise<Demanded> {
  const stage = await openStage(stack, { ...options, mfa: demanding })
  const login = expectPassed(await stage.alice.login())
  expect(login['mfa_enrollment_required']).toBe(true)
  return { stage, token: String(login['ephemeral_token']) }
}

function as(token: string) {
  return { headers: { Authorization: `Bearer ${token}` } }
}

interface Begun {
  readonly activationToken: string
  readonly code: (nowMs: number) => string
}

function begunBy(answer: HttpAnswer): Begun {
  const { activation_token: activationToken, totp_url: url } = expectPassed(answer)
  const app = virtualAuthenticator(String(url))
  return { activationToken: String(activationToken), code: (nowMs) => app.code(nowMs) }
}

async function begin(client: HttpClient, token: string): Promise<Begun> {
  return begunBy(await client.get(activate, as(token)))
}

function confirm(client: HttpClient, stage: Stage, begun: Begun): Promise<HttpAnswer> {
  return client.post(activate, { activation_token: begun.activationToken, code: begun.code(stage.clock.now()) })
}

describeOn(storageStacks, (stack) => {
  test('confirmed eight times at once, in two processes: one authenticator, one sign-in', async () => {
    const { stage, token } = await openDemanded(stack)
    const twin = await stage.twin(demanding)
    const begun = await begin(stage.browser(), token)
    const clients = Array.from({ length: 8 }, (_, at) => (at % 2 === 0 ? stage.browser() : twin))
    const answers = await Promise.all(clients.map((client) => confirm(client, stage, begun)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect((await stage.records())['alice']?.authenticators.map(({ type }) => type)).toEqual(['totp', 'recovery_code'])
    expect(stage.sessions.ids).toHaveLength(1)
  })

  test('two enrollments of one login: the first that is confirmed ends the other, and the token', async () => {
    const { stage, token } = await openDemanded(stack)
    const client = stage.browser()
    const [one, other] = [await begin(client, token), await begin(client, token)]
    expectPassed(await confirm(stage.browser(), stage, one))
    await expectRefused(stage, badToken('old_epoch'), () => confirm(stage.browser(), stage, other))
    await expectRefused(stage, badToken('old_epoch'), () => stage.browser().get(activate, as(token)))
  })

  test('guesses at the confirmation go on counting under new tokens of new logins', async () => {
    const { stage, token } = await openDemanded(stack)
    const client = stage.browser()
    for (let guess = 0; guess < 5; guess += 1) {
      const begun = await begin(client, token)
      const wrong = { ...begun, code: (nowMs: number) => virtualWrong(begun.code(nowMs)) }
      await expectRefused(stage, wrongCode('wrong', ['alice totp:confirm']), () => confirm(client, stage, wrong))
    }
    const login = expectPassed(await stage.alice.login())
    const begun = await begin(client, String(login['ephemeral_token']))
    expect((await confirm(client, stage, begun)).status).toBe(429)
    stage.clock.advance(30)
    expectPassed(await confirm(client, stage, begun))
  })

  test('a new account: its codes are worth nothing before the confirmation, and all of them after it', async () => {
    const stage = await openStage(stack, { registers: true })
    const credentials = { username: 'bob', password: 'builder' }
    const answer = await stage.browser().post('/auth/register', credentials)
    const [code = '', ...codes] = expectPassed(answer)['recovery_codes'] as string[]
    expect(await stage.records()).toEqual({})
    expectPassed(await stage.browser().post('/auth/login', { ...credentials, code }))
    expect(stage.events.at(-1)).toMatchObject({ type: 'verify', factor: null })
    expectPassed(await confirm(stage.browser(), stage, begunBy(answer)))
    for (const each of [code, ...codes]) {
      expectPassed(await stage.browser().post('/auth/login', { ...credentials, code: each }))
    }
    await expectRefused(stage, notACode, () => stage.browser().post('/auth/login', { ...credentials, code }))
  })

  test('an enrollment of a registration dies with another one, and with a reset', async () => {
    const stage = await openStage(stack, { registers: true })
    const credentials = { username: 'bob', password: 'builder' }
    const first = begunBy(await stage.browser().post('/auth/register', credentials))
    await stage.mfa.reset('bob')
    await expectRefused(stage, badToken('old_epoch'), () => confirm(stage.browser(), stage, first))
    const client = stage.browser()
    expectPassed(await client.post('/auth/login', credentials))
    expectPassed(await confirm(client, stage, begunBy(await client.get(activate))))
    await expectRefused(stage, badToken('old_epoch'), () => confirm(stage.browser(), stage, first))
  })
})

function virtualWrong(code: string): string {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)
}

describeOn(adapterStacks, (stack) => {
  test('the password alone opens nothing: no session, no cookie, no page', async () => {
    const { stage, token } = await openDemanded(stack)
    const client = stage.browser()
    const login = await stage.alice.login(client)
    expect(login.headers['set-cookie']).toBeUndefined()
    expect(stage.sessions.ids).toEqual([])
    const ways = [{}, as(token), { headers: { Cookie: `connect.sid=${token}; koa.sess=${token}` } }]
    const pages = ['status', 'recovery-codes', 'authenticators'].map((page) => `/auth/mfa/${page}`)
    for (const way of ways) {
      for (const page of pages) {
        await expectRefused(stage, notSignedIn, () => client.get(`${page}?ephemeral_token=${token}`, way))
      }
      expect((await client.get('/guarded/default', way)).status).toBe(401)
      await expectRefused(stage, notSignedIn, () => client.post('/auth/mfa/step-up', { code: '123456' }, way))
    }
    await expectRefused(stage, notSignedIn, () => client.get(`${activate}?ephemeral_token=${token}`))
    await expectRefused(stage, badToken('wrong_purpose'), () => stage.alice.verify(token, '123456'))
  })

  test('begun and never confirmed: nothing has changed, and the next login may begin again', async () => {
    const { stage, token } = await openDemanded(stack)
    await expectUnchanged(stage, async () => {
      for (let time = 0; time < 3; time += 1) await begin(stage.browser(), token)
    })
    expect(await stage.records()).toEqual({})
    expect(expectPassed(await stage.alice.login())['mfa_enrollment_required']).toBe(true)
  })

  test('a challenge opens no enrollment, and neither does a made-up or an old token', async () => {
    const { stage, token } = await openDemanded(stack)
    const { mallory, clock } = stage
    await mallory.enroll()
    const client = stage.browser()
    const challenge = await mallory.challenge()
    for (const other of [challenge, `${token}x`.slice(1), 'a.b.c']) {
      await expectRefused(stage, notSignedIn, () => client.get(activate, as(other)))
    }
    const [head = '', payload = '', mac = ''] = token.split('.')
    const flipped = [head, payload, (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1)].join('.')
    await expectRefused(stage, strangerBy('forged_token'), () => client.get(activate, as(flipped)))
    clock.advance(300)
    await expectRefused(stage, strangerBy('expired_token'), () => client.get(activate, as(token)))
  })

  test('the token dies with the account, the password and a revocation', async () => {
    const { stage, token } = await openDemanded(stack)
    const { accounts, mfa } = stage
    const client = stage.browser()
    const begun = await begin(client, token)
    const places = [() => client.get(activate, as(token)), () => confirm(client, stage, begun)]
    const account = accounts.get('alice')
    accounts.delete('alice')
    for (const place of places) await expectRefused(stage, strangerBy('user_gone'), place)
    accounts.set('alice', { id: 'alice', name: 'alice', stamp: 'v2' })
    for (const place of places) await expectRefused(stage, strangerBy('old_stamp'), place)
    if (account !== undefined) accounts.set('alice', account)
    await mfa.revokeTokens('alice')
    for (const place of places) await expectRefused(stage, badToken('old_epoch'), place)
  })

  test("in somebody else's browser it is still alice who enrolls and is signed in, in a session of her own", async () => {
    const { stage, token } = await openDemanded(stack)
    const mallory = await stage.mallory.enroll()
    const before = [...stage.sessions.ids]
    const records = await stage.records()
    const begun = await begin(mallory.browser, token)
    const done = expectPassed(await confirm(mallory.browser, stage, begun))
    expect(done).toMatchObject({ user: { id: 'alice' }, recovery_codes: expect.any(Array) })
    const [now, ...more] = stage.sessions.ids
    expect(more).toEqual([])
    expect(before).not.toContain(now)
    expect((await stage.records())['mallory']).toEqual(records['mallory'])
    expect(expectPassed(await mallory.browser.get('/auth/mfa/authenticators'))['authenticators']).toHaveLength(1)
  })

  test('an enrollment that was begun in a session is confirmed in it alone', async () => {
    const stage = await openStage(stack)
    const { alice, mallory } = stage
    await alice.login(alice.browser)
    await mallory.login(mallory.browser)
    const { activationToken, app } = await alice.begin()
    const begun = { activationToken, code: (nowMs: number) => app.code(nowMs) }
    await expectRefused(stage, notSignedIn, () => confirm(stage.browser(), stage, begun))
    await expectRefused(stage, badToken('wrong_user'), () => confirm(mallory.browser, stage, begun))
    expectPassed(await confirm(alice.browser, stage, begun))
  })

  test('nobody registers over an account that is there', async () => {
    const stage = await openStage(stack, { registers: true })
    const alice = await stage.alice.enroll()
    const taken = { username: 'alice', password: 'mine now', method: 'totp', id: 'alice', user: { id: 'alice' } }
    const refused: Refusal = { status: 400, code: 'invalid_request', reason: 'invalid_request' }
    await expectRefused(stage, refused, () => stage.browser().post('/auth/register', taken))
    await expectRefused(stage, refused, () => stage.browser().post('/auth/register', { ...taken, password: 7 }))
    await expectRefused(stage, refused, () =>
      stage.browser().post('/auth/register', { username: 'bob', password: 'b', method: '__proto__' }),
    )
    expect(stage.accounts.has('bob')).toBe(false)
    expectPassed(await alice.signIn())
  })

  test('a page of another origin neither registers nor confirms', async () => {
    const stage = await openStage(stack, { registers: true, mfa: demanding })
    const headers = { Origin: 'https://evil.example' }
    const credentials = { username: 'bob', password: 'builder' }
    const client = stage.browser()
    expect((await client.post('/auth/register', credentials, { headers })).status).toBe(403)
    expect(stage.accounts.has('bob')).toBe(false)
    const begun = begunBy(await client.post('/auth/register', credentials))
    const body = { activation_token: begun.activationToken, code: begun.code(stage.clock.now()) }
    expect((await client.post(activate, body, { headers })).status).toBe(403)
    expectPassed(await client.post(activate, body))
  })
})
