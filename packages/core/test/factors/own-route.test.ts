// A factor's own route for people on the way in and signed in alike, whose changes may refuse, and what outlives the last factor.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Factor, type FactorRoute, MfaError } from '../../src/index.ts'
import { createWorld, refusal, type World } from '../world.ts'
import { fixedPhrase } from './fixed-phrase.ts'
import { type Client, type HttpApp, serve } from './http-host.ts'

const phrase = 'correct horse battery staple'
const cause = new Error('no network')

/** Who asks, and how often; the third time is refused without a write, the second with one. */
const knock: FactorRoute = {
  name: 'phrase.knock',
  method: 'POST',
  path: '/mfa/phrase/knock',
  access: 'anyone',
  fields: {},
  answer: {},
  async handle(call) {
    const who = await call.currentUser()
    const times = await call.change(who?.user.id ?? 'mallory', (state, _nowMs, authenticators) => {
      const count = Number(state['knocks'] ?? 0) + 1
      if (count > 2) return { state, error: new MfaError('too_many_messages', { retryAfterSeconds: 60 }) }
      const next = { knocks: count }
      if (count === 2) return { state: next, error: new MfaError('delivery_failed', { cause }) }
      return { state: next, result: `${count} of ${authenticators.map(({ name }) => name).join()}` }
    })
    const { issuer, randomBytes } = call
    return { who: who?.user.id ?? null, times, issuer, bytes: randomBytes(3).length }
  },
}

/** A phrase whose knocks outlive it, or nothing does. */
function knockable(lasting?: Factor['lasting']): Factor {
  const route = { ...knock, name: 'phrase.look', path: '/mfa/phrase/look', access: 'signed_in' } as const
  const look = async (call: Parameters<FactorRoute['handle']>[0]) => ({
    same: (await call.currentUser()) === call.signedIn,
  })
  const own = { ...fixedPhrase(phrase), routes: [knock, { ...route, handle: look }] }
  return lasting === undefined ? own : { ...own, lasting }
}

let world: World
let app: HttpApp
let client: Client

async function start(factor: Factor): Promise<void> {
  world = createWorld({ factors: [factor] })
  app = await serve(world.mfa, world.users)
  client = app.client()
  await client.send('POST', '/login', { username: 'alice', password: 'right' })
  const { activation_token } = (await client.send('GET', '/mfa/phrase/activate')).json
  await client.send('POST', '/mfa/phrase/activate', { activation_token, phrase })
  world.events.length = 0
}

beforeEach(() => start(knockable((state) => ({ ...state, removed: true }))))

afterEach(() => app.close())

const ask = (by: Client = client) => by.send('POST', '/mfa/phrase/knock')

test('it knows who is signed in, and who is not', async () => {
  expect((await ask()).json).toEqual({ who: 'alice', times: '1 of Phrase 1', issuer: 'Acme', bytes: 3 })
  expect((await ask(app.client())).json).toMatchObject({ who: null, times: '1 of ' })
  expect((await client.send('POST', '/mfa/phrase/look')).json).toEqual({ same: true })
})

test('a change that refuses is stored first, and its event has the cause', async () => {
  await ask()
  expect(await ask()).toMatchObject({ status: 503, json: { code: 'delivery_failed' } })
  expect(world.events.at(-1)).toMatchObject({
    ...{ type: 'factor', factor: 'phrase', userId: 'alice', result: 'failure' },
    ...{ reason: 'delivery_failed', error: cause },
  })
  expect(await ask()).toMatchObject({ status: 429, json: { code: 'too_many_messages', retry_after: 60 } })
})

test('a change that gives its state back writes nothing', async () => {
  await ask()
  await ask()
  const puts = world.storage.calls.put
  await ask()
  expect(world.storage.calls.put).toBe(puts)
  expect(world.events.at(-1)).toMatchObject({ type: 'factor', factor: 'phrase', reason: 'too_many_messages' })
})

test('a change whose write fails refuses with that', async () => {
  await ask()
  world.storage.inject('put', 'throw_before')
  expect((await ask()).json).toMatchObject({ code: 'storage_unavailable' })
  expect((await ask()).json).toMatchObject({ code: 'delivery_failed' })
})

/** Removes the last factor and says how the next knock is answered. */
async function knockAfterwards(): Promise<unknown> {
  const [authenticator] = await world.mfa.authenticators('alice')
  await world.mfa.removeAuthenticator('alice', authenticator?.id ?? '', { provedAt: world.clock.now() })
  return (await ask()).json['code']
}

test('what a factor says is lasting outlives the last factor', async () => {
  await ask()
  await ask()
  expect(await knockAfterwards()).toBe('too_many_messages')
})

test('what it does not name is gone', async () => {
  await app.close()
  await start(knockable())
  await ask()
  await ask()
  expect(await knockAfterwards()).toBeUndefined()
})

test('a factor without a state leaves none', async () => {
  expect(await knockAfterwards()).toBeUndefined()
})

test('a reset leaves nothing', async () => {
  await ask()
  await ask()
  await world.mfa.reset('alice')
  expect((await ask()).json).toMatchObject({ times: '1 of ' })
  await expect(refusal(world.mfa.stepUp(world.alice, { phrase }))).resolves.toMatchObject({ code: 'not_enabled' })
})
