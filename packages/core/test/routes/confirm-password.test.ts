// The password again, from a user without a second factor. The threats: guessing it from a session, and a password that
// stands in for the second factor of a user who has one.

import { expect, test } from 'vitest'
import type { Proof } from '../../src/index.ts'
import { enroll, type World } from '../world.ts'
import { createApp } from './app.ts'

function openApp(during: (world: World) => Promise<unknown> = async () => undefined) {
  const asked: string[] = []
  const confirmed: Proof[] = []
  const app = createApp({}, (world) => ({
    async confirmPassword(user, password) {
      asked.push(user.id)
      await during(world)
      return password === 'right'
    },
    confirmed: (_user, evidence) => void confirmed.push(evidence),
  }))
  const session = app.session('alice', null)
  return { ...app, asked, confirmed, give: (body: object) => app.send('POST', '/mfa/step-up', { session, body }) }
}

test('a right one is told to the host as evidence of the first factor, and proves no second', async () => {
  const { give, confirmed, world } = openApp()
  world.storage.reset()
  expect(await give({ password: 'right' })).toMatchObject({ status: 200, json: {} })
  expect(confirmed).toMatchObject([{ userId: 'alice', amr: ['pwd'], factor: null, provedAt: null }])
  expect(world.storage.calls).toMatchObject({ get: 2, put: 0 })
  expect(world.events.at(-1)).toMatchObject({ type: 'step_up', result: 'success', userId: 'alice' })
})

test('wrong ones are counted, and while they wait the host is not asked', async () => {
  const { give, asked, confirmed, world } = openApp()
  for (let tries = 0; tries < 5; tries += 1) {
    expect(await give({ password: 'wrong' })).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } })
  }
  expect(world.events.at(-1)).toMatchObject({ type: 'step_up', reason: 'wrong_password' })
  expect(await give({ password: 'right' })).toMatchObject({ status: 429, json: { retry_after: 30 } })
  expect([asked.length, confirmed.length]).toEqual([5, 0])
  world.clock.advance(30)
  expect((await give({ password: 'right' })).status).toBe(200)
})

test('from a user who has a second factor it renews nothing, and the host is not asked', async () => {
  const { give, asked, confirmed, world } = openApp()
  await enroll(world)
  expect(await give({ password: 'right' })).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect([asked, confirmed]).toEqual([[], []])
})

test('nor from one who enrolled while the host was asked', async () => {
  const { give, confirmed } = openApp((world) => enroll(world))
  expect(await give({ password: 'right' })).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
  expect(confirmed).toEqual([])
})

test('beside a code it is not looked at', async () => {
  const { give, asked, world } = openApp()
  const { app } = await enroll(world)
  const code = app.code(world.clock.now())
  expect((await give({ code, password: 'wrong' })).json).toHaveProperty('proved_at')
  expect(asked).toEqual([])
})

test.each([
  [{ password: 1 }, 'password'],
  [{}, 'code'],
])('%j names the field at fault', async (body, field) => {
  const { give } = openApp()
  expect(await give(body)).toMatchObject({ status: 400, json: { errors: [{ field }] } })
})

test.each([[{ confirmPassword: () => true }], [{ confirmed: () => undefined }]])(
  'a host that lacks one of both functions takes none',
  async (functions) => {
    const { send, session } = createApp({}, () => functions)
    const answer = await send('POST', '/mfa/step-up', { session: session('alice', null), body: { password: 'right' } })
    expect(answer).toMatchObject({ status: 400, json: { errors: [{ field: 'code' }] } })
  },
)
