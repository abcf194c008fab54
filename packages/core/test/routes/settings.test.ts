// The host may move a route, take it away or shape its answer; a mistake in that stops the start.

import { describe, expect, test } from 'vitest'
import { createMfa, type MfaOptions, memoryStorage } from '../../src/index.ts'
import { secret } from '../world.ts'
import { createApp, enrolledApp, requestOf } from './app.ts'

const credentials = { username: 'alice', password: 'right' }

const names = [
  ...[
    'login',
    'verify',
    'register',
    'token.refresh',
    'token.revoke',
    'token.keys',
    'status',
    'stepUp',
    'authenticators',
    'renameAuthenticator',
    'removeAuthenticator',
  ],
  ...['totp.begin', 'totp.confirm', 'totp.deactivate', 'totp.qr', 'recovery_code.show', 'recovery_code.regenerate'],
]

test.each([
  ['register', 'POST', '/register'],
  ['bearer', 'POST', '/token/refresh'],
  ['bearer', 'POST', '/token/revoke'],
  ['bearer', 'GET', '/.well-known/jwks.json'],
] as const)('a host without %s has no %s %s', async (has, method, path) => {
  const without = createApp()
  await expect(without.send(method, path)).rejects.toThrow(`${path} is not Latchkey's`)
  const given = createApp({}, () => (has === 'bearer' ? { bearer: true } : { register: () => null }))
  expect((await given.send(method, path)).status).toBeLessThan(404)
})

test('every operation has a name; others are none', () => {
  const off = Object.fromEntries(names.map((name) => [name, false as const]))
  expect(() => createApp({ routes: off })).not.toThrow()
  expect(() => createApp({ routes: { logout: false } })).toThrow(
    new TypeError(`options.routes: unknown option "logout" (known: ${names.join(', ')})`),
  )
  expect(() => createApp({ routes: { __proto__: null, toString: false } as never })).toThrow(
    'unknown option "toString"',
  )
})

test.each(names)('%s off is not there', async (name) => {
  const whole = () => ({ bearer: true, register: () => null })
  const on = createApp({}, whole)
  const off = createApp({ routes: { [name]: false } }, whole)
  const places = [
    ...[
      ['POST', '/login'],
      ['POST', '/mfa/verify'],
      ['POST', '/register'],
      ['GET', '/mfa/status'],
      ['POST', '/mfa/step-up'],
    ],
    ...[
      ['POST', '/token/refresh'],
      ['POST', '/token/revoke'],
      ['GET', '/.well-known/jwks.json'],
    ],
    ...[
      ['GET', '/mfa/authenticators'],
      ['PATCH', '/mfa/authenticators/x'],
      ['DELETE', '/mfa/authenticators/x'],
    ],
    ...[
      ['GET', '/mfa/totp/activate'],
      ['POST', '/mfa/totp/activate'],
      ['POST', '/mfa/totp/deactivate'],
    ],
    ...[
      ['POST', '/mfa/totp/qr'],
      ['GET', '/mfa/recovery-codes'],
      ['POST', '/mfa/recovery-codes/regenerate'],
    ],
  ] as const
  const answers = async ({ handler }: typeof on) =>
    Promise.all(
      places.map(async ([method, path]) => {
        const response = await handler.handle(requestOf(method, path), 'nobody')
        return response === null || response.status === 405 ? 'not there' : 'there'
      }),
    )
  expect(await answers(on)).toEqual(places.map(() => 'there'))
  expect((await answers(off)).filter((answer) => answer === 'not there')).toHaveLength(1)
})

test.each(['/sign-in', '/a/b.c/d_e~f-g'])('the login at %s is there and nowhere else', async (path) => {
  for (const setting of [path, { path }]) {
    const { send, handler } = createApp({ routes: { login: setting } })
    expect((await send('POST', path, { body: credentials })).status).toBe(200)
    expect(await handler.handle(requestOf('POST', '/login', { body: credentials }), 's')).toBeNull()
  }
})

test('a path with a named part keeps it, wherever it stands', async () => {
  const routes = { renameAuthenticator: '/devices/:id/name', removeAuthenticator: { path: '/:id' } }
  const { send, signedIn, alice } = await enrolledApp({ routes })
  const renamed = await send('PATCH', `/devices/${alice.id}/name`, { session: signedIn, body: { name: 'Phone' } })
  expect(renamed.json).toMatchObject({ id: alice.id, name: 'Phone' })
  expect((await send('DELETE', `/${alice.id}`, { session: signedIn })).status).toBe(204)
})

describe('two operations on one path', () => {
  test('are a mistake with the same method', () => {
    expect(() => createApp({ routes: { verify: '/login' } })).toThrow("options.routes.verify has the path of 'login'")
    expect(() => createApp({ routes: { renameAuthenticator: '/a/:id', 'totp.qr': '/a/b' } })).not.toThrow()
    expect(() => createApp({ routes: { verify: '/mfa/totp/:x', login: '/mfa/totp/:y' } })).toThrow(
      "has the path of 'login'",
    )
  })

  test('are fine with different ones', async () => {
    const { send, session } = createApp({ routes: { status: '/mfa/step-up' } })
    expect((await send('GET', '/mfa/step-up', { session: session() })).status).toBe(200)
    expect((await send('PUT', '/mfa/step-up')).headers['Allow']).toBe('GET, POST')
  })

  test('a named part is still found where a path of another method is more exact', async () => {
    const { send, signedIn, alice } = await enrolledApp({
      routes: { status: '/devices/all', renameAuthenticator: '/devices/:id' },
    })
    expect((await send('GET', '/devices/all', { session: signedIn })).status).toBe(200)
    const renamed = await send('PATCH', `/devices/${alice.id}`, { session: signedIn, body: { name: 'Phone' } })
    expect(renamed.json).toMatchObject({ id: alice.id })
    expect((await send('PATCH', '/devices/all', { session: signedIn, body: { name: 'x' } })).status).toBe(404)
  })
})

describe('a shape', () => {
  test('changes a success, which it gets as it is on the wire', async () => {
    const shape = (body: unknown) => ({ data: body })
    for (const setting of [shape, { shape }]) {
      const { send, session } = createApp({ routes: { status: setting } })
      expect((await send('GET', '/mfa/status', { session: session() })).json).toMatchObject({
        data: { mfa_enabled: false },
      })
    }
  })

  test('changes no refusal', async () => {
    const { send } = createApp({ routes: { status: () => ({ all: 'well' }) } })
    expect((await send('GET', '/mfa/status')).json).toMatchObject({ code: 'unauthenticated' })
  })

  test('that gives nothing gives an empty object', async () => {
    const { send, session } = createApp({ routes: { status: () => undefined } })
    expect((await send('GET', '/mfa/status', { session: session() })).json).toEqual({})
  })

  test('leaves what is no JSON alone', async () => {
    const { send, signedIn, alice } = await enrolledApp({ routes: { removeAuthenticator: () => ({ removed: true }) } })
    const answer = await send('DELETE', `/mfa/authenticators/${alice.id}`, { session: signedIn })
    expect(answer.response).toMatchObject({ status: 204, body: null })
  })
})

test.each<[unknown, string]>([
  ['login', "options.routes.login must be a path such as '/login'"],
  ['/', 'options.routes.login'],
  ['/a b', 'options.routes.login'],
  ['/a/', 'options.routes.login'],
  ['/a//b', 'options.routes.login'],
  ['/a?b', 'options.routes.login'],
  ['/%2e', 'options.routes.login'],
  [`/${'a/'.repeat(50_000)}`, 'options.routes.login'],
  [true, 'options.routes.login'],
  [null, 'options.routes.login'],
  [{ path: 7 }, 'options.routes.login'],
  [{ shape: 'x' }, 'options.routes.login.shape must be a function'],
])('a setting %.40j is a mistake', (setting, message) => {
  const routes = { login: setting } as MfaOptions['routes']
  const start = () => createMfa({ secret, issuer: 'Acme', storage: memoryStorage(), findUser: () => null, routes })
  expect(start).toThrow(TypeError)
  expect(start).toThrow(message)
})

test('a path that loses its named part is a mistake', () => {
  expect(() => createApp({ routes: { renameAuthenticator: '/rename' } })).toThrow(
    "options.routes.renameAuthenticator must hold ':id'",
  )
})
