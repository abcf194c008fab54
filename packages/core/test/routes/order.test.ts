// The order of checks: path, method, cross-site, signed in, body, fields, then the operation; each before all that follow.

import { describe, expect, test } from 'vitest'
import { createApp, enrolledApp, requestOf } from './app.ts'

const foreign = { origin: 'https://evil.example' }

test.each([
  '/',
  '',
  '/nothing',
  '/mfa',
  '/mfa/',
  '/login/x',
  '//login',
  '/login//',
  '/LOGIN',
  '/lo%67in',
  '/login.css',
  '/mfa/authenticators//x',
  '/mfa/totp/deactivate/x',
])('%s is not ours, whatever else is wrong with the request', async (path) => {
  const { handler } = createApp()
  expect(await handler.handle(requestOf('POST', path, { headers: foreign, bytes: '{' }), 'nobody')).toBeNull()
})

test.each(['/login', 'login', '/login/', 'login/'])('%s is the login', async (path) => {
  const { send } = createApp()
  expect((await send('POST', path, { body: { username: 'alice', password: 'right' } })).status).toBe(200)
})

test.each([
  ['GET', '/login', 'POST'],
  ['HEAD', '/login', 'POST'],
  ['OPTIONS', '/login', 'POST'],
  ['DELETE', '/mfa/verify', 'POST'],
  ['HEAD', '/mfa/status', 'GET'],
  ['POST', '/mfa/status', 'GET'],
  ['PUT', '/mfa/totp/activate', 'GET, POST'],
  ['GET', '/mfa/authenticators/x', 'PATCH, DELETE'],
  ['GET', '/mfa/recovery-codes/regenerate', 'POST'],
  ['post', '/login', 'POST'],
])('%s %s is 405, and allows %s', async (method, path, allow) => {
  const { send } = createApp()
  const answer = await send(method, path, { headers: foreign, bytes: '{' })
  expect(answer).toMatchObject({ status: 405, headers: { Allow: allow }, json: { code: 'method_not_allowed' } })
})

test('cross-site comes before signed in, and is not asked of a GET', async () => {
  const { send } = createApp()
  const path = '/mfa/totp/activate'
  expect((await send('POST', path, { headers: foreign, bytes: '{' })).json['code']).toBe('cross_site_request')
  expect((await send('GET', path, { headers: foreign })).json['code']).toBe('unauthenticated')
  expect((await send('DELETE', '/mfa/authenticators/x', { headers: foreign })).json['code']).toBe('cross_site_request')
})

test('signed in comes before the body, and the body before the fields', async () => {
  const { send, signedIn } = await enrolledApp()
  expect((await send('POST', '/mfa/step-up', { bytes: '{' })).json['code']).toBe('unauthenticated')
  expect((await send('POST', '/mfa/step-up', { session: signedIn, bytes: '{' })).json['code']).toBe('malformed_body')
  expect((await send('POST', '/mfa/step-up', { session: signedIn, body: {} })).json['code']).toBe('invalid_request')
})

test('fields come before `not_enabled`, and that before fresh', async () => {
  const { send, session } = createApp()
  const signedIn = session('alice', null)
  expect((await send('POST', '/mfa/step-up', { session: signedIn, body: {} })).json['code']).toBe('invalid_request')
  expect((await send('POST', '/mfa/step-up', { session: signedIn, body: { code: '1' } })).json['code']).toBe(
    'not_enabled',
  )
  expect((await send('DELETE', '/mfa/authenticators/x', { session: signedIn })).json['code']).toBe('not_enabled')
  expect((await send('POST', '/mfa/recovery-codes/regenerate', { session: signedIn })).json['code']).toBe('not_enabled')
})

test('fresh comes before not found', async () => {
  const { send, session } = await enrolledApp()
  const stale = session('alice', null)
  const answer = await send('DELETE', '/mfa/authenticators/x', { session: stale })
  expect(answer).toMatchObject({ status: 401, json: { code: 'step_up_required' } })
  expect(answer.headers['WWW-Authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age=300')
})

describe('GET and DELETE', () => {
  test.each([
    ['GET', '/mfa/status', 200],
    ['DELETE', '/mfa/authenticators/x', 404],
  ])('%s reads no body', async (method, path, status) => {
    const { handler, signedIn } = await enrolledApp()
    const stream = { [Symbol.asyncIterator]: () => expect.unreachable() }
    const request = requestOf(method, path, { bytes: 'not json', stream })
    expect(await handler.handle(request, signedIn)).toMatchObject({ status })
  })
})

test('every refusal before an operation is one event of its own', async () => {
  const { send, world, session } = createApp()
  const signedIn = session()
  await send('PUT', '/login')
  await send('POST', '/login', { headers: foreign })
  await send('GET', '/mfa/status')
  await send('POST', '/mfa/step-up', { session: signedIn, body: {} })
  await send('POST', '/login', { body: { username: 'alice', password: 'wrong' } })
  const request = { type: 'request', result: 'failure', requestId: 'request-1', factor: null, authenticatorId: null }
  expect(world.events).toEqual([
    { ...request, userId: null, reason: 'method_not_allowed', at: world.clock.now() },
    { ...request, userId: null, reason: 'cross_site_request', at: world.clock.now() },
    { ...request, userId: null, reason: 'unauthenticated', at: world.clock.now() },
    { ...request, userId: 'alice', reason: 'invalid_request', at: world.clock.now() },
    { ...request, userId: null, reason: 'invalid_credentials', at: world.clock.now() },
  ])
})

test('a refusal by an operation is the event of the operation alone, with the request id', async () => {
  const { send, world, signedIn } = await enrolledApp()
  const before = world.events.length
  await send('POST', '/mfa/step-up', { session: signedIn, body: { code: 'x' } })
  expect(world.events.slice(before)).toEqual([
    expect.objectContaining({ type: 'step_up', reason: 'not_a_code', requestId: 'request-1', userId: 'alice' }),
  ])
})
