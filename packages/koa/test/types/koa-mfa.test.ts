/** What the types promise to an app in TypeScript. */
import { createMfa, memoryStorage, type User } from '@latchkey/core'
import { koaMfa, koaSessionHost, type MfaContext } from '@latchkey/koa'
import Koa, { type Context, type DefaultState } from 'koa'
import mount from 'koa-mount'
import { expectTypeOf, test } from 'vitest'

const mfa = createMfa({
  secret: 'Gw5tN8yKq2Xc7Zr4Vb1Jm6Lp9Sd3Hf0A',
  issuer: 'Latchkey',
  storage: memoryStorage(),
  findUser: () => null,
})
const host = koaSessionHost({ findUser: () => null, checkCredentials: async () => null })
const auth = koaMfa(mfa, host)

test('routes and guards are middleware, below koa-mount too', () => {
  const app = new Koa()
  expectTypeOf(app.use(auth.routes)).toExtend<Koa>()
  expectTypeOf(app.use(mount('/auth', auth.routes))).toExtend<Koa>()
  expectTypeOf(app.use(auth.guard({ factors: ['totp'] }))).toExtend<Koa>()
  expectTypeOf(new Koa<{ requestId: string }>().use(auth.routes)).toExtend<Koa<{ requestId: string }>>()
  // @ts-expect-error an age in seconds is a number
  expectTypeOf(() => auth.guard({ maxAgeSeconds: '60' })).toBeFunction()
})

test('the state has what the guard leaves', () => {
  expectTypeOf<DefaultState['mfa']>().toEqualTypeOf<MfaContext | undefined>()
  expectTypeOf<Context['state']['mfa']>().toEqualTypeOf<MfaContext | undefined>()
  expectTypeOf<MfaContext['user']>().toEqualTypeOf<User>()
})

test("the host's functions get the context", () => {
  expectTypeOf<(typeof host)['currentUser']>().parameters.toEqualTypeOf<[Context]>()
})
