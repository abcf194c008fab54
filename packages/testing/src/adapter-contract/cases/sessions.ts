import assert from 'node:assert/strict'
import type { HttpClient } from '../../http-client.ts'
import { assertText, readJson, readProblem } from '../answers.ts'
import type { AdapterContractOptions, SessionMode } from '../app-setup.ts'
import { type AdapterRule, within } from '../rule.ts'
import type { Enrolled, Setting } from '../setting.ts'

type SignIn = (setting: Setting, client: HttpClient, enrolled: Enrolled) => Promise<unknown>

const ways: readonly (readonly [name: string, signIn: SignIn])[] = [
  ['verify', verify],
  ['a login in one call', oneCall],
]

/** Session fixation, and what a session remembers. */
export function sessionRules(options: AdapterContractOptions): readonly AdapterRule[] {
  const { sessions: modes = ['store'], missingSession = /session/ } = options
  return [
    ...modes.flatMap((mode) => within(`sessions in a ${mode}`, [...freshnessRules(mode), ...memoryRules(mode)])),
    ...(modes.includes('store') ? [1, 2, 100].map(failingStore) : []),
    ...(['none', 'unfit'] as const).map(
      (sessions): AdapterRule => ({
        name: `sessions: ${sessions} is an error that says what to mount`,
        async check(open) {
          const { client, login } = await open({ sessions })
          for (const answer of [await login(client), await client.get('/auth/mfa/status')]) {
            assert.equal(answer.status, 500)
            assert.match(answer.text, missingSession)
          }
        },
      }),
    ),
  ]
}

/** Signing in begins a session of which nobody can have known the id. */
function freshnessRules(sessions: SessionMode): readonly AdapterRule[] {
  return [
    {
      name: 'a password alone, if that is all, begins a new session',
      async check(open) {
        const setting = await open({ sessions })
        await assertFreshSession(setting, () => setting.login(setting.client))
      },
    },
    ...ways.map(
      ([way, signIn]): AdapterRule => ({
        name: `${way} begins a new session`,
        async check(open) {
          const setting = await open({ sessions })
          const enrolled = await setting.enroll(setting.newClient())
          await assertFreshSession(setting, () => signIn(setting, setting.client, enrolled))
        },
      }),
    ),
    {
      name: 'signing in as another user leaves nothing of the first',
      async check(open) {
        const setting = await open({ sessions })
        const { client, enroll } = setting
        await enroll(client)
        await assertFreshSession(setting, () => setting.login(client, { username: 'mallory' }))
        readProblem(await client.get('/guarded/default'), 401, 'step_up_required')
      },
    },
  ]
}

function memoryRules(sessions: SessionMode): readonly AdapterRule[] {
  return [
    {
      name: 'a step-up keeps the session and what is in it',
      async check(open) {
        const { client, clock, enroll } = await open({ sessions })
        const { phone } = await enroll(client)
        await client.get('/visit')
        const before = await sessionOf(client)
        clock.advance(600)
        readJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
        const after = await sessionOf(client)
        assert.equal(after.id, before.id)
        assert.equal(after.data['visits'], 1)
        assert.notDeepEqual(after.data['latchkey'], before.data['latchkey'])
        assert.equal((await client.get('/guarded/default')).status, 200)
      },
    },
    {
      name: 'a changed stamp ends every session, and no session tells the stamp',
      async check(open) {
        const { client, users, login } = await open({ sessions })
        users.set('1', { id: '1', name: 'alice', stamp: 'a password hash' })
        await login(client)
        assert.ok(!JSON.stringify((await sessionOf(client)).data).includes('a password hash'))
        readJson(await client.get('/auth/mfa/status'))
        users.set('1', { id: '1', name: 'alice', stamp: 'another' })
        readProblem(await client.get('/auth/mfa/status'), 401, 'unauthenticated')
      },
    },
  ]
}

function failingStore(failures: number): AdapterRule {
  return {
    name: `a store whose next ${failures} writes fail signs nobody in`,
    async check(open) {
      const { client, rows, login } = await open({ sessions: 'store' })
      await client.get('/visit')
      rows.failures = failures
      assertText(await login(client), 500, '{"hostError":"the session store is down"}')
      rows.failures = 0
      readProblem(await client.get('/auth/mfa/status'), 401, 'unauthenticated')
      assert.ok(!JSON.stringify(rows.ids.map((id) => rows.read(id))).includes('latchkey'))
    },
  }
}

async function verify({ login, clock }: Setting, client: HttpClient, { phone }: Enrolled): Promise<void> {
  const { ephemeral_token } = (await login(client)).json() as { ephemeral_token: string }
  readJson(await client.post('/auth/mfa/verify', { ephemeral_token, code: phone.nextCode(clock.now()) }))
}

async function oneCall({ login, clock }: Setting, client: HttpClient, { phone }: Enrolled): Promise<void> {
  readJson(await login(client, { code: phone.nextCode(clock.now()) }))
}

async function sessionOf(client: HttpClient): Promise<{ id?: string; data: Record<string, unknown> }> {
  return (await client.get('/session')).json() as { id?: string; data: Record<string, unknown> }
}

async function assertFreshSession({ client, rows, newClient }: Setting, signIn: () => Promise<unknown>): Promise<void> {
  await client.get('/visit')
  const before = await sessionOf(client)
  const oldCookies = [...client.cookies]
  assert.equal(before.data['visits'], 1)
  await signIn()
  const after = await sessionOf(client)
  assert.deepEqual(Object.keys(after.data), ['latchkey'])
  assert.notDeepEqual([...client.cookies], oldCookies)
  if (before.id === undefined || rows.ids.length === 0) return
  assert.notEqual(after.id, before.id)
  assert.ok(rows.ids.includes(String(after.id)))
  assert.ok(!rows.ids.includes(before.id))
  const fixated = newClient()
  for (const [name, value] of oldCookies) fixated.cookies.set(name, value)
  readProblem(await fixated.get('/auth/mfa/status'), 401, 'unauthenticated')
}
