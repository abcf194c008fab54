// The resource's table is settled like the usual one: routes moved, off or shaped, and mistakes that stop the start.

import { expect, test } from 'vitest'
import { type MfaOptions, resourceRoutes } from '../../src/index.ts'
import { createApp, requestOf } from './app.ts'

const names = [
  ...['login', 'verify', 'register', 'token.refresh', 'token.revoke', 'token.keys', 'status', 'stepUp'],
  ...['recovery_code.show', 'recovery_code.regenerate'],
  ...['secrets.create', 'secrets.list', 'secrets.clear'],
  ...['secrets.enroll', 'secrets.show', 'secrets.rename', 'secrets.remove'],
]

test('every operation has a name; those the resource stands for are none', () => {
  const off = Object.fromEntries(names.map((name) => [name, false as const]))
  expect(() => createApp({ routes: resourceRoutes(off) })).not.toThrow()
  for (const name of ['totp.begin', 'authenticators', 'logout']) {
    expect(() => createApp({ routes: resourceRoutes({ [name]: false }) })).toThrow(
      new TypeError(`options.routes: unknown option "${name}" (known: ${names.join(', ')})`),
    )
  }
})

test.each([
  ['GET', '/mfa/totp/activate'],
  ['POST', '/mfa/totp/activate'],
  ['POST', '/mfa/totp/qr'],
  ['POST', '/mfa/totp/deactivate'],
  ['GET', '/mfa/authenticators'],
  ['PATCH', '/mfa/authenticators/x'],
])('%s %s is not there beside the resource', async (method, path) => {
  const { handler } = createApp({ routes: resourceRoutes() })
  expect(await handler.handle(requestOf(method, path), 'nobody')).toBeNull()
})

test('a route is moved with its named part, taken away, or shaped', async () => {
  const routes = resourceRoutes({
    'secrets.create': '/accounts/:userId/secrets',
    'secrets.clear': false,
    'secrets.list': (body) => ({ data: body }),
    status: false,
  })
  const { send, session, handler } = createApp({ routes })
  const signedIn = session()
  const body = { type: 'mfa' }
  expect((await send('POST', '/accounts/alice/secrets', { session: signedIn, body })).status).toBe(200)
  expect((await send('POST', '/accounts/mallory/secrets', { session: signedIn, body })).status).toBe(404)
  expect((await send('GET', '/users/alice/secrets', { session: signedIn })).json).toEqual({ data: { secrets: [] } })
  expect((await send('DELETE', '/users/alice/secrets', { session: signedIn })).headers['Allow']).toBe('GET')
  expect(await handler.handle(requestOf('GET', '/mfa/status'), signedIn)).toBeNull()
})

test.each<[unknown, string]>([
  [{ 'secrets.create': '/secrets' }, "options.routes.secrets.create must hold ':userId'"],
  [{ 'secrets.show': '/users/:userId/secrets' }, "options.routes.secrets.show must hold ':secretId'"],
  [{ 'secrets.list': '/mfa/status', status: '/a' }, "options.routes.secrets.list must hold ':userId'"],
  [{ 'secrets.create': true }, "must be a path such as '/users/:userId/secrets'"],
  ['/secrets', 'options.routes must be an object'],
  [null, 'options.routes must be an object'],
  [[], 'options.routes must be an object'],
])('settings %j stop the start', (settings, message) => {
  const start = () => createApp({ routes: resourceRoutes(settings as never) })
  expect(start).toThrow(TypeError)
  expect(start).toThrow(message)
})

test.each([null, 7, 'resource', [], resourceRoutes])(
  'the option routes: %s is neither settings nor a table',
  (routes) => {
    expect(() => createApp({ routes } as unknown as Partial<MfaOptions>)).toThrow('options.routes must be an object')
  },
)

test('a table is frozen, shows nothing, and serves several apps', async () => {
  const routes = resourceRoutes()
  expect(Object.isFrozen(routes)).toBe(true)
  expect(JSON.stringify(routes)).toBe('{}')
  for (const app of [createApp({ routes }), createApp({ routes })]) {
    expect((await app.send('GET', '/users/alice/secrets', { session: app.session() })).status).toBe(200)
  }
})
