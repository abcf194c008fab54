/** What the shared contract cannot say: these are matters of Koa and koa-session alone. */
import { createMfa, memoryStorage } from '@latchkey/core'
import { koaMfa, koaSessionHost, type SessionHostOptions } from '@latchkey/koa'
import { type ManualClock, manualClock, virtualAuthenticator } from '@latchkey/testing'
import Koa, { type Context } from 'koa'
import koaSession from 'koa-session'
import request from 'supertest'
import { expect, test } from 'vitest'

type Options = SessionHostOptions<[Context]>

const alice = { id: '1', name: 'alice' }
const options: Options = { findUser: () => alice, checkCredentials: () => alice }

function newMfa(now?: () => number) {
  return createMfa({
    secret: 'Gw5tN8yKq2Xc7Zr4Vb1Jm6Lp9Sd3Hf0A',
    issuer: 'Latchkey',
    storage: memoryStorage(),
    findUser: () => alice,
    now,
  })
}

function buildApp({
  host = {},
  sessions = {},
  mfa = newMfa(),
}: {
  host?: Partial<Options>
  sessions?: Partial<Parameters<typeof koaSession>[0]>
  mfa?: ReturnType<typeof newMfa>
} = {}) {
  const app = new Koa()
  app.keys = ['of the cookies']
  app.silent = true
  app.use(koaSession(sessions, app))
  app.use(koaMfa(mfa, koaSessionHost({ ...options, ...host }), { prefix: '/auth' }).routes)
  app.use(async (ctx) => {
    const session = ctx['session'] as { visits?: number; save(): Promise<void> }
    if (ctx.path === '/visit') {
      session.visits = 1
      await session.save()
    }
    ctx.body = { id: ctx['session']?.externalKey, maxAge: ctx['sessionOptions'].maxAge }
  })
  return app.callback()
}

function sessionStore() {
  const rows = new Map<string, string>()
  return {
    rows,
    get: async (id: string) => JSON.parse(rows.get(id) ?? 'null') as object | null,
    set: async (id: string, data: object) => rows.set(id, JSON.stringify(data)),
    destroy: async (id: string) => rows.delete(id),
  }
}

async function enroll(agent: ReturnType<typeof request.agent>, clock: ManualClock): Promise<request.Response> {
  const { body } = await agent.get('/auth/mfa/totp/activate')
  const code = virtualAuthenticator(body.totp_url).code(clock.now())
  return agent.post('/auth/mfa/totp/activate').send({ activation_token: body.activation_token, code })
}

test('an answer that the app sends itself is left alone', async () => {
  const respond: Options['respond'] = (_user, _proof, ctx) => {
    ctx.respond = false
    setImmediate(() => ctx.res.end('by the app'))
  }
  const answer = await request(buildApp({ host: { respond } })).post('/auth/login')
  expect(answer).toMatchObject({ status: 404, text: 'by the app' })
  expect(answer.headers).not.toHaveProperty('content-type')
})

test('respond finds the new session and its id', async () => {
  const store = sessionStore()
  const respond: Options['respond'] = (user, { amr }, ctx) => ({ name: user.name, amr, id: ctx['session'].externalKey })
  const agent = request.agent(buildApp({ host: { respond }, sessions: { store } }))
  const answer = await agent.post('/auth/login')
  expect(answer.body).toMatchObject({ name: 'alice', amr: ['pwd'] })
  expect([...store.rows.keys()]).toEqual([answer.body.id])
  expect((await agent.get('/')).body).toMatchObject({ id: answer.body.id })
})

test.each(['store', 'cookie'])("a session in a %s that ends with the browser's stays one", async (mode) => {
  const clock = manualClock()
  const mfa = newMfa(() => clock.now())
  const store = mode === 'store' ? { store: sessionStore() } : {}
  const agent = request.agent(buildApp({ mfa, sessions: { maxAge: 'session', ...store } }))
  const lasting = async () => (await agent.get('/')).body.maxAge
  await agent.post('/auth/login')
  expect(await lasting()).toBe('session')
  expect((await enroll(agent, clock)).status).toBe(200)
  expect(await lasting()).toBe('session')
})

test('without autoCommit sign-in and proof are saved too, and nothing of before is left in the store', async () => {
  const store = sessionStore()
  const clock = manualClock()
  const agent = request.agent(buildApp({ mfa: newMfa(() => clock.now()), sessions: { autoCommit: false, store } }))
  await agent.get('/visit')
  expect([...store.rows.values()]).toEqual([expect.stringContaining('visits')])
  await agent.post('/auth/login')
  expect([...store.rows.values()]).toEqual([expect.not.stringContaining('visits')])
  await enroll(agent, clock)
  expect((await agent.get('/auth/mfa/recovery-codes')).status).toBe(200)
})

test('a session that the app has removed in this request is nobody', async () => {
  const app = new Koa()
  app.keys = ['of the cookies']
  app.use(koaSession({}, app))
  app.use((ctx, next) => {
    ctx['session'] = null
    return next()
  })
  app.use(koaMfa(newMfa(), koaSessionHost(options)).routes)
  expect((await request(app.callback()).get('/mfa/status')).body).toMatchObject({ code: 'unauthenticated' })
})

test.each(['auth', '/auth/', '/', '//auth', '/a?b', '/a b', '/a%2fb', null, 5])(
  'the prefix %j is refused',
  (prefix) => {
    const make = () => koaMfa(newMfa(), koaSessionHost(options), { prefix: prefix as string })
    expect(make).toThrow(/^prefix: must be a path/)
    expect(make).toThrow(TypeError)
  },
)

test('the binding is frozen, and a guard checks its options at once', () => {
  const auth = koaMfa(newMfa(), koaSessionHost(options))
  expect(Object.isFrozen(auth)).toBe(true)
  expect(Object.keys(auth)).toEqual(['routes', 'guard', 'check'])
  expect(() => auth.guard({ maxAgeSeconds: 0 })).toThrow(/^guard\.maxAgeSeconds/)
  expect(() => auth.guard({ factors: ['sms'] })).toThrow(/^guard\.factors/)
})

test.each([
  [{ findUser: undefined }, /^findUser: must be a function/],
  [{ checkCredentials: 'x' }, /^checkCredentials: must be a function/],
  [{ confirmPasword: () => true }, /^confirmPasword: there is no such option/],
])('koaSessionHost refuses %j', (given, message) => {
  expect(() => koaSessionHost({ ...options, ...given } as unknown as Options)).toThrow(message)
})
