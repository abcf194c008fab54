// The types of the ports: what an implementation must have is demanded, and what it gets has its own types without a cast.

import type { IncomingMessage } from 'node:http'
import { describe, expectTypeOf, test } from 'vitest'
import {
  type Authenticator,
  createRouteTable,
  defineFactor,
  type Factor,
  type FactorKeys,
  type Field,
  type Host,
  type MfaContext,
  type MfaEventReason,
  type MfaRequest,
  type MfaResponse,
  type OperatorOptions,
  type Proof,
  type Purpose,
  type RouteTable,
  readOptions,
  requiredText,
  type SignedIn,
  type Storage,
  type StoredRecord,
  whole,
} from '../../src/index.ts'

type Card = { readonly phrases: readonly string[] }
type Given = { readonly words: number }
type Pending = { readonly serial: string }

describe('a factor', () => {
  const card: Factor<Card, Given, Pending, string> = {
    type: 'card',
    title: 'Card',
    path: 'card',
    amr: ['otp'],
    strength: 'possession',
    role: 'primary',
    field: { name: 'phrase', ...requiredText },
    parse: (answer) => (typeof answer === 'string' ? { words: answer.length } : null),
    check({ answer, authenticators, purpose, keys, isSpent }) {
      expectTypeOf(answer).toEqualTypeOf<Given>()
      expectTypeOf(authenticators).toEqualTypeOf<readonly Authenticator<Card>[]>()
      expectTypeOf(purpose).toEqualTypeOf<Purpose>()
      expectTypeOf(keys).toEqualTypeOf<FactorKeys>()
      expectTypeOf(isSpent).returns.toEqualTypeOf<boolean>()
      return { ok: false, reason: 'wrong', changed: new Map([['a', { phrases: [] }]]) }
    },
    enrollment: {
      limit: 1,
      name: 'Card',
      shown: {},
      begin: ({ authenticators, keys, state }) => {
        expectTypeOf(authenticators).toEqualTypeOf<readonly Authenticator<Card>[]>()
        expectTypeOf(keys('a')).toEqualTypeOf<readonly Uint8Array[]>()
        return { pending: { serial: JSON.stringify(state) }, answer: {} }
      },
      parse: (answer, pending) => {
        expectTypeOf(pending).toEqualTypeOf<Pending>()
        return typeof answer === 'string' ? answer : null
      },
      confirm({ answer, pending, userId }) {
        expectTypeOf(answer).toEqualTypeOf<string>()
        expectTypeOf(pending).toEqualTypeOf<Pending>()
        expectTypeOf(userId).toEqualTypeOf<string>()
        return { ok: true, data: { phrases: [answer] } }
      },
    },
  }

  test('has its own types inside, and none outside', () => {
    expectTypeOf(defineFactor(card)).toEqualTypeOf<Factor>()
  })

  test('must say its strength, its role and its field', () => {
    const { strength: _s, ...withoutStrength } = card
    const { role: _r, ...withoutRole } = card
    const { field: _f, ...withoutField } = card
    const define = (): void => {
      // @ts-expect-error -- no strength
      defineFactor(withoutStrength)
      // @ts-expect-error -- no role
      defineFactor(withoutRole)
      // @ts-expect-error -- no field
      defineFactor(withoutField)
      // @ts-expect-error -- not a strength
      defineFactor({ ...card, strength: 'weak' })
      // @ts-expect-error -- a wrong verdict has a reason
      defineFactor<Card, Given>({ ...card, check: () => ({ ok: false }) })
    }
    expectTypeOf(define).toBeFunction()
  })

  test('of another package has reasons that begin with x_', () => {
    expectTypeOf<'x_counter'>().toExtend<MfaEventReason>()
    expectTypeOf<'wrong'>().toExtend<MfaEventReason>()
    expectTypeOf<'counter'>().not.toExtend<MfaEventReason>()
  })
})

test('a field has a check and a schema', () => {
  expectTypeOf<{ check: (value: unknown) => null; schema: { type: 'string' } }>().toExtend<Field>()
  expectTypeOf<{ check: (value: unknown) => null }>().not.toExtend<Field>()
})

test("a request's body may be Node's request, a stream of the web, or null", () => {
  expectTypeOf<IncomingMessage>().toExtend<MfaRequest['body']>()
  expectTypeOf<AsyncIterable<Uint8Array>>().toExtend<MfaRequest['body']>()
  expectTypeOf<null>().toExtend<MfaRequest['body']>()
  expectTypeOf<MfaRequest['target']>().toEqualTypeOf<string>()
  expectTypeOf<MfaResponse['cookies']>().toEqualTypeOf<readonly string[] | undefined>()
})

describe('a host', () => {
  test('hands back a sealed proof, and nothing else will do', () => {
    expectTypeOf<SignedIn['proof']>().toEqualTypeOf<string | null>()
    expectTypeOf<Proof['sealed']>().toEqualTypeOf<string>()
    // A time, which is what a session may hold of anybody's making.
    expectTypeOf<{ user: { id: string; name: string }; provedAt: number }>().not.toExtend<SignedIn>()
    expectTypeOf<Awaited<ReturnType<Host<[]>['currentUser']>>>().toEqualTypeOf<SignedIn | null>()
  })

  test('is asked by a guard with the request', () => {
    type Guard = ReturnType<ReturnType<import('../../src/index.ts').Mfa['handler']>['guard']>
    expectTypeOf<Parameters<Guard>[0]>().toEqualTypeOf<MfaRequest>()
    expectTypeOf<ReturnType<Guard>>().toEqualTypeOf<Promise<MfaContext>>()
  })
})

test('a storage writes and deletes on condition', () => {
  expectTypeOf<Storage['put']>().parameters.toEqualTypeOf<[string, StoredRecord, string | null]>()
  expectTypeOf<Storage['delete']>().parameters.toEqualTypeOf<[string, string]>()
  expectTypeOf<Storage['delete']>().returns.toEqualTypeOf<Promise<boolean>>()
})

test('options are read by a table that lacks none of them', () => {
  interface Options {
    readonly size?: number
    readonly name: string
  }
  const read = (): void => {
    const name = (value: unknown): string => String(value)
    const { size } = readOptions<Options>()('options', {}, { size: whole([1, 9], 3), name })
    expectTypeOf(size).toEqualTypeOf<number>()
    // @ts-expect-error -- `name` is not read
    readOptions<Options>()('options', {}, { size: whole([1, 9], 3) })
  }
  expectTypeOf(read).toBeFunction()
})

test('an operator says who and why, and a table of routes is made of routes', () => {
  expectTypeOf<{ actor: string; note: string; requestId: string }>().toExtend<OperatorOptions>()
  expectTypeOf(createRouteTable).returns.toEqualTypeOf<RouteTable>()
})
