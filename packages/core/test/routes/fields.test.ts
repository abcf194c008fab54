// Fields: each that is missing or of the wrong type is named, and what nobody asked for does nothing.

import { describe, expect, test } from 'vitest'
import { fixedPhrase } from '../factors/fixed-phrase.ts'
import { createApp, enrolledApp } from './app.ts'

const text = 'must be a string, in quotes: a number loses its leading zeros'

test.each([
  ['/mfa/verify', {}, { ephemeral_token: 'is required', code: 'is required' }],
  ['/mfa/verify', { ephemeral_token: 7, code: 1 }, { ephemeral_token: 'must be a string', code: text }],
  ['/mfa/verify', { ephemeral_token: null, code: '1' }, { ephemeral_token: 'must be a string' }],
  ['/mfa/verify', { ephemeral_token: 'x', code: null }, { code: text }],
  ['/mfa/verify', { ephemeral_token: 'x', code: ['123456'] }, { code: text }],
  ['/mfa/verify', { ephemeral_token: 'x', code: { $gt: '' } }, { code: text }],
  ['/mfa/verify', { ephemeral_token: 'x', code: true }, { code: text }],
  ['/mfa/verify', { ephemeral_token: 'x', code: 21589 }, { code: text }],
  ['/login', { code: 21589 }, { code: text }],
  ['/mfa/totp/activate', {}, { activation_token: 'is required', code: 'is required' }],
  ['/mfa/totp/activate', { activation_token: 'x', code: '1', name: 7 }, { name: 'must be a string' }],
  ['/mfa/totp/activate', { activation_token: 'x', code: '1', name: null }, { name: 'must be a string' }],
  ['/mfa/totp/qr', {}, { activation_token: 'is required' }],
  ['/mfa/totp/deactivate', {}, { code: 'is required' }],
  ['/mfa/step-up', { cod: '1' }, { code: 'is required' }],
])('%s with %j', async (path, body, faults) => {
  const { send, session } = createApp()
  const answer = await send('POST', path, { session: session(), body })
  expect(answer.status).toBe(400)
  expect(answer.json).toMatchObject({ code: 'invalid_request', title: 'A field is missing or of the wrong type' })
  expect(answer.json['errors']).toEqual(Object.entries(faults).map(([field, message]) => ({ field, message })))
})

test('a rename needs a name', async () => {
  const { send, signedIn, alice } = await enrolledApp()
  const rename = (body: object) => send('PATCH', `/mfa/authenticators/${alice.id}`, { session: signedIn, body })
  expect((await rename({})).json['errors']).toEqual([{ field: 'name', message: 'is required' }])
  expect((await rename({ name: 7 })).json['errors']).toEqual([{ field: 'name', message: 'must be a string' }])
  expect((await rename({ name: ' ' })).json['code']).toBe('invalid_request')
})

test('members that are inherited are nobody’s fields', async () => {
  const { send, session } = createApp()
  const parsedBody = Object.create({ code: '123456' }) as object
  const headers = { 'content-type': 'application/json' }
  const answer = await send('POST', '/mfa/step-up', { session: session(), parsedBody, headers })
  expect(answer.json['errors']).toEqual([{ field: 'code', message: 'is required' }])
})

test('fields that nobody asked for do nothing', async () => {
  const { send, signedIn, world } = await enrolledApp()
  const body = {
    code: 'x',
    verified: true,
    user_id: 'mallory',
    purpose: 'login',
    proof: {},
    factor: 'totp',
    phrase: 'x',
  }
  const answer = await send('POST', '/mfa/step-up', { session: signedIn, body })
  expect(answer.json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  expect(world.events.at(-1)).toMatchObject({ userId: 'alice' })
})

describe('with two factors of different fields', () => {
  const options = { factors: [fixedPhrase('correct horse')] }

  test('either will do, and each is checked by its own', async () => {
    const { send, session } = createApp(options)
    const step = (body: object) => send('POST', '/mfa/step-up', { session: session(), body })
    expect((await step({})).json['errors']).toEqual([{ field: 'code', message: 'is required' }])
    expect((await step({ phrase: 7 })).json['errors']).toEqual([{ field: 'phrase', message: 'must be a string' }])
    expect((await step({ phrase: 'x' })).json['code']).toBe('not_enabled')
    expect((await step({ code: '1', phrase: 7 })).json['code']).toBe('invalid_request')
  })

  test('an enrollment is confirmed by the field of its own factor', async () => {
    const { send, session } = createApp(options)
    const answer = await send('POST', '/mfa/phrase/activate', {
      session: session(),
      body: { activation_token: 'x', code: '1' },
    })
    expect(answer.json['errors']).toEqual([{ field: 'phrase', message: 'is required' }])
  })
})
