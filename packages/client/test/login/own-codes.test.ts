/**
 * The rule guarded here: a program with a secret is never refused for a code that it made itself. No step is used twice. No code is sent
 * in its last second, or a second time. The time is the server's.
 */
import type { Express } from 'express'
import { describe, expect, test } from 'vitest'
import { createClient, type StepLedger } from '../../src/index.ts'
import { credentials, openApp, type TestApp } from '../open-app.ts'

const verify = 'POST /auth/mfa/verify'

function codesOf({ bodies }: TestApp): readonly unknown[] {
  return bodies.flatMap(({ code }) => (code === undefined ? [] : [code]))
}

test('20 logins in a row: each on its own step, none refused, and each wait is reported', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  for (let count = 0; count < 20; count += 1) await client.login(credentials)
  expect(new Set(codesOf(app)).size).toBe(20)
  expect(app.requests.filter((request) => request === verify)).toHaveLength(20)
  expect(app.notices).toEqual(Array.from({ length: 19 }, () => ({ type: 'waiting', seconds: 30, reason: 'step_used' })))
})

test.each([40, -40, 29, 599, -599])(
  'a server whose clock is %i s ahead takes the first code',
  async (behindSeconds) => {
    const app = await openApp({ behindSeconds, mfa: { totp: { window: 0 } } })
    const phone = await app.enroll()
    const client = app.client({ totp: phone.secret })
    await client.login(credentials)
    expect(app.requests.filter((request) => request === verify)).toHaveLength(1)
    expect(Math.abs((client.clock()?.offsetSeconds ?? 0) - behindSeconds)).toBeLessThanOrEqual(0.5)
  },
)

test.each([700, -700, 86_400])(
  'a server that is %i s off gets no code: it could collect codes of another day',
  async (behindSeconds) => {
    const app = await openApp({ behindSeconds })
    const phone = await app.enroll()
    const client = app.client({ totp: phone.secret })
    await expect(client.login(credentials)).rejects.toMatchObject({ code: 'clock_skew' })
    expect(codesOf(app)).toEqual([])
  },
)

test.each([28, 28.4, 28.9, 29, 29.01, 29.5, 29.999])(
  'at %f s of a step no code is sent in its last second',
  async (second) => {
    const app = await openApp({ mfa: { totp: { window: 0 } } })
    const phone = await app.enroll()
    app.clock.advance(second)
    await app.client({ totp: phone.secret }).login(credentials)
    expect(app.clock.now() % 30_000).toBeLessThan(29_000)
    expect(codesOf(app)).toEqual([phone.code(app.clock.now())])
    const reasons = app.notices.map((notice) => notice.type === 'waiting' && notice.reason)
    expect(reasons).toEqual(second < 29 ? [] : ['step_ends'])
  },
)

test('time that is not known for sure counts as the last second', async () => {
  const app = await openApp({ mfa: { totp: { window: 0 } } })
  const phone = await app.enroll()
  app.clock.advance(28.9)
  // The header said 28, which is half a second more or less: 28.7 now, and in truth 29.1.
  const totp = () => {
    app.clock.advance(0.2)
    return phone.secret
  }
  await app.client({ totp }).login(credentials)
  expect(app.clock.now() % 30_000).toBeLessThan(29_000)
})

test('a step that may not have begun yet is waited for', async () => {
  const app = await openApp({ mfa: { totp: { window: 0 } } })
  const phone = await app.enroll()
  app.clock.advance(28)
  // The header said 28, which is half a second more or less: 30.2 now, and in truth 29.7.
  const totp = () => {
    app.clock.advance(1.7)
    return phone.secret
  }
  await app.client({ totp }).login(credentials)
  expect(app.requests.filter((request) => request === verify)).toHaveLength(1)
  expect(app.waits).toEqual([300])
})

test('two clients in one process know of each other, also at the same time', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const clients = [app.client({ totp: phone.secret }), app.client({ totp: phone.secret.toLowerCase() })]
  await Promise.all(clients.map((client) => client.login(credentials)))
  expect(new Set(codesOf(app)).size).toBe(2)
  expect(app.requests.filter((request) => request === verify)).toHaveLength(2)
})

test('logins of one client at the same time take turns', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  const sessions = await Promise.all([1, 2, 3].map(() => client.login(credentials)))
  expect(new Set(sessions.map(({ tokens }) => tokens?.authorization)).size).toBe(3)
  expect(new Set(codesOf(app)).size).toBe(3)
})

test('if somebody else has used the step, the next one gets in', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const somewhereElse = app.client()
  await somewhereElse.loginWith({ credentials, code: phone.code(app.clock.now()) })
  await app.client({ totp: phone.secret }).login(credentials)
  expect(app.notices).toEqual([
    { type: 'refused', method: 'totp', attemptsRemaining: 4 },
    { type: 'waiting', seconds: 30, reason: 'step_used' },
  ])
})

test('a wrong secret is tried twice, whatever maxAttempts says', async () => {
  const app = await openApp()
  await app.enroll()
  const client = app.client({ totp: 'GEZDGNBVGY3TQOJQ', maxAttempts: 5 })
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'invalid_code', attemptsRemaining: 3 })
  expect(codesOf(app)).toHaveLength(2)
})

test('a ledger is asked for each code; a step that it gives again is not the fault of the client', async () => {
  const taken: [string, number][] = []
  const steps: StepLedger = {
    take: (key, earliest) => {
      taken.push([key, earliest])
      return Promise.resolve(earliest)
    },
    release: () => Promise.resolve(),
  }
  const app = await openApp()
  const phone = await app.enroll()
  await app.client({ totp: { secret: phone.secret, steps } }).login(credentials)
  expect(taken).toEqual([[expect.stringMatching(/^[0-9a-f]{32}$/), phone.step(app.clock.now())]])
  expect(taken.join()).not.toContain(phone.secret)
})

test('a ledger whose last step is hours away ends the login instead of waiting', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const released: number[] = []
  const steps: StepLedger = {
    take: (_key, earliest) => Promise.resolve(earliest + 500),
    release: (_key, step) => Promise.resolve(void released.push(step)),
  }
  const client = app.client({ totp: { secret: phone.secret, steps } })
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'clock_skew' })
  expect(app.waits).toEqual([])
  expect(released).toHaveLength(1)
})

test.each([
  ['a function', (secret: string) => () => secret],
  ['an async function', (secret: string) => () => Promise.resolve(secret)],
  ['in groups of four', (secret: string) => secret.toLowerCase().replace(/.{4}/g, '$& ')],
  [
    'a URL',
    (secret: string) => `otpauth://totp/Acme:alice?secret=${secret}&issuer=Acme&algorithm=SHA1&digits=6&period=30`,
  ],
])('the secret may be %s', async (_as, totp) => {
  const app = await openApp()
  const phone = await app.enroll()
  const { tokens } = await app.client({ totp: totp(phone.secret) }).login(credentials)
  expect(tokens).not.toBeNull()
})

test('digits, period and algorithm match the app', async () => {
  const app = await openApp({ mfa: { totp: { digits: 8, period: 60, algorithm: 'SHA256' } } })
  const phone = await app.enroll()
  app.clock.advance(30)
  const totp = { secret: phone.secret, digits: 8, period: 60, algorithm: 'SHA256' } as const
  await app.client({ totp }).login(credentials)
  expect(codesOf(app)).toEqual([expect.stringMatching(/^\d{8}$/)])
})

test('a secret does no harm to an account without a second factor', async () => {
  const app = await openApp()
  await app.client({ totp: () => Promise.reject(new Error('nobody may ask')) }).login(credentials)
  expect(codesOf(app)).toEqual([])
})

test('a wait ends with its signal, and the step is free again', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  const controller = new AbortController()
  const sleep = (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason as Error))
      controller.abort(new Error('enough'))
    })
  const waiting = app.client({ totp: phone.secret, sleep }).login(credentials, { signal: controller.signal })
  await expect(waiting).rejects.toThrow('enough')
  await client.login(credentials)
  expect(app.waits).toEqual([30_000])
})

describe('a network that breaks', () => {
  /** Ends the connection of so many verifications, before or after the app has seen them. */
  function breaking(count: number, when: 'before' | 'after') {
    let left = count
    return (app: Express) => {
      app.use('/auth/mfa/verify', (req, res, next) => {
        if (left === 0) return next()
        left -= 1
        if (when === 'before') return void req.socket.destroy()
        res.end = () => res.destroy() as never
        next()
      })
    }
  }

  test.each(['before', 'after'] as const)(
    '%s the app has seen the code: the next login takes another code',
    async (when) => {
      const app = await openApp({ before: breaking(1, when) })
      const phone = await app.enroll()
      const { tokens } = await app.client({ totp: phone.secret }).login(credentials)
      expect(tokens).not.toBeNull()
      expect(app.requests).toEqual(['POST /auth/login', verify, 'POST /auth/login', verify])
      expect(new Set(codesOf(app)).size).toBe(codesOf(app).length)
    },
  )

  test.each([502, 503])('%i in its place is no different', async (status) => {
    let left = 1
    const before = (app: Express) => {
      app.use('/auth/mfa/verify', (_req, res, next) => {
        left -= 1
        if (left >= 0) res.status(status).send('<h1>Back soon</h1>')
        else next()
      })
    }
    const app = await openApp({ before })
    const phone = await app.enroll()
    await app.client({ totp: phone.secret }).login(credentials)
    expect(app.requests).toEqual(['POST /auth/login', verify, 'POST /auth/login', verify])
    expect(app.notices.map((notice) => notice.type === 'waiting' && notice.reason)).toEqual([
      'unreachable',
      'step_used',
    ])
  })

  test('for good: it ends after maxAttempts, with the network error', async () => {
    const app = await openApp({ before: breaking(99, 'before') })
    const phone = await app.enroll()
    const client = app.client({ totp: phone.secret, maxAttempts: 2 })
    await expect(client.login(credentials)).rejects.toMatchObject({ code: 'network_error' })
    expect(app.requests.filter((request) => request === verify)).toHaveLength(2)
  })

  test('a code that a person typed is not sent again', async () => {
    const app = await openApp({ before: breaking(1, 'before') })
    const phone = await app.enroll()
    const client = app.client({ prompt: () => phone.code(app.clock.now()) })
    await expect(client.login(credentials)).rejects.toMatchObject({ code: 'network_error' })
    expect(app.requests.filter((request) => request === verify)).toHaveLength(1)
  })
})

describe('a server that is down', () => {
  test('before the login: it is asked again, and then there is one login', async () => {
    const app = await openApp()
    const phone = await app.enroll()
    await app.stop()
    const sleep = async (ms: number) => {
      app.clock.advance(ms / 1000)
      if (app.notices.length === 2) await app.start()
    }
    await app.client({ totp: phone.secret, sleep }).login(credentials)
    expect(app.requests).toEqual(['POST /auth/login', verify])
    expect(app.notices.map((notice) => notice.type === 'waiting' && notice.reason)).toEqual([
      'unreachable',
      'unreachable',
    ])
  })

  test('between password and code: the step that was not sent is as good as before', async () => {
    const app = await openApp()
    const phone = await app.enroll()
    let isFirst = true
    const totp = async () => {
      if (isFirst) await app.stop()
      isFirst = false
      return phone.secret
    }
    const sleep = async (ms: number) => {
      app.clock.advance(ms / 1000)
      await app.start()
    }
    await app.client({ totp, sleep }).login(credentials)
    expect(app.requests).toEqual(['POST /auth/login', verify])
    expect(app.clock.now() % 30_000).toBeLessThan(5000)
  })

  test('for good: network_error, with the address and without the password', async () => {
    const app = await openApp()
    await app.stop()
    const error = await app
      .client()
      .login(credentials)
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'network_error', message: expect.stringContaining(`${app.url}/auth/login`) })
    expect(app.waits).toEqual([500, 1000, 2000])
  })
})

test('a bad secret is an error of the option, or of the login that asks for it', async () => {
  const app = await openApp()
  await app.enroll()
  const client = app.client({ totp: () => '' })
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'invalid_secret' })
  expect(() => createClient({ baseUrl: `${app.url}/auth`, totp: 1 as never })).toThrow(/^totp must be/)
})
