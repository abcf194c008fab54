// Diagnosis: it tells why codes are refused, and nothing that helps to guess one. The threat: somebody with a session that
// is fresh has codes looked for in twenty minutes at once, and keeps those that are still to come.

import { virtualAuthenticator } from '@latchkey/testing'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, type Enrolled, enroll, login, refusal, type World } from '../../world.ts'
import { type Answer, type Client, type HttpApp, serve } from '../http-host.ts'

let world: World
let server: HttpApp
let client: Client
let phone: Enrolled

beforeEach(async () => {
  world = createWorld({ totp: { diagnose: true } })
  server = await serve(world.mfa, world.users)
  client = server.client()
  phone = await enroll(world)
  const code = phone.app.nextCode(world.clock.now())
  await client.send('POST', '/login', { username: 'alice', password: 'right', code })
  world.clock.advance(60)
})

afterEach(() => server.close())

const diagnose = (body: object = {}): Promise<Answer> => client.send('POST', '/mfa/totp/diagnose', body)
const step = (): number => phone.app.step(world.clock.now())
const codeAt = (offset: number): string => phone.app.codeAt(step() + offset)
const stepUp = (code: string): Promise<Answer> => client.send('POST', '/mfa/step-up', { code })

test('it is off unless the app asks for it', async () => {
  const { mfa, users } = createWorld()
  const other = await serve(mfa, users)
  expect((await other.client().send('POST', '/mfa/totp/diagnose', {})).status).toBe(404)
  await other.close()
})

test('without a code it tells the time, the period and the latest step, and charges nothing', async () => {
  const lastStep = step() - 2
  const authenticator = { id: phone.id, name: 'Authenticator 1', period: 30, last_step: lastStep }
  expect(await diagnose()).toEqual({
    status: 200,
    json: {
      server_time: new Date(world.clock.now()).toISOString(),
      authenticators: [{ ...authenticator, matched: null, drift_steps: null }],
    },
  })
  expect((await stepUp(phone.app.wrongCode(world.clock.now()))).json).toMatchObject({ attempts_remaining: 4 })
})

test.each([-20, -7, 0, 1, 20])('a code that is %i steps off', async (offset) => {
  expect((await diagnose({ code: codeAt(offset) })).json).toMatchObject({
    authenticators: [{ matched: true, drift_steps: offset }],
  })
})

test.each([-21, 21])('a code that is %i steps off is no code of these minutes', async (offset) => {
  expect((await diagnose({ code: codeAt(offset) })).json).toMatchObject({
    authenticators: [{ matched: false, drift_steps: null }],
  })
})

test('every code that is looked at is a guess, right or wrong, until the factor waits', async () => {
  const wrong = phone.app.wrongCode(world.clock.now())
  for (const code of [wrong, codeAt(-8), wrong, codeAt(8), wrong]) expect((await diagnose({ code })).status).toBe(200)
  expect(await diagnose({ code: codeAt(9) })).toMatchObject({ status: 429, json: { retry_after: 30 } })
  expect((await stepUp(codeAt(0))).status).toBe(429)
  expect(world.events.at(-1)).toMatchObject({ reason: 'locked' })
})

test('the event says whether the code was found, and how far off', async () => {
  await diagnose({ code: codeAt(-8) })
  const about = { type: 'factor', factor: 'totp', userId: 'alice' }
  const found = { ...about, result: 'success', reason: null, authenticatorId: phone.id, driftSteps: -8 }
  expect(world.events.at(-1)).toMatchObject(found)
  await diagnose({ code: phone.app.wrongCode(world.clock.now()) })
  expect(world.events.at(-1)).toMatchObject({ ...about, result: 'failure', reason: 'wrong', authenticatorId: null })
  expect(world.events.at(-1)).not.toHaveProperty('driftSteps')
  await diagnose()
  expect(world.events.at(-1)).toMatchObject({ ...about, result: 'success', authenticatorId: null })
})

test('looks count towards the suspension, and clear nothing', async () => {
  const attempts = { waitAfter: 1, waitSeconds: 1, maxWaitSeconds: 1, suspendAfter: 3 }
  world = createWorld({ totp: { diagnose: true }, attempts })
  const strict = await serve(world.mfa, world.users)
  client = strict.client()
  phone = await enroll(world)
  await client.send('POST', '/login', { username: 'alice', password: 'right', code: codeAt(0) })
  for (let look = 0; look < 3; look += 1) {
    world.clock.advance(30)
    expect((await diagnose({ code: codeAt(0) })).status).toBe(200)
  }
  world.clock.advance(30)
  const { status, json } = await diagnose({ code: codeAt(0) })
  expect({ status, retryAfter: json['retry_after'] }).toEqual({ status: 429, retryAfter: undefined })
  expect((await stepUp(codeAt(0))).status).toBe(429)
  expect(world.events.at(-1)).toMatchObject({ reason: 'suspended' })
  await strict.close()
})

test('what could be no code is not looked at, and charges nothing', async () => {
  for (const code of ['', 'abcdef', '12345', '1234567']) {
    expect((await diagnose({ code })).json).toMatchObject({ authenticators: [{ matched: false }] })
  }
  const wrong = { code: 123456, activation_token: 7 }
  const errors = [{ field: 'code' }, { field: 'activation_token' }]
  expect((await diagnose(wrong)).json).toMatchObject({ code: 'invalid_request', errors })
  expect((await stepUp(phone.app.wrongCode(world.clock.now()))).json).toMatchObject({ attempts_remaining: 4 })
})

test.each([0, 1, 5, 20])('a code of %i steps ahead that was shown to be right is never taken', async (offset) => {
  const code = codeAt(offset)
  await diagnose({ code })
  world.clock.advance(30 * offset)
  expect((await stepUp(code)).json).toMatchObject({ code: 'invalid_code' })
  expect(world.events.at(-1)).toMatchObject({ reason: 'replayed' })
  const token = await login(world)
  expect((await refusal(world.mfa.verify(token, { code }))).code).toBe('invalid_code')
  world.clock.advance(30)
  expect((await stepUp(codeAt(0))).json).toHaveProperty('proved_at')
})

test('what was shown is kept until it is past, also while other codes are shown and used', async () => {
  const [late, later] = [codeAt(6), codeAt(7)]
  await diagnose({ code: late })
  await diagnose({ code: later })
  await diagnose({ code: later })
  expect((await stepUp(codeAt(0))).status).toBe(200)
  world.clock.advance(180)
  expect((await stepUp(late)).json).toMatchObject({ code: 'invalid_code' })
  world.clock.advance(30)
  expect((await stepUp(later)).json).toMatchObject({ code: 'invalid_code' })
})

test('somebody whose proof is old, or who has no second factor, is told nothing', async () => {
  world.clock.advance(301)
  expect((await diagnose()).json).toMatchObject({ code: 'step_up_required' })
  const mallory = server.client()
  expect((await mallory.send('POST', '/mfa/totp/diagnose', {})).json).toMatchObject({ code: 'unauthenticated' })
  await mallory.send('POST', '/login', { username: 'mallory', password: 'right' })
  expect((await mallory.send('POST', '/mfa/totp/diagnose', {})).json).toMatchObject({ code: 'not_enabled' })
})

test('somebody who enrolls is told of the app that is being enrolled, and of that alone', async () => {
  const mallory = server.client()
  await mallory.send('POST', '/login', { username: 'mallory', password: 'right' })
  const { activation_token, totp_url } = (await mallory.send('GET', '/mfa/totp/activate')).json
  const app = virtualAuthenticator(String(totp_url))
  const ask = (body: object) => mallory.send('POST', '/mfa/totp/diagnose', { activation_token, ...body })
  const own = { id: null, name: null, period: 30, last_step: null }
  expect((await ask({})).json['authenticators']).toEqual([{ ...own, matched: null, drift_steps: null }])
  const code = app.codeAt(app.step(world.clock.now()) - 10)
  expect((await ask({ code })).json['authenticators']).toEqual([{ ...own, matched: true, drift_steps: -10 }])
  for (let guess = 0; guess < 4; guess += 1) await ask({ code })
  expect(await ask({ code })).toMatchObject({ status: 429, json: { retry_after: 30 } })
  expect((await client.send('POST', '/mfa/totp/diagnose', { activation_token })).json).toMatchObject({
    code: 'invalid_token',
  })
})

test('an enrollment that is spent is told of no more', async () => {
  const { activation_token, totp_url } = (await client.send('GET', '/mfa/totp/activate')).json
  const app = virtualAuthenticator(String(totp_url))
  await client.send('POST', '/mfa/totp/activate', { activation_token, code: app.code(world.clock.now()) })
  expect((await diagnose({ activation_token })).json).toMatchObject({ code: 'invalid_token' })
})

test('no answer and no event holds a code', async () => {
  const code = codeAt(3)
  const { json } = await diagnose({ code })
  expect(JSON.stringify([json, world.events])).not.toContain(code)
})
