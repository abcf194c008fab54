/** The promise guarded here: types end to end, and error codes that match all of the server's. */
import type { MfaErrorCode } from '@latchkey/core'
import { expectTypeOf, test } from 'vitest'
import type { Client, createClient, JsonObject, ServerErrorCode, Session } from '../../src/index.ts'

test('every code of the server is one of the client, and the other way round', () => {
  expectTypeOf<ServerErrorCode>().toEqualTypeOf<MfaErrorCode>()
})

test('what the app answers a sign-in with has the type that the caller says', () => {
  type Answer = { readonly user: { readonly id: string } }
  expectTypeOf<ReturnType<Client<Answer>['login']>>().resolves.toEqualTypeOf<Session<Answer>>()
  expectTypeOf<ReturnType<typeof createClient>>().toEqualTypeOf<Client<JsonObject>>()
})

test('a missing argument is an error of the compiler', () => {
  const calls: Promise<unknown>[] = []
  const call = (client: Client) => {
    // @ts-expect-error a code goes with credentials
    calls.push(client.loginWith({ code: '123456' }))
    // @ts-expect-error a code is a string
    calls.push(client.submit(123456))
    // @ts-expect-error a question is answered, not verified
    calls.push(client.submit({ verified: true }))
  }
  expectTypeOf(call).toBeFunction()
})
