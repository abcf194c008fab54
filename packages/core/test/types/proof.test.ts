// Types that keep a tired caller from a login bypass: a look-alike is no proof, and a challenge is not one either.

import { describe, expectTypeOf, test } from 'vitest'
import {
  type Answer,
  type Challenge,
  createMfa,
  type Factor,
  type Host,
  isMfaError,
  type Mfa,
  type MfaContext,
  type MfaErrorCode,
  type MfaEvent,
  type MfaOptions,
  memoryStorage,
  type Proof,
  type Storage,
  type StoredRecord,
  type TotpBegun,
  type User,
} from '../../src/index.ts'
import { createWorld, secret } from '../world.ts'

const { mfa, alice } = createWorld()
const lookAlike = { userId: 'alice', amr: ['pwd', 'otp', 'mfa'], factor: 'totp', authenticatorId: 'a', provedAt: 1 }

describe('a proof', () => {
  test('is made by the core alone', () => {
    expectTypeOf(lookAlike).not.toExtend<Proof>()
    const signIn: Host<[]>['signIn'] = () => ({})
    // @ts-expect-error -- a look-alike has no brand
    void signIn(alice, lookAlike)
    // @ts-expect-error -- a proof is no flag
    void signIn(alice, true)
    // @ts-expect-error -- a proof that may be missing is none
    void signIn(alice, undefined as Proof | undefined)
    expectTypeOf<Parameters<typeof signIn>[1]>().toEqualTypeOf<Proof>()
  })

  test('comes from a challenge, a verify, a step-up and a confirmation', () => {
    expectTypeOf<Awaited<ReturnType<Mfa['verify']>>>().toEqualTypeOf<{ user: User; proof: Proof }>()
    expectTypeOf<Awaited<ReturnType<Mfa['stepUp']>>>().toEqualTypeOf<Proof>()
    expectTypeOf<Awaited<ReturnType<Mfa['confirm']>>['proof']>().toEqualTypeOf<Proof>()
    expectTypeOf<Extract<Challenge, { kind: 'proof' }>['proof']>().toEqualTypeOf<Proof>()
  })

  test('cannot be changed', () => {
    const change = (proof: Proof): void => {
      // @ts-expect-error -- read-only
      proof.factor = 'totp'
      // @ts-expect-error -- read-only
      proof.amr[0] = 'mfa'
    }
    expectTypeOf(change).toBeFunction()
  })
})

describe('a challenge', () => {
  test('is one thing or the other', () => {
    const tell = (challenge: Challenge): void => {
      // @ts-expect-error -- there may be none
      const early: Proof = challenge.proof
      expectTypeOf(early).toEqualTypeOf<Proof>()
      if (challenge.kind === 'proof') {
        expectTypeOf(challenge.proof).toEqualTypeOf<Proof>()
        return
      }
      expectTypeOf(challenge.ephemeralToken).toEqualTypeOf<string>()
      expectTypeOf(challenge.methods).toEqualTypeOf<readonly string[]>()
      expectTypeOf(challenge.expiresIn).toEqualTypeOf<number>()
    }
    expectTypeOf(tell).toBeFunction()
  })
})

test('a begun TOTP enrollment has its parts, another factor what it shows', () => {
  const beginTotp = () => mfa.begin('totp', alice)
  const beginOther = () => mfa.begin('phrase', alice)
  expectTypeOf(beginTotp).returns.resolves.toEqualTypeOf<TotpBegun>()
  expectTypeOf(beginTotp).returns.resolves.toHaveProperty('totpUrl').toEqualTypeOf<string>()
  expectTypeOf(beginOther).returns.resolves.toHaveProperty('sayThis').toEqualTypeOf<unknown>()
})

test('an error tells its code once it is known to be one', () => {
  const tell = (error: unknown): MfaErrorCode | null => (isMfaError(error) ? error.code : null)
  expectTypeOf(tell).returns.toEqualTypeOf<MfaErrorCode | null>()
  expectTypeOf<'invalid_code'>().toExtend<MfaErrorCode>()
  expectTypeOf<'invalid'>().not.toExtend<MfaErrorCode>()
})

test('events are typed by what is listened to', () => {
  const listen = (): void => {
    mfa.on('verify', (event) => expectTypeOf(event).toEqualTypeOf<MfaEvent<'verify'>>())
    mfa.on('*', (event) => expectTypeOf(event).toEqualTypeOf<MfaEvent>())
    // @ts-expect-error -- there is no such event
    mfa.on('verified', () => undefined)
  }
  expectTypeOf(listen).toBeFunction()
})

test('the required options are required, and no others', () => {
  const storage = memoryStorage()
  const start = (): void => {
    createMfa({ secret, issuer: 'Acme', storage, findUser: () => null })
    createMfa({ secret: [secret], issuer: 'Acme', storage, findUser: async () => alice, stepUpSeconds: false })
    // @ts-expect-error -- no issuer
    createMfa({ secret, storage, findUser: () => null })
    // @ts-expect-error -- an option that is not there
    createMfa({ secret, issuer: 'Acme', storage, findUser: () => null, digits: 6 })
    // @ts-expect-error -- true is no number of seconds
    createMfa({ secret, issuer: 'Acme', storage, findUser: () => null, stepUpSeconds: true })
    // @ts-expect-error -- not an algorithm
    createMfa({ secret, issuer: 'Acme', storage, findUser: () => null, totp: { algorithm: 'MD5' } })
  }
  expectTypeOf(start).toBeFunction()
  expectTypeOf<MfaOptions['secret']>().toEqualTypeOf<string | readonly string[]>()
})

test('an answer may be anything a factor reads, its code a string', () => {
  expectTypeOf<{ code: string }>().toExtend<Answer>()
  expectTypeOf<{ code: undefined }>().toExtend<Answer>()
  expectTypeOf<{ phrase: string; requestId: string }>().toExtend<Answer>()
  expectTypeOf<{ code: number }>().not.toExtend<Answer>()
})

test('a host is typed by the arguments of its framework', () => {
  expectTypeOf<Host<[number]>['currentUser']>().parameters.toEqualTypeOf<[number]>()
  expectTypeOf<Parameters<Host<[number]>['signIn']>>().toEqualTypeOf<[user: User, proof: Proof, number]>()
  expectTypeOf<Awaited<ReturnType<ReturnType<ReturnType<Mfa['handler']>['guard']>>>>().toEqualTypeOf<MfaContext>()
})

test('the ports hold what an implementation needs', () => {
  expectTypeOf<Storage['put']>().parameters.toEqualTypeOf<[string, StoredRecord, string | null]>()
  expectTypeOf<Storage['put']>().returns.toEqualTypeOf<Promise<boolean>>()
  expectTypeOf<Factor>().toHaveProperty('check')
})
