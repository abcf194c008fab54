// A factor with a state and a route of its own needs no change elsewhere: no operation, adapter or storage knows it.

import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorld, login, type World } from '../world.ts'
import { type Client, type HttpApp, serve } from './http-host.ts'
import { mailedCode } from './mailed-code.ts'

let mails: { readonly userId: string; readonly code: string }[]
let world: World
let app: HttpApp
let client: Client
let codes: readonly string[]

beforeEach(async () => {
  mails = []
  world = createWorld({ factors: [mailedCode((userId, code) => mails.push({ userId, code }), randomBytes)] })
  app = await serve(world.mfa, world.users)
  client = app.client()
  await client.send('POST', '/login', { username: 'alice', password: 'right' })
  const { activation_token } = (await client.send('GET', '/mfa/one-time-code/activate')).json
  const body = { activation_token, code: mails.at(-1)?.code }
  const confirmed = await client.send('POST', '/mfa/one-time-code/activate', body)
  codes = confirmed.json['recovery_codes'] as readonly string[]
})

afterEach(() => app.close())

async function sent(token: string): Promise<string> {
  const answer = await client.send('POST', '/mfa/one-time-code/send', { ephemeral_token: token })
  expect(answer).toEqual({ status: 200, json: { sent: true } })
  return mails.at(-1)?.code ?? ''
}

const verify = (ephemeral_token: string, code: string) => client.send('POST', '/mfa/verify', { ephemeral_token, code })

test('a challenge names it; its code is sent, and taken once', async () => {
  const token = await login(world)
  const code = await sent(token)
  expect(mails.at(-1)).toEqual({ userId: 'alice', code })
  expect((await verify(token, code)).json).toEqual({ signed_in: 'alice', amr: ['pwd', 'otp', 'mfa'] })
  const second = await login(world)
  expect((await verify(second, code)).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 4 })
})

test('what a right answer leaves in its state stays: the next code may be sent at once', async () => {
  const token = await login(world)
  expect((await verify(token, await sent(token))).status).toBe(200)
  const next = await login(world)
  expect((await verify(next, await sent(next))).status).toBe(200)
})

test('a code is good for the challenge it was sent for, and no step-up', async () => {
  const [mine, other] = [await login(world), await login(world)]
  const code = await sent(mine)
  expect((await verify(other, code)).json).toMatchObject({ code: 'invalid_code' })
  expect((await client.send('POST', '/mfa/step-up', { code })).json).toMatchObject({ code: 'invalid_code' })
  expect((await verify(mine, code)).status).toBe(200)
})

test('five wrong ones wait, and a code sent anew clears nothing', async () => {
  const token = await login(world)
  const code = await sent(token)
  const wrong = code === '00000' ? '00001' : '00000'
  for (let left = 4; left >= 0; left -= 1) {
    expect((await verify(token, wrong)).json).toMatchObject({ attempts_remaining: left })
  }
  world.clock.advance(29)
  expect((await verify(token, code)).status).toBe(429)
  world.clock.advance(2)
  const again = await sent(token)
  expect((await verify(token, wrong === again ? '00002' : wrong)).json).toMatchObject({ attempts_remaining: 0 })
  expect((await verify(token, again)).status).toBe(429)
  world.clock.advance(60)
  expect((await verify(token, again)).status).toBe(200)
})

test('what a wrong answer leaves in its state stays: after three the code is dead', async () => {
  const token = await login(world)
  const code = await sent(token)
  const wrong = code === '00000' ? '00001' : '00000'
  for (const left of [4, 3, 2]) expect((await verify(token, wrong)).json).toMatchObject({ attempts_remaining: left })
  expect((await verify(token, code)).json).toMatchObject({ code: 'invalid_code', attempts_remaining: 1 })
  world.clock.advance(31)
  expect((await verify(token, await sent(token))).status).toBe(200)
})

test('its state is changed in one write, which may run again: two at once send one mail', async () => {
  const token = await login(world)
  const before = mails.length
  const send = () => client.send('POST', '/mfa/one-time-code/send', { ephemeral_token: token })
  const answers = await Promise.all([send(), send(), send()])
  expect(answers.filter(({ json }) => json['sent'] === true)).toHaveLength(1)
  expect(mails.length - before).toBe(1)
  expect(world.events.at(-1)).toMatchObject({
    type: 'factor',
    factor: 'one_time_code',
    userId: 'alice',
    result: 'success',
  })
})

test('nothing is sent for a token that is no good, or when the write failed', async () => {
  const before = mails.length
  const forged = await client.send('POST', '/mfa/one-time-code/send', { ephemeral_token: 'x' })
  expect(forged).toMatchObject({ status: 400, json: { code: 'invalid_token' } })
  const missing = await client.send('POST', '/mfa/one-time-code/send', {})
  expect(missing.json).toMatchObject({ code: 'invalid_request', errors: [{ field: 'ephemeral_token' }] })
  const token = await login(world)
  world.storage.inject('put', 'throw_before')
  expect((await client.send('POST', '/mfa/one-time-code/send', { ephemeral_token: token })).status).toBe(503)
  expect(mails).toHaveLength(before)
})

test.each([
  ['spent', 'spent_token', async (token: string) => verify(token, codes[0] ?? '')],
  ['revoked', 'old_epoch', async () => world.mfa.revokeTokens('alice')],
])('nothing is sent for a challenge that is %s', async (_, reason, end) => {
  const token = await login(world)
  await end(token)
  const before = mails.length
  const answer = await client.send('POST', '/mfa/one-time-code/send', { ephemeral_token: token })
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_token' } })
  expect(world.events.at(-1)).toMatchObject({ type: 'factor', result: 'failure', reason, factor: 'one_time_code' })
  expect(mails).toHaveLength(before)
})

test('its recovery codes come with it and go with it', async () => {
  expect(codes).toHaveLength(10)
  const deactivated = await client.send('POST', '/mfa/one-time-code/deactivate', { code: codes[0] })
  expect(deactivated.json).toEqual({ detail: 'Mailed codes has been deactivated.' })
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({
    mfa_enabled: false,
    recovery_codes_remaining: 0,
  })
})
