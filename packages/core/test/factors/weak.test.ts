// The factor port where a factor proves little: it stands beside another one, signs in, and raises no assurance. And
// where an enrollment takes more than a click: fields, paths and a state of its own.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Factor, requiredText } from '../../src/index.ts'
import { createWorld, type Enrolled, enroll, login, refusal, tokenOf, type World } from '../world.ts'
import { fixedPhrase } from './fixed-phrase.ts'
import { type Client, type HttpApp, serve } from './http-host.ts'

const phrase = 'correct horse battery staple'

/** A phrase that proves little, whose enrollment takes a hint and counts how often it was begun. */
function weakPhrase(role: Factor['role'] = 'beside'): Factor {
  const strong = fixedPhrase(phrase)
  const { enrollment } = strong as Required<Factor>
  return {
    ...strong,
    strength: 'knowledge',
    role,
    enrollment: {
      ...enrollment,
      fields: { hint: requiredText },
      shown: { begun: { type: 'integer' } },
      paths: { begin: 'enroll', confirm: 'confirm' },
      async begin({ fields, ...call }) {
        const begun = await call.change((state) => {
          const count = Number(state['begun'] ?? 0) + 1
          return { state: { ...state, begun: count }, result: count }
        })
        return { pending: { begun, hint: String(fields['hint']) }, answer: { begun } }
      },
      confirm({ answer, pending, state }) {
        if (pending['begun'] !== state['begun']) return { ok: false, reason: 'wrong' }
        if (answer !== phrase) return { ok: false, reason: 'wrong', state: { ...state, tried: true } }
        return { ok: true, data: { freeAt: 0 }, name: `Hint ${JSON.stringify(pending['hint'])}`, state: { begun: 0 } }
      },
    },
  }
}

let world: World
let app: HttpApp
let client: Client
let enrolled: Enrolled

beforeEach(async () => {
  world = createWorld({ factors: [weakPhrase()] })
  app = await serve(world.mfa, world.users)
  client = app.client()
  enrolled = await enroll(world)
  const code = enrolled.app.nextCode(world.clock.now())
  await client.send('POST', '/login', { username: 'alice', password: 'right', code })
})

afterEach(() => app.close())

async function begin(hint: unknown = 'horse'): Promise<Readonly<Record<string, unknown>>> {
  return (await client.send('POST', '/mfa/phrase/enroll', { hint })).json
}

async function enrollPhrase(): Promise<Readonly<Record<string, unknown>>> {
  const { activation_token } = await begin()
  return (await client.send('POST', '/mfa/phrase/confirm', { activation_token, phrase })).json
}

test('its enrollment takes fields, under paths of its own, and may name the authenticator', async () => {
  expect(await begin(7)).toMatchObject({ code: 'invalid_request', errors: [{ field: 'hint' }] })
  expect(await begin()).toMatchObject({ begun: 1, activation_token: expect.any(String) })
  expect(await enrollPhrase()).toMatchObject({ authenticator: { type: 'phrase', name: 'Hint "horse"' } })
  expect((await client.send('GET', '/mfa/phrase/activate')).status).toBe(404)
})

test('the fields are checked without HTTP too', async () => {
  const { mfa, alice, clock } = world
  const provedAt = clock.now()
  const error = await refusal(mfa.begin('phrase', alice, { provedAt }))
  expect(error).toMatchObject({ code: 'invalid_request', errors: [{ field: 'hint', message: 'is required' }] })
  expect(await mfa.begin('phrase', alice, { provedAt, hint: 'horse' })).toMatchObject({ begun: 1 })
})

test('its state lasts from one enrollment to the next, whichever way a confirmation ends', async () => {
  const first = await begin()
  const second = await begin()
  const send = (activation_token: unknown, answer: string) =>
    client.send('POST', '/mfa/phrase/confirm', { activation_token, phrase: answer })
  expect((await send(first['activation_token'], phrase)).json).toMatchObject({ code: 'invalid_code' })
  expect((await send(second['activation_token'], 'wrong')).json).toMatchObject({ attempts_remaining: 3 })
  expect((await send(second['activation_token'], phrase)).json).toMatchObject({ authenticator: { type: 'phrase' } })
  expect(await begin()).toMatchObject({ code: 'authenticator_limit' })
})

test('it signs in, and its proof says neither mfa nor when', async () => {
  await enrollPhrase()
  const guest = app.client()
  const answer = await guest.send('POST', '/mfa/verify', { ephemeral_token: await login(world), phrase })
  expect(answer.json).toEqual({ signed_in: 'alice', amr: ['pwd', 'kba'] })
  expect((await guest.send('GET', '/mfa/recovery-codes')).json).toMatchObject({ code: 'step_up_required' })
})

test('to enroll it leaves a fresh session fresh', async () => {
  await enrollPhrase()
  expect((await client.send('GET', '/mfa/recovery-codes')).json).toMatchObject({ remaining: 10 })
})

test('it proves nothing to somebody who is signed in', async () => {
  await enrollPhrase()
  expect((await client.send('POST', '/mfa/step-up', { phrase })).json).toMatchObject({ code: 'invalid_code' })
  expect((await client.send('POST', '/mfa/totp/deactivate', { phrase })).json).toMatchObject({ code: 'invalid_code' })
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({ mfa_enabled: true })
})

test('alone it cannot be begun, nor confirmed once it would be', async () => {
  const { mfa, mallory, alice, clock } = world
  expect(await refusal(mfa.begin('phrase', mallory, { hint: 'horse' }))).toMatchObject({ code: 'not_enabled' })
  const { activation_token } = await begin()
  await mfa.removeAuthenticator(alice.id, enrolled.id, { provedAt: clock.now() })
  const late = await client.send('POST', '/mfa/phrase/confirm', { activation_token, phrase })
  expect(late.json).toMatchObject({ code: 'invalid_token' })
})

test('it goes with the last factor beside it', async () => {
  await enrollPhrase()
  const { mfa, alice, clock } = world
  await mfa.removeAuthenticator(alice.id, enrolled.id, { provedAt: clock.now() })
  expect(await mfa.status(alice.id)).toMatchObject({ mfaEnabled: false, methods: [] })
  expect(await mfa.authenticators(alice.id)).toEqual([])
})

test('where the host lets it stand alone, it does, and proves no more than before', async () => {
  const { mfa, alice, clock } = createWorld({ factors: [weakPhrase('primary')] })
  const { activationToken } = await mfa.begin('phrase', alice, { hint: 'horse' })
  const { proof } = await mfa.confirm('phrase', alice, { activationToken, phrase })
  expect(proof).toMatchObject({ amr: ['pwd', 'kba'], provedAt: null })
  const ephemeralToken = tokenOf(await mfa.challenge(alice))
  expect((await mfa.verify(ephemeralToken, { phrase })).proof).toMatchObject({ amr: ['pwd', 'kba'], provedAt: null })
  const error = await refusal(mfa.stepUp(alice, { phrase }))
  expect(error).toMatchObject({ code: 'invalid_code' })
  expect(await refusal(mfa.regenerateRecoveryCodes(alice.id, { provedAt: clock.now() - 3_600_000 }))).toMatchObject({
    code: 'step_up_required',
  })
})

test('a limiter is asked before an enrollment that takes fields, since those may send something', async () => {
  const asked: string[] = []
  const limiter = { consume: async (key: string) => void asked.push(key) }
  const limited = createWorld({ factors: [weakPhrase()], limiter })
  const other = await serve(limited.mfa, limited.users)
  const visitor = other.client()
  await visitor.send('POST', '/login', { username: 'alice', password: 'right' })
  const before = asked.length
  await visitor.send('POST', '/mfa/phrase/enroll', { hint: 'horse' })
  expect(asked).toHaveLength(before + 1)
  await visitor.send('GET', '/mfa/status')
  expect(asked).toHaveLength(before + 1)
  await other.close()
})
