/** What the types promise to an app in TypeScript. */
import { createMfa, memoryStorage, type User } from '@latchkey/core'
import { expressMfa, expressSessionHost, type MfaContext } from '@latchkey/express'
import type { Request, RequestHandler, Response } from 'express'
import { expectTypeOf, test } from 'vitest'

const mfa = createMfa({
  secret: 'Gw5tN8yKq2Xc7Zr4Vb1Jm6Lp9Sd3Hf0A',
  issuer: 'Latchkey',
  storage: memoryStorage(),
  findUser: () => null,
})
const host = expressSessionHost({ findUser: () => null, checkCredentials: async () => null })
const auth = expressMfa(mfa, host)

test('routes and guards are middleware', () => {
  expectTypeOf(auth.routes).toEqualTypeOf<RequestHandler>()
  expectTypeOf<(typeof auth)['guard']>().returns.toEqualTypeOf<RequestHandler>()
  // @ts-expect-error an age in seconds is a number
  expectTypeOf(() => auth.guard({ maxAgeSeconds: '60' })).toBeFunction()
})

test('a request has what the guard leaves', () => {
  expectTypeOf<Request['mfa']>().toEqualTypeOf<MfaContext | undefined>()
  expectTypeOf<MfaContext['user']>().toEqualTypeOf<User>()
})

test("the host's functions get the arguments of Express", () => {
  expectTypeOf<(typeof host)['currentUser']>().parameters.toEqualTypeOf<[Request, Response]>()
  expectTypeOf<Parameters<typeof expressSessionHost>[0]['respond']>()
    .extract<CallableFunction>()
    .parameter(2)
    .toEqualTypeOf<Request>()
})
