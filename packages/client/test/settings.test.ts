/** The rule guarded here: a bad option fails at once, by its name. And the threat: a password that goes over the network in the clear. */
import { expect, test } from 'vitest'
import { createClient } from '../src/index.ts'

const baseUrl = 'https://app.example/auth'

test.each([
  ['baseUrl', {}],
  ['baseUrl', { baseUrl: '' }],
  ['baseUrl', { baseUrl: '/auth' }],
  ['baseUrl', { baseUrl: 'ftp://app.example' }],
  ['baseUrl', { baseUrl: 'https://alice:secret@app.example/auth' }],
  ['baseUrl', { baseUrl: 'https://app.example/auth?x=1' }],
  ['baseUrl', { baseUrl: 'http://app.example/auth' }],
  ['baseUrl', { baseUrl: 'http://127.0.0.1.example/auth' }],
  ['totp', { baseUrl, totp: 1 }],
  ['totp', { baseUrl, totp: { secret: null } }],
  ['totp.steps', { baseUrl, totp: { secret: 'GEZDGNBVGY3TQOJQ', steps: { take() {} } } }],
  ['answers', { baseUrl, answers: {} }],
  ['prompt', { baseUrl, prompt: 'code?' }],
  ['maxAttempts', { baseUrl, maxAttempts: 0 }],
  ['maxAttempts', { baseUrl, maxAttempts: 1.5 }],
  ['tokenStorage', { baseUrl, tokenStorage: { get() {} } }],
  ['readTokens', { baseUrl, readTokens: {} }],
  ['origins', { baseUrl, origins: ['https://api.app.example/'] }],
  ['timeoutSeconds', { baseUrl, timeoutSeconds: '10' }],
  ['timeoutSeconds', { baseUrl, timeoutSeconds: Number.NaN }],
  ['retries', { baseUrl, retries: -1 }],
  ['maxClockSkewSeconds', { baseUrl, maxClockSkewSeconds: Number.POSITIVE_INFINITY }],
  ['paths.login', { baseUrl, paths: { login: 'x' } }],
  ['paths.login', { baseUrl, paths: { login: '//elsewhere.example' } }],
  ['onNotice', { baseUrl, onNotice: true }],
  ['fetch', { baseUrl, fetch: {} }],
  ['now', { baseUrl, now: 0 }],
  ['sleep', { baseUrl, sleep: 0 }],
])('%s: %j is a TypeError that names it', (name, options) => {
  expect(() => createClient(options as never)).toThrow(TypeError)
  expect(() => createClient(options as never)).toThrow(new RegExp(`^${name.replace('.', '\\.')} `))
})

test('a path of an unknown route is refused with the names of the known ones', () => {
  const create = () => createClient({ baseUrl, paths: { 'sign-in': '/x' } as never })
  expect(create).toThrow(TypeError)
  expect(create).toThrow(/^paths: unknown option "sign-in" \(known: login, verify, .*one_time_code\.send\)$/)
})

test('missing options are a TypeError too', () => {
  expect(() => createClient(undefined as never)).toThrow(TypeError)
})

test.each([
  { baseUrl },
  { baseUrl: new URL(baseUrl) },
  { baseUrl: 'http://localhost:3000/auth' },
  { baseUrl: 'http://[::1]:3000/auth' },
  { baseUrl: 'http://app.example/auth', allowHttp: true },
])('%j is fine', (options) => {
  expect(Object.isFrozen(createClient(options))).toBe(true)
})
