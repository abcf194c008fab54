// The factor port: a factor of a few lines, given in `factors: [...]`, has the routes, counts and backups of any other.

import { virtualAuthenticator } from '@latchkey/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { FactorRoute } from '../../src/index.ts'
import { requestOf } from '../routes/app.ts'
import { createWorld, sealedProof, type World } from '../world.ts'
import { fixedPhrase } from './fixed-phrase.ts'
import { type Client, type HttpApp, serve } from './http-host.ts'

const phrase = 'correct horse battery staple'
let world: World
let app: HttpApp

beforeEach(async () => {
  world = createWorld({ factors: [fixedPhrase(phrase)] })
  app = await serve(world.mfa, world.users)
})

afterEach(() => app.close())

async function signedIn(answer: object = {}): Promise<Client> {
  const client = app.client()
  const { json } = await client.send('POST', '/login', { username: 'alice', password: 'right', ...answer })
  expect(json).toMatchObject({ signed_in: 'alice' })
  return client
}

/** Enrolls the phrase for alice, with its codes. */
async function enrolled(client: Client): Promise<readonly string[]> {
  const { json } = await client.send('GET', '/mfa/phrase/activate')
  const { activation_token } = json
  const confirmed = await client.send('POST', '/mfa/phrase/activate', { activation_token, phrase })
  expect(confirmed.json).toMatchObject({ authenticator: { type: 'phrase', name: 'Phrase 1' } })
  return confirmed.json['recovery_codes'] as readonly string[]
}

test('it enrolls, as the first factor with recovery codes', async () => {
  const client = await signedIn()
  const begun = await client.send('GET', '/mfa/phrase/activate')
  expect(begun.json).toEqual({ say_this: phrase, activation_token: expect.any(String), expires_in: 600 })
  const codes = await enrolled(client)
  expect(codes).toHaveLength(10)
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({
    ...{ mfa_enabled: true, methods: ['phrase', 'recovery_code'], recovery_codes_remaining: 10 },
  })
  expect((await client.send('GET', '/mfa/authenticators')).json['authenticators']).toMatchObject([{ name: 'Phrase 1' }])
})

test('it answers a challenge, a login in one call and a step-up, each proof once', async () => {
  await enrolled(await signedIn())
  const client = app.client()
  const { json } = await client.send('POST', '/login', { username: 'alice', password: 'right' })
  expect(json).toMatchObject({ mfa_required: true, methods: ['phrase', 'recovery_code'] })
  const verified = await client.send('POST', '/mfa/verify', { ephemeral_token: json['ephemeral_token'], phrase })
  expect(verified.json).toEqual({ signed_in: 'alice', amr: ['pwd', 'kba', 'mfa'] })
  expect((await client.send('POST', '/mfa/step-up', { phrase })).json).toMatchObject({ code: 'invalid_code' })
  world.clock.advance(3600)
  await signedIn({ phrase })
  world.clock.advance(3600)
  expect((await client.send('POST', '/mfa/step-up', { phrase })).json).toHaveProperty('proved_at')
})

test('it stands beside TOTP: one set of codes, either proves, each is counted apart', async () => {
  const client = await signedIn()
  const codes = await enrolled(client)
  const begun = await client.send('GET', '/mfa/totp/activate')
  const authenticator = virtualAuthenticator(String(begun.json['totp_url']))
  const { activation_token } = begun.json
  const code = authenticator.code(world.clock.now())
  const confirmed = await client.send('POST', '/mfa/totp/activate', { activation_token, code })
  expect(confirmed.json).toMatchObject({ recovery_codes: [], authenticator: { name: 'Authenticator 1' } })
  for (let left = 4; left >= 0; left -= 1) {
    expect((await client.send('POST', '/mfa/step-up', { phrase: 'wrong' })).json).toMatchObject({
      attempts_remaining: left,
    })
  }
  expect(await client.send('POST', '/mfa/step-up', { phrase })).toMatchObject({
    status: 429,
    json: { retry_after: 30 },
  })
  world.clock.advance(29)
  const other = authenticator.nextCode(world.clock.now())
  expect((await client.send('POST', '/mfa/step-up', { code: other })).json).toHaveProperty('proved_at')
  expect((await client.send('POST', '/mfa/step-up', { phrase })).status).toBe(429)
  world.clock.advance(1)
  expect((await client.send('POST', '/mfa/step-up', { phrase })).json).toHaveProperty('proved_at')
  expect((await client.send('POST', '/mfa/step-up', { code: codes[0] })).json).toHaveProperty('proved_at')
})

test('both in one answer: what is right of them counts, and what is wrong is not charged', async () => {
  const client = await signedIn()
  const codes = await enrolled(client)
  const both = { phrase: 'wrong', code: codes[0] }
  expect((await client.send('POST', '/mfa/step-up', both)).json).toHaveProperty('proved_at')
  expect((await client.send('POST', '/mfa/step-up', { phrase: 'wrong' })).json).toMatchObject({ attempts_remaining: 4 })
  const neither = { phrase: 'wrong', code: 'zzzz-zzzz' }
  expect((await client.send('POST', '/mfa/step-up', neither)).json).toMatchObject({ attempts_remaining: 3 })
  expect((await client.send('POST', '/mfa/step-up', { code: 'zzzz-zzzz' })).json).toMatchObject({
    attempts_remaining: 3,
  })
})

test('its limit, its removal and its deactivation are those of any factor', async () => {
  const client = await signedIn()
  const codes = await enrolled(client)
  expect((await client.send('GET', '/mfa/phrase/activate')).json).toMatchObject({ code: 'authenticator_limit' })
  const { json } = await client.send('POST', '/mfa/phrase/deactivate', { code: codes[0] })
  expect(json).toEqual({ detail: 'Phrase has been deactivated.' })
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({ mfa_enabled: false, methods: [] })
  await enrolled(client)
  const list = (await client.send('GET', '/mfa/authenticators')).json['authenticators'] as { id: string }[]
  expect((await client.send('DELETE', `/mfa/authenticators/${list[0]?.id}`)).status).toBe(204)
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({ mfa_enabled: false })
})

test('its routes are named, and its proofs guarded, like any others', async () => {
  const options = { factors: [fixedPhrase(phrase)], routes: { 'phrase.begin': '/say' } }
  const { mfa, alice, clock } = createWorld(options)
  const host = { checkCredentials: () => null, signIn: () => ({}), proved: () => undefined }
  const proof = sealedProof(alice, { provedAt: clock.now(), factor: 'phrase' })
  const currentUser = () => ({ user: alice, proof, session: 's' })
  const handler = mfa.handler({ ...host, currentUser })
  await expect(handler.guard({ factors: ['phrase'] })(requestOf('GET', '/'))).resolves.toMatchObject({
    proof: { factor: 'phrase' },
  })
  expect(() => createWorld({ ...options, routes: { 'phrase.say': false } })).toThrow('phrase.begin')
})

test('a route of its own answers with JSON, or with a whole answer of its own', async () => {
  const answers = [
    { status: 'sent' },
    { headers: 'none' },
    { status: 201, headers: { 'Content-Type': 'text/plain' }, body: Buffer.from('made') },
  ]
  const routes = answers.map((answer, at) => ({
    ...{
      name: `phrase.route${at}`,
      method: 'PUT',
      path: `/mfa/phrase/${at}`,
      access: 'anyone',
      fields: {},
      answer: 'body' in answer ? { contentMediaType: 'text/plain' } : {},
    },
    handle: async () => answer,
  }))
  const { mfa, users } = createWorld({ factors: [{ ...fixedPhrase(phrase), routes: routes as FactorRoute[] }] })
  const own = await serve(mfa, users)
  const outcomes = await Promise.all(routes.map(({ path }) => own.client().send('PUT', path)))
  await own.close()
  expect(outcomes).toEqual([
    { status: 200, json: { status: 'sent' } },
    { status: 200, json: { headers: 'none' } },
    { status: 201, json: { text: 'made' } },
  ])
})

test('two factors on one path are a mistake', () => {
  const twin = { ...fixedPhrase(phrase, 'twin'), path: 'phrase' }
  expect(() => createWorld({ factors: [fixedPhrase(phrase), twin] })).toThrow("has the path of 'phrase.begin'")
})
