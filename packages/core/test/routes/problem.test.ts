// Refusals on the wire: `application/problem+json` with the code, and nothing of what was really the matter.

import { expect, test } from 'vitest'
import { MfaError } from '../../src/index.ts'
import { problemAnswer } from '../../src/routes/answer.ts'
import { createApp, enrolledApp } from './app.ts'

test('a wrong code says how many tries are left', async () => {
  const { send, signedIn, alice, world } = await enrolledApp()
  const body = { code: alice.app.wrongCode(world.clock.now()) }
  const answer = await send('POST', '/mfa/step-up', { session: signedIn, body })
  expect(answer).toMatchObject({
    status: 400,
    headers: { 'Content-Type': 'application/problem+json', 'Cache-Control': 'no-store' },
  })
  expect(answer.json).toEqual({
    ...{ title: 'The code is not valid', status: 400, detail: 'The code is not valid', code: 'invalid_code' },
    ...{ type: expect.stringMatching(/^(urn|https):.*invalid.code/), attempts_remaining: 4 },
  })
})

test('wrong, used, drifted, no code: all alike', async () => {
  const answers = new Set<string>()
  for (const pick of ['wrong', 'used', 'drifted', 'recovery'] as const) {
    const { send, signedIn, alice, world } = await enrolledApp()
    const step = alice.app.step(world.clock.now())
    const codes = {
      wrong: alice.app.wrongCode(world.clock.now()),
      used: alice.app.codeAt(step - 1),
      drifted: alice.app.codeAt(step + 7),
      recovery: 'zzzz-zzzz',
    }
    const { response } = await send('POST', '/mfa/step-up', { session: signedIn, body: { code: codes[pick] } })
    answers.add(JSON.stringify([response.status, response.headers, Buffer.from(response.body ?? []).toString()]))
  }
  expect(answers.size).toBe(1)
})

test('a wait says how long, a suspension does not', async () => {
  const { send, signedIn, alice, world } = await enrolledApp({ attempts: { waitAfter: 1, suspendAfter: 2 } })
  const step = () =>
    send('POST', '/mfa/step-up', { session: signedIn, body: { code: alice.app.wrongCode(world.clock.now()) } })
  await step()
  const waits = await step()
  expect(waits).toMatchObject({ status: 429, headers: { 'Retry-After': '30' }, json: { retry_after: 30 } })
  world.clock.advance(30)
  await step()
  const suspended = await step()
  expect(suspended.status).toBe(429)
  expect(suspended.headers).not.toHaveProperty('Retry-After')
  expect(suspended.json).not.toHaveProperty('retry_after')
})

test('a storage that fails is 503 and says nothing of why', async () => {
  const { send, signedIn, world } = await enrolledApp()
  world.storage.inject('get', 'throw_before')
  const answer = await send('GET', '/mfa/status', { session: signedIn })
  expect(answer).toMatchObject({
    status: 503,
    json: { code: 'storage_unavailable', detail: 'The storage is unavailable' },
  })
  expect(JSON.stringify(answer.json)).not.toContain('faultyStorage')
})

test('a body that is too large ends the connection, since the rest is not read', async () => {
  const { send } = createApp()
  const answer = await send('POST', '/login', { bytes: JSON.stringify({ a: 'x'.repeat(20_000) }) })
  expect(answer).toMatchObject({ status: 413, headers: { Connection: 'close' }, json: { code: 'body_too_large' } })
  expect((await send('POST', '/login', { bytes: '{' })).headers).not.toHaveProperty('Connection')
})

test('members that are not there are not there', () => {
  const body = JSON.parse(Buffer.from(problemAnswer(new MfaError('not_found')).body ?? []).toString())
  expect(Object.keys(body).toSorted()).toEqual(['code', 'detail', 'status', 'title', 'type'])
})
