// The routes of bearer tokens, which take a refresh token and nothing else; and a step-up gives a new access token.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { bearerHost, type Handler, type MfaOptions } from '../../src/index.ts'
import { type BearerWorld, bearerWorld } from '../bearer-world.ts'
import { requestOf } from './app.ts'

const request = requestOf('GET', '/of/the/app')

async function openApp(options: Partial<MfaOptions> = {}) {
  const world: BearerWorld = await bearerWorld(options)
  const { mfa, users } = world
  const host = bearerHost<[string?]>(
    { mfa, checkCredentials: ({ username }) => users.get(String(username)) ?? null },
    (header) => header,
  )
  const handler: Handler<[string?]> = mfa.handler(host)
  const send = async (method: string, path: string, body?: object, token?: string) => {
    const header = token === undefined ? undefined : `Bearer ${token}`
    const sent = { ...(body && { body }), ...(header && { headers: { authorization: header } }) }
    const response = await handler.handle(requestOf(method, path, sent), header)
    const text = Buffer.from(response?.body ?? []).toString()
    return { status: response?.status, headers: response?.headers, json: text === '' ? null : JSON.parse(text) }
  }
  return { world, handler, send, newCode: () => world.enrolled.app.code(world.clock.advance(30)) }
}

test('login, refresh, revoke', async () => {
  const { send, newCode } = await openApp()
  const login = await send('POST', '/login', { username: 'alice', code: newCode() })
  const set = {
    access_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 900,
    refresh_token: expect.any(String),
  }
  expect(login).toMatchObject({ status: 200, json: set })
  expect((await send('GET', '/mfa/status', undefined, login.json.access_token)).json).toMatchObject({
    mfa_enabled: true,
  })
  const refreshed = await send('POST', '/token/refresh', { refresh_token: login.json.refresh_token })
  expect(refreshed).toMatchObject({ status: 200, headers: { 'Cache-Control': 'no-store' }, json: set })
  const revoked = await send('POST', '/token/revoke', { refresh_token: refreshed.json.refresh_token })
  expect(revoked).toMatchObject({ status: 204, json: null })
  expect(await send('POST', '/token/refresh', { refresh_token: refreshed.json.refresh_token })).toMatchObject({
    status: 400,
    json: { code: 'invalid_token', detail: 'The token is not valid' },
  })
  expect((await send('POST', '/token/revoke', { refresh_token: 'nothing' })).status).toBe(204)
})

test('a step-up gives a new access token, and so does a further authenticator', async () => {
  const { send, newCode, world } = await openApp()
  const { json: tokens } = await send('POST', '/login', { username: 'alice', code: newCode() })
  world.clock.advance(600)
  expect((await send('GET', '/mfa/recovery-codes', undefined, tokens.access_token)).json.code).toBe('step_up_required')
  const stepped = await send('POST', '/mfa/step-up', { code: newCode() }, tokens.access_token)
  expect(stepped.json).toMatchObject({ proved_at: expect.any(String), token_type: 'bearer', expires_in: 900 })
  expect((await send('GET', '/mfa/recovery-codes', undefined, stepped.json.access_token)).status).toBe(200)
  const begun = await send('GET', '/mfa/totp/activate', undefined, stepped.json.access_token)
  const code = virtualAuthenticator(begun.json.totp_url).code(world.clock.now())
  const body = { activation_token: begun.json.activation_token, code }
  const confirmed = await send('POST', '/mfa/totp/activate', body, stepped.json.access_token)
  expect(confirmed.json).toMatchObject({
    recovery_codes: [],
    authenticator: { type: 'totp' },
    access_token: expect.any(String),
  })
})

test('the guard reads the claims, and no storage', async () => {
  const { send, newCode, world, handler } = await openApp()
  const { json: tokens } = await send('POST', '/login', { username: 'alice', code: newCode() })
  const guard = handler.guard({ maxAgeSeconds: 60, factors: ['totp'] })
  world.storage.reset()
  const { user, proof } = await guard(request, `Bearer ${tokens.access_token}`)
  expect({ user, proof }).toMatchObject({
    user: { id: 'alice' },
    proof: { factor: 'totp', amr: ['pwd', 'otp', 'mfa'] },
  })
  world.clock.advance(61)
  await expect(guard(request, `Bearer ${tokens.access_token}`)).rejects.toMatchObject({ code: 'step_up_required' })
  await expect(guard(request, `Bearer ${tokens.refresh_token}`)).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(world.storage.calls).toEqual({ get: 0, put: 0, delete: 0, userIds: 0 })
})

test('who is not signed in is asked for a token', async () => {
  const { send, handler } = await openApp()
  const refused = { status: 401, headers: { 'WWW-Authenticate': 'Bearer' }, json: { code: 'unauthenticated' } }
  expect(await send('GET', '/mfa/status')).toMatchObject(refused)
  expect(await send('GET', '/mfa/status', undefined, 'a.b.c')).toMatchObject(refused)
  const error: unknown = await handler
    .guard()(request, 'Bearer a.b.c')
    .catch((thrown: unknown) => thrown)
  expect(handler.problem(error).headers).toMatchObject(refused.headers)
  const wrong = await send('POST', '/token/refresh', { refresh_token: 'a.b.c' })
  expect(wrong.headers).not.toHaveProperty('WWW-Authenticate')
})

describe('a bad body', () => {
  test.each(['/token/refresh', '/token/revoke'])('%s', async (path) => {
    const { send } = await openApp()
    for (const body of [{}, { refresh_token: 42 }, { refresh_token: null }, { refresh_token: ['a'] }, { token: 'a' }]) {
      const { status, json } = await send('POST', path, body)
      expect({ status, json }).toMatchObject({ status: 400, json: { code: 'invalid_request' } })
      expect(json.errors[0].field).toBe('refresh_token')
    }
    expect((await send('GET', path)).status).toBe(405)
  })
})
