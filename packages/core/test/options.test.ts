// An app with a wrong option does not start: each mistake is a TypeError that names the option and says what is right.

import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMfa, type MfaOptions, memoryStorage } from '../src/index.ts'
import { readMfaOptions } from '../src/options/options.ts'
import { fixedPhrase } from './factors/fixed-phrase.ts'
import { otherSecret, secret } from './world.ts'

const good: MfaOptions = { secret, issuer: 'Acme', storage: memoryStorage(), findUser: () => null }
const storageWithout = (method: string) => ({ ...memoryStorage(), [method]: undefined })
const phrase = fixedPhrase('correct horse')

/** By option: what it must not be. The mistake must name the key, or what stands in front of the value. */
const bad: Readonly<Record<string, readonly unknown[]>> = {
  secret: [
    undefined,
    null,
    '',
    'short',
    'a'.repeat(31),
    42,
    [],
    [secret, 'short'],
    [undefined],
    { toString: () => secret },
  ],
  storage: [undefined, null, {}, 'memory', ...['get', 'put', 'delete', 'userIds'].map(storageWithout)],
  findUser: [undefined, null, 'users', {}],
  issuer: [
    undefined,
    null,
    '',
    ' ',
    'a:b',
    'a'.repeat(65),
    'a'.repeat(1_000_000),
    'a\nb',
    'a\0',
    '\u202eb',
    '\ud800',
    42,
  ],
  totp: [null, 'SHA1', 6, [], () => null],
  'totp.algorithm': ['MD5', 'sha1', 'SHA-1', '', null, 1],
  'totp.digits': [5, 9, 6.5, '6', Number.NaN, null],
  'totp.period': [0, 14, 121, -30, 30.5, Number.POSITIVE_INFINITY, '30', null],
  'totp.window': [-1, 3, 0.5, '1', null],
  'totp.authenticators': [0, 21, 1.5, '5', null],
  'totp.secretBytes': [15, 65, 20.5, '20', null],
  'totp.diagnose': ['true', 1, null],
  recoveryCodes: [null, 10, 'always', []],
  'recoveryCodes.reveal': ['never', '', null, true],
  'recoveryCodes.count': [0, 33, 1.5, '10', null],
  'recoveryCodes.groups': [1, 9, 2.5, '2', null],
  enrollment: ['required', true, { optional: true }],
  bearer: [null, 900, 'jwt', [], () => null],
  'bearer.accessTokenSeconds': [59, 86_401, 60.5, '900', null],
  'bearer.refreshTokenSeconds': [3599, 31_536_001, 3600.5, '86400', null],
  'bearer.families': [0, 51, 1.5, '10', null],
  'bearer.audience': ['', ' api', 'a\nb', 'a'.repeat(257), 42, null],
  'bearer.keys': [
    ...[null, 'pem', {}, [null], [42], [''], ['-----BEGIN PRIVATE KEY-----'], [{}], [{ kty: 'oct', k: 'AAAA' }]],
    ...unfitKeys().map((key) => [key]),
  ],
  factors: [
    ...[null, 'totp', {}, [null], [{}], ['totp'], [phrase, phrase]],
    ...['totp', 'recovery_code', 'password', 'Phrase', 'my phrase', '', '__proto__', '1st'].map((type) => [
      { ...phrase, type },
    ]),
    ...Object.keys(phrase)
      .filter((name) => name !== 'enrollment')
      .map((name) => [{ ...phrase, [name]: undefined }]),
  ],
  ephemeralTokenSeconds: [29, 3601, 60.5, '300', Number.NaN],
  activationTokenSeconds: [29, 3601, 60.5, '600'],
  attempts: [null, 5, []],
  'attempts.waitAfter': [0, 101, 1.5, '5', null],
  'attempts.waitSeconds': [0, 86_401, '30', null],
  'attempts.maxWaitSeconds': [29, 86_401, '3600', null],
  'attempts.suspendAfter': [4, 101, '100', null],
  stepUpSeconds: [0, 86_401, -1, 0.5, '300', true, Number.NaN],
  routes: [null, 'off', [], false],
  'routes.login': ['login', '/', '', '/log in', '/login/', '/a//b', '/%6c', true, 3, null],
  'routes.verify': ['/login'],
  'routes.status.shape': [{ shape: 'x' }],
  'routes.renameAuthenticator': ['/rename'],
  allowedOrigins: [
    null,
    [],
    'https://app.example',
    ['app.example'],
    ['https://app.example/'],
    ['null'],
    ['*'],
    [42],
    ['https://APP.example'],
    ['https://app.example', 'app.example'],
  ],
  limiter: [null, {}, () => null, 'slow'],
  onEvent: [null, 'log', {}],
  storageTimeoutSeconds: [0, -1, 601, Number.NaN, '10'],
  now: ['now', 0, {}],
  randomBytes: ['random', {}],
}

describe.each(Object.entries(bad))('options.%s', (name, values) => {
  test.each(values.map((value) => [value]))('must not be %j', (value) => {
    const options = { ...good, ...at(name, value) }
    expect(() => createMfa(options as MfaOptions)).toThrow(TypeError)
    expect(() => createMfa(options as MfaOptions)).toThrow(`options.${name}`)
  })
})

test.each([
  ['logger', 'options', 'secret'],
  ['totp.digit', 'options.totp', 'digits'],
  ['recoveryCodes.length', 'options.recoveryCodes', 'count'],
  ['attempts.limit', 'options.attempts', 'waitAfter'],
  ['bearer.issuer', 'options.bearer', 'families'],
  ['routes.logout', 'options.routes', 'login'],
])('options.%s is unknown, and the message says what is known', (name, group, known) => {
  const start = () => createMfa({ ...good, ...at(name, '/x') } as MfaOptions)
  const last = name.split('.').at(-1)
  expect(start).toThrow(TypeError)
  expect(start).toThrow(new RegExp(`^${group}: unknown option "${last}" \\(known: .*\\b${known}\\b`))
})

/** Private keys that sign too weakly or not at all, and public ones. */
function unfitKeys(): readonly string[] {
  const pem = { type: 'pkcs8', format: 'pem' } as const
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const koblitz = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const exchange = generateKeyPairSync('x25519')
  const good = generateKeyPairSync('ed25519')
  const secret = [weak, koblitz, exchange].map(({ privateKey }) => privateKey.export(pem).toString())
  return [...secret, good.publicKey.export({ type: 'spki', format: 'pem' }).toString()]
}

/** `{ totp: { digits: 5 } }` of `totp.digits`; a shape of a route stands in the route's own setting. */
function at(name: string, value: unknown): Record<string, unknown> {
  const [first = '', second] = name.split('.')
  return { [first]: second === undefined ? value : { [second]: value } }
}

test('a factor that asks at the login has no name of a member of its answer', () => {
  const asking = { ...fixedPhrase('x', 'methods'), challenge: { schema: {}, create: () => ({}) } }
  expect(() => createMfa({ ...good, factors: [asking] })).toThrow("'methods' is a member of the answer to a login")
  expect(() => createMfa({ ...good, factors: [fixedPhrase('x', 'methods')] })).not.toThrow()
})

test('options must be an object', () => {
  for (const options of [undefined, null, 'secret']) {
    expect(() => createMfa(options as unknown as MfaOptions)).toThrow('options must be an object')
  }
})

test.each([
  'change-me-change-me-change-me-change-me',
  'please change_this secret before you go live!',
  'keyboard cat keyboard cat keyboard cat',
  'your-secret-your-secret-your-secret-1',
  'an example_secret that nobody should use',
  '0123456789abcdef0123456789abcdef',
  'replace-with-output-of-openssl-rand-base64',
])('%j is a secret from an example: refused, and not repeated', (value) => {
  for (const given of [value, [secret, value]]) {
    expect(() => createMfa({ ...good, secret: given })).toThrow(/^options\.secret is an example/)
    expect(() => createMfa({ ...good, secret: given })).not.toThrow(value)
  }
})

test('a secret is measured in bytes', () => {
  expect(() => createMfa({ ...good, secret: 'é'.repeat(16) })).not.toThrow()
  expect(() => createMfa({ ...good, secret: 'é'.repeat(15) })).toThrow('32 random bytes')
})

test('a mistake in the secret does not repeat it', () => {
  expect(() => createMfa({ ...good, secret: 'hunter2' })).not.toThrow('hunter2')
})

test('the defaults are those of the documentation', () => {
  expect(readMfaOptions(good)).toMatchObject({
    secrets: [secret],
    issuer: 'Acme',
    totp: { algorithm: 'SHA1', digits: 6, period: 30, window: 1, authenticators: 5, secretBytes: 20 },
    recoveryCodes: { count: 10, groups: 2, reveal: 'always' },
    bearer: { accessTokenSeconds: 900, refreshTokenSeconds: 2_592_000, families: 10, audience: 'Acme', keys: [] },
    factors: [],
    ephemeralTokenSeconds: 300,
    activationTokenSeconds: 600,
    attempts: { waitAfter: 5, waitSeconds: 30, maxWaitSeconds: 3600, suspendAfter: 100 },
    stepUpSeconds: 300,
    routes: {},
    allowedOrigins: undefined,
    limiter: undefined,
    onEvent: undefined,
    storageTimeoutSeconds: 10,
    now: Date.now,
  })
  expect(readMfaOptions({ ...good, recoveryCodes: { reveal: 'once' } }).recoveryCodes.groups).toBe(3)
})

test('an option that is undefined has its default', () => {
  const names = ['totp', 'recoveryCodes', 'factors', 'ephemeralTokenSeconds', 'activationTokenSeconds', 'attempts']
  const more = ['stepUpSeconds', 'routes', 'allowedOrigins', 'limiter', 'onEvent', 'storageTimeoutSeconds', 'now']
  const none = Object.fromEntries(
    [...names, ...more, 'randomBytes', 'enrollment', 'bearer'].map((name) => [name, undefined]),
  )
  expect(readMfaOptions({ ...good, ...none })).toEqual(readMfaOptions(good))
  expect(readMfaOptions({ ...good, totp: { digits: undefined } as object }).totp.digits).toBe(6)
})

test.each<Partial<MfaOptions>>([
  { secret: [secret, otherSecret] },
  { issuer: ' Acme ' },
  { totp: { algorithm: 'SHA512', digits: 8, period: 120, window: 0, authenticators: 20, secretBytes: 64 } },
  { recoveryCodes: { count: 32, groups: 8, reveal: 'once' } },
  { enrollment: async () => 'required' as const },
  {
    bearer: { accessTokenSeconds: 60, refreshTokenSeconds: 31_536_000, families: 50, audience: 'https://api.example' },
  },
  { factors: [phrase] },
  { attempts: { waitAfter: 100, suspendAfter: 100, waitSeconds: 86_400, maxWaitSeconds: 86_400 } },
  { stepUpSeconds: false },
  {
    routes: {
      login: '/auth/sign-in',
      status: false,
      verify: (body) => body,
      stepUp: { path: '/x', shape: (body) => body },
    },
  },
  { allowedOrigins: ['https://app.example', 'http://localhost:3000'] },
  { limiter: { consume: async () => undefined } },
  { storageTimeoutSeconds: 0.01 },
  { storageTimeoutSeconds: 600 },
])('%j is right', (options) => {
  expect(() => createMfa({ ...good, ...options })).not.toThrow()
})

test('the settings cannot be changed afterwards', () => {
  const totp = { digits: 6 }
  const allowedOrigins = ['https://app.example']
  const settings = readMfaOptions({ ...good, totp, allowedOrigins })
  totp.digits = 5
  allowedOrigins.push('https://evil.example')
  expect(settings).toMatchObject({ totp: { digits: 6 }, allowedOrigins: ['https://app.example'] })
  for (const value of [settings, settings.totp, settings.recoveryCodes, settings.attempts, settings.allowedOrigins]) {
    expect(Object.isFrozen(value)).toBe(true)
  }
  expect(Object.isFrozen(createMfa(good))).toBe(true)
})
