// The limiter slows an address down across users: it is asked where an answer of a factor is read, and fails closed.

import { describe, expect, test } from 'vitest'
import { createApp, enrolledApp } from './app.ts'

function counting() {
  const keys: string[] = []
  return { keys, limiter: { consume: async (key: string) => keys.push(key) } }
}

test('it is asked by address, once, on every route that takes a code', async () => {
  const { keys, limiter } = counting()
  const { send, signedIn } = await enrolledApp({ limiter })
  const sent = { session: signedIn, address: '203.0.113.7' }
  await send('POST', '/login', { ...sent, body: { username: 'alice', password: 'wrong' } })
  await send('POST', '/mfa/verify', { ...sent, body: { ephemeral_token: 'x', code: '1' } })
  await send('POST', '/mfa/step-up', { ...sent, body: { code: '1' } })
  await send('POST', '/mfa/totp/activate', { ...sent, body: { activation_token: 'x', code: '1' } })
  await send('POST', '/mfa/totp/deactivate', { ...sent, body: { code: '1' } })
  expect(keys).toEqual(Array.from({ length: 5 }, () => '203.0.113.7'))
})

test('it is not asked elsewhere, nor for what is malformed', async () => {
  const { keys, limiter } = counting()
  const { send, signedIn } = await enrolledApp({ limiter })
  await send('GET', '/mfa/status', { session: signedIn })
  await send('GET', '/mfa/recovery-codes', { session: signedIn })
  await send('POST', '/mfa/verify', { body: {} })
  await send('POST', '/login', { bytes: '{' })
  expect(keys).toEqual([])
})

describe('one that refuses', () => {
  test.each([
    [{ msBeforeNext: 1500 }, 2],
    [{ msBeforeNext: 0 }, 1],
    [{ msBeforeNext: -5 }, 1],
    [Object.assign(new Error('slow down'), { msBeforeNext: 60_000 }), 60],
  ])('with %j: too many attempts', async (refusal, seconds) => {
    const { send, world } = createApp({ limiter: { consume: () => Promise.reject(refusal as Error) } })
    const answer = await send('POST', '/login', { body: { username: 'alice', password: 'right' } })
    expect(answer).toMatchObject({
      status: 429,
      headers: { 'Retry-After': String(seconds) },
      json: { retry_after: seconds },
    })
    expect(world.events).toEqual([expect.objectContaining({ type: 'request', reason: 'too_many_attempts' })])
    expect(world.storage.calls.get).toBe(0)
  })

  test.each([
    ['an error', new Error('redis is down')],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'no'],
    ['a time that is none', { msBeforeNext: Number.NaN }],
    ['a time as text', { msBeforeNext: '1000' }],
    ['for ever', { msBeforeNext: Number.POSITIVE_INFINITY }],
  ])('with %s cannot tell: fail closed', async (_, refusal) => {
    const { send, world } = createApp({ limiter: { consume: () => Promise.reject(refusal as Error) } })
    const answer = await send('POST', '/login', { body: { username: 'alice', password: 'right' } })
    expect(answer).toMatchObject({ status: 503, json: { code: 'storage_unavailable' } })
    expect(world.events).toEqual([expect.objectContaining({ type: 'request', reason: 'storage_unavailable' })])
    expect(world.events[0]?.error).toBe(refusal)
  })

  test('at once, by throwing', async () => {
    const consume = () => {
      throw new Error('no connection')
    }
    const { send } = createApp({ limiter: { consume } })
    expect((await send('POST', '/login', { body: {} })).status).toBe(503)
  })
})

test('what it resolves to does not matter', async () => {
  for (const answer of [false, null, { remainingPoints: -1 }]) {
    const { send } = createApp({ limiter: { consume: async () => answer } })
    expect((await send('POST', '/login', { body: { username: 'alice', password: 'right' } })).status).toBe(200)
  }
})
