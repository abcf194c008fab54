/** The threat: a session that was there before, that never saw a second factor, whose proof is old, or of somebody else. */
import type { User } from '@latchkey/core'
import type { HttpAnswer, HttpClient } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { signInDoors } from './doors.ts'
import { expectPassed } from './person.ts'
import { expectRefused, notFound, notSignedIn, refusedRequest, stepUpRequired } from './refusal.ts'
import { adapterStacks, describeOn } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

/** What takes a fresh proof. */
const freshActs: Readonly<Record<string, (client: HttpClient, authenticatorId: string) => Promise<HttpAnswer>>> = {
  'list recovery codes': (client) => client.get('/auth/mfa/recovery-codes'),
  'regenerate them': (client) => client.post('/auth/mfa/recovery-codes/regenerate', {}),
  'remove an authenticator': (client, id) => client.send('DELETE', `/auth/mfa/authenticators/${id}`),
  'add one': (client) => client.get('/auth/mfa/totp/activate'),
}

interface Seen {
  readonly id: string
  readonly data: Record<string, unknown>
}

async function sessionOf(client: HttpClient): Promise<Seen> {
  return (await client.get('/session')).json() as Seen
}

/** Plants a session, signs in with it, and asserts that neither its id nor its data is left. */
async function expectFreshSession(stage: Stage, signIn: (client: HttpClient) => Promise<HttpAnswer>): Promise<void> {
  const client = stage.browser()
  await client.get('/visit')
  const before = await sessionOf(client)
  expect(before.data).toMatchObject({ visits: 1 })
  const planted = stage.browser()
  for (const [name, value] of client.cookies) planted.cookies.set(name, value)
  expectPassed(await signIn(client))
  const after = await sessionOf(client)
  expect(after.id).not.toBe(before.id)
  expect(after.data['visits']).toBeUndefined()
  expect(stage.sessions.ids).not.toContain(before.id)
  await expectRefused(stage, notSignedIn, () => planted.get('/auth/mfa/status'))
}

describeOn(adapterStacks, (stack) => {
  test('the session id set before a login with a password alone', async () => {
    const stage = await openStage(stack)
    await expectFreshSession(stage, (client) => stage.alice.login(client))
  })

  test('the session id set before a verify and before a login in one call', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    await expectFreshSession(stage, (client) => alice.signIn(client))
    await expectFreshSession(stage, (client) => alice.login(client, { code: alice.newCode() }))
  })

  test('the session of one user after another signed in over it', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    await stage.mallory.login(alice.browser)
    const { data } = await sessionOf(alice.browser)
    expect(data).toMatchObject({ latchkey: { userId: 'mallory', proof: expect.any(String) } })
    const { proof } = data['latchkey'] as { proof: string }
    const user = stage.accounts.get('mallory') as User
    expect(stage.mfa.openProof({ user, proof })).toMatchObject({ userId: 'mallory', provedAt: null })
    expect(await alice.browser.get('/guarded/default')).toMatchObject({ status: 401 })
  })

  test.each(Object.keys(freshActs))('a session that saw a password alone cannot %s', async (name) => {
    const stage = await openStage(stack)
    const early = stage.browser()
    await stage.alice.login(early)
    const alice = await stage.alice.enroll()
    const act = freshActs[name] as (typeof freshActs)[string]
    const answer = await expectRefused(stage, stepUpRequired, () => act(early, alice.authenticatorId))
    expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age=300')
    expect(await act(alice.browser, alice.authenticatorId)).toMatchObject({ status: expect.toSatisfy(isSuccess) })
  })

  test.each(Object.keys(freshActs))('a proof older than the limit cannot %s', async (name) => {
    const stage = await openStage(stack, { mfa: { stepUpSeconds: 120 } })
    const alice = await stage.alice.enroll()
    const act = freshActs[name] as (typeof freshActs)[string]
    stage.clock.advance(90.001)
    await expectRefused(stage, stepUpRequired, () => act(alice.browser, alice.authenticatorId))
    stage.clock.advance(-0.001)
    expect(await act(alice.browser, alice.authenticatorId)).toMatchObject({ status: expect.toSatisfy(isSuccess) })
  })

  test("the app's own guarded pages: a password alone, an old proof, another factor", async () => {
    const stage = await openStage(stack)
    const { clock } = stage
    const early = stage.browser()
    await stage.alice.login(early)
    const alice = await stage.alice.enroll()
    const pages = ['/guarded/default', '/guarded/minute', '/guarded/recovery-code']
    const seen = async (client: HttpClient) => {
      const answers = await Promise.all(pages.map((page) => client.get(page)))
      return answers.map(({ status }) => status)
    }
    expect(await seen(stage.browser())).toEqual([401, 401, 401])
    expect(await seen(early)).toEqual([401, 401, 401])
    expect(await seen(alice.browser)).toEqual([200, 200, 401])
    clock.advance(31)
    expect(await seen(alice.browser)).toEqual([200, 401, 401])
    clock.advance(240)
    expect(await seen(alice.browser)).toEqual([401, 401, 401])
    expectPassed(await alice.browser.post('/auth/mfa/step-up', { code: alice.codes[0] }))
    expect(await seen(alice.browser)).toEqual([200, 200, 200])
    expect(await (await alice.browser.get('/guarded/default')).json()).toMatchObject({
      user: { id: 'alice' },
      proof: { provedAt: clock.now(), factor: 'recovery_code', amr: ['pwd', 'recovery', 'mfa'] },
    })
  })

  test('a clock that was set back makes no proof fresh for longer', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    stage.clock.advance(-120)
    for (const act of Object.values(freshActs)) {
      await expectRefused(stage, stepUpRequired, () => act(alice.browser, alice.authenticatorId))
    }
    expect(await alice.browser.get('/guarded/default')).toMatchObject({ status: 401 })
  })

  test("another user's authenticator id: 404, like an unknown one", async () => {
    const stage = await openStage(stack)
    const [alice, mallory] = [await stage.alice.enroll(), await stage.mallory.enroll()]
    const recoveryCodes = (await stage.records())['mallory']?.authenticators.at(-1)?.id as string
    const ids = [
      alice.authenticatorId,
      'unknown',
      recoveryCodes,
      '..',
      '%00',
      '__proto__',
      `${mallory.authenticatorId}%20`,
    ]
    const bodies = new Set<string>()
    for (const id of ids) {
      const path = `/auth/mfa/authenticators/${id}`
      const answers = [
        await expectRefused(stage, notFound, () => mallory.browser.send('PATCH', path, { json: { name: 'mine' } })),
        await expectRefused(stage, notFound, () => mallory.browser.send('DELETE', path)),
      ]
      for (const { text } of answers) bodies.add(text)
    }
    expect(bodies.size).toBe(1)
  })

  test('a session whose user is gone, or has another password since', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const pages = ['/auth/mfa/status', '/auth/mfa/recovery-codes', '/auth/mfa/totp/activate']
    for (const user of [null, { id: 'alice', name: 'alice', stamp: 'v2' }, { id: 'alice', name: 'alice' }]) {
      if (user === null) stage.accounts.delete('alice')
      else stage.accounts.set('alice', user)
      for (const page of pages) await expectRefused(stage, notSignedIn, () => alice.browser.get(page))
      expect(await alice.browser.get('/guarded/default')).toMatchObject({ status: 401 })
    }
  })

  test.each(signInDoors)('a session store that fails at $name signs nobody in', async (door) => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const client = stage.browser()
    const token = await alice.challenge()
    const code = alice.app.code(stage.clock.now())
    const sessions = stage.sessions.ids
    stage.sessions.failures = 1
    const answer = await (door.name === 'verify' ? alice.verify(token, code, client) : alice.login(client, { code }))
    expect(answer.status).toBe(500)
    stage.sessions.failures = 0
    await expectRefused(stage, notSignedIn, () => client.get('/auth/mfa/status'))
    expect(stage.sessions.ids.filter((id) => JSON.stringify(stage.sessions.read(id)).includes('latchkey'))).toEqual(
      sessions,
    )
  })

  test('without a second factor there is nothing to prove with, however fresh the session', async () => {
    const stage = await openStage(stack)
    const { alice } = stage
    await alice.login(alice.browser)
    const notEnabled = refusedRequest(409, 'not_enabled')
    const { browser } = alice
    await expectRefused(stage, notEnabled, () => browser.post('/auth/mfa/step-up', { code: '123456' }))
    await expectRefused(stage, notEnabled, () => browser.post('/auth/mfa/totp/deactivate', { code: '123456' }))
    await expectRefused(stage, notEnabled, () => browser.post('/auth/mfa/recovery-codes/regenerate', {}))
    await expectRefused(stage, notEnabled, () => browser.send('DELETE', '/auth/mfa/authenticators/x'))
    expect(await browser.get('/guarded/default')).toMatchObject({ status: 401 })
  })
})

function isSuccess(status: number): boolean {
  return status === 200 || status === 204
}
