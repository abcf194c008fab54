import { describe, expect, test } from 'vitest'
import type { Framework, SessionMode } from '../framework.ts'
import type { Client } from '../http-client.ts'
import { type Enrolled, expectJson, expectProblem, openSetting, type Setting } from '../setting.ts'

type SignIn = (setting: Setting, client: Client, enrolled: Enrolled) => Promise<unknown>

const ways: readonly (readonly [name: string, signIn: SignIn])[] = [
  ['verify', verify],
  ['a login in one call', oneCall],
]

async function verify({ login, clock }: Setting, client: Client, { phone }: Enrolled): Promise<void> {
  const { ephemeral_token } = (await login(client)).json() as { ephemeral_token: string }
  expectJson(await client.post('/auth/mfa/verify', { ephemeral_token, code: phone.nextCode(clock.now()) }))
}

async function oneCall({ login, clock }: Setting, client: Client, { phone }: Enrolled): Promise<void> {
  expectJson(await login(client, { code: phone.nextCode(clock.now()) }))
}

async function sessionOf(client: Client): Promise<{ id?: string; data: Record<string, unknown> }> {
  return (await client.get('/session')).json() as { id?: string; data: Record<string, unknown> }
}

/** Session fixation, and what a session remembers. */
export function sessionCases(framework: Framework): void {
  describe.each(framework.sessions)('sessions in a %s', (sessions) => {
    test('a password alone, where that is all, begins a new session', async () => {
      const setting = await openSetting(framework, { sessions })
      await expectFreshSession(setting, () => setting.login(setting.client))
    })

    test.each(ways)('%s begins a new session', async (_name, signIn) => {
      const setting = await openSetting(framework, { sessions })
      const enrolled = await setting.enrol(setting.newClient())
      await expectFreshSession(setting, () => signIn(setting, setting.client, enrolled))
    })

    test('signing in as another user leaves nothing of the first', async () => {
      const setting = await openSetting(framework, { sessions })
      const { client, enrol } = setting
      await enrol(client)
      await expectFreshSession(setting, () => setting.login(client, { username: 'mallory' }))
      expectProblem(await client.get('/guarded/default'), 401, 'step_up_required')
    })

    test('a step-up keeps the session and what is in it', async () => {
      const { client, clock, enrol } = await openSetting(framework, { sessions })
      const { phone } = await enrol(client)
      await client.get('/visit')
      const before = await sessionOf(client)
      clock.advance(600)
      expectJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
      const after = await sessionOf(client)
      expect(after.id).toBe(before.id)
      expect(after.data).toMatchObject({ visits: 1, latchkey: { provedAt: clock.now() } })
    })

    test('a changed stamp ends every session, and no session tells the stamp', async () => {
      const { client, users, login } = await openSetting(framework, { sessions })
      users.set('1', { id: '1', name: 'alice', stamp: 'a password hash' })
      await login(client)
      expect(JSON.stringify((await sessionOf(client)).data)).not.toContain('a password hash')
      expectJson(await client.get('/auth/mfa/status'))
      users.set('1', { id: '1', name: 'alice', stamp: 'another' })
      expectProblem(await client.get('/auth/mfa/status'), 401, 'unauthenticated')
    })
  })

  storeCases(framework)
}

async function expectFreshSession({ client, rows, newClient }: Setting, signIn: () => Promise<unknown>): Promise<void> {
  await client.get('/visit')
  const before = await sessionOf(client)
  const oldCookies = [...client.cookies]
  expect(before.data).toMatchObject({ visits: 1 })
  await signIn()
  const after = await sessionOf(client)
  expect(Object.keys(after.data)).toEqual(['latchkey'])
  expect([...client.cookies]).not.toEqual(oldCookies)
  if (before.id === undefined || rows.ids.length === 0) return
  expect(after.id).not.toBe(before.id)
  expect(rows.ids).toContain(after.id)
  expect(rows.ids).not.toContain(before.id)
  const fixated = newClient()
  for (const [name, value] of oldCookies) fixated.cookies.set(name, value)
  expectProblem(await fixated.get('/auth/mfa/status'), 401, 'unauthenticated')
}

function storeCases(framework: Framework): void {
  test.each([1, 2, 100])('a store whose next %i writes fail signs nobody in', async (failures) => {
    const { client, rows, login } = await openSetting(framework)
    await client.get('/visit')
    rows.failures = failures
    expect(await login(client)).toMatchObject({ status: 500, text: '{"hostError":"the session store is down"}' })
    rows.failures = 0
    expectProblem(await client.get('/auth/mfa/status'), 401, 'unauthenticated')
    expect(JSON.stringify(rows.ids.map((id) => rows.read(id)))).not.toContain('latchkey')
  })

  test.each<SessionMode>(['none', 'unfit'])('sessions: %s is an error that says what to mount', async (sessions) => {
    const { client, login } = await openSetting(framework, { sessions })
    for (const answer of [await login(client), await client.get('/auth/mfa/status')]) {
      expect(answer.status).toBe(500)
      expect(answer.text).toMatch(/express-session|koa-session/)
    }
  })
}
