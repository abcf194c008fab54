/**
 * The threat: a second factor that was asked for and is not there. Where the host demands one, the password alone leads to
 * enrolling and to nothing else; and what a new account was given is worth nothing until it is confirmed.
 */
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import type { MfaOptions, User } from '../../../src/index.ts'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, enroll, login, refusal, tokenOf, type World } from '../../world.ts'

const demanding: Partial<MfaOptions> = { enrollment: () => 'required' }

async function demanded(options: Partial<MfaOptions> = demanding) {
  const world = createWorld(options)
  const challenge = await world.mfa.challenge(world.alice)
  return { ...world, world, challenge, token: tokenOf(challenge) }
}

async function confirmWith(world: World, begun: { activationToken: string; totpUrl?: unknown }) {
  const app = virtualAuthenticator(String(begun.totpUrl))
  const { activationToken } = begun
  return world.mfa.confirmEnrollment('totp', { activationToken, code: app.code(world.clock.now()) })
}

describe('where a second factor is demanded', () => {
  test('the password leads to enrolling, and confirming signs in', async () => {
    const { world, mfa, challenge, token, alice, clock } = await demanded()
    expect(challenge).toEqual({
      kind: 'enrollment_required',
      ephemeralToken: expect.any(String),
      expiresIn: 300,
      methods: ['totp'],
    })
    const begun = await mfa.beginEnrollment(token, 'totp')
    expect(begun).not.toHaveProperty('recoveryCodes')
    const { user, proof, recoveryCodes } = await confirmWith(world, begun)
    expect(user).toEqual(alice)
    expect(proof).toMatchObject({ userId: 'alice', amr: ['pwd', 'otp', 'mfa'], factor: 'totp', provedAt: clock.now() })
    expect(recoveryCodes).toHaveLength(10)
    expect(await mfa.challenge(alice)).toMatchObject({ methods: ['totp', 'recovery_code'] })
  })

  test('a code in the same call changes nothing for who has none', async () => {
    const { mfa, alice } = await demanded()
    expect(await mfa.challenge(alice, { code: '123456' })).toMatchObject({ kind: 'enrollment_required' })
  })

  test('who has one is challenged as ever', async () => {
    const world = createWorld(demanding)
    await enroll(world)
    const challenge = await world.mfa.challenge(world.alice)
    expect(challenge).toMatchObject({ kind: 'challenge', methods: ['totp', 'recovery_code'] })
  })

  test('the host decides by user, and may take its time', async () => {
    const asked: User[] = []
    const enrollment = async (user: User) => {
      asked.push(user)
      return user.id === 'alice' ? ('required' as const) : ('optional' as const)
    }
    const { mfa, alice, mallory } = createWorld({ enrollment })
    expect(await mfa.challenge(mallory)).toHaveProperty('proof')
    expect(await mfa.challenge(alice)).not.toHaveProperty('proof')
    expect(asked).toEqual([mallory, alice])
  })

  test.each([undefined, null, true, '', 'Required'])('an answer of %j signs nobody in', async (answer) => {
    const { mfa, alice } = createWorld({ enrollment: () => answer as 'required' })
    await expect(mfa.challenge(alice)).rejects.toThrow("options.enrollment must give 'optional' or 'required'")
    await expect(mfa.challenge(alice, { code: '123456' })).rejects.toThrow(TypeError)
  })

  test('any factor that can stand alone may be enrolled', async () => {
    const { mfa, token } = await demanded({ ...demanding, factors: [fixedPhrase('correct horse')] })
    const { activationToken } = await mfa.beginEnrollment(token, 'phrase')
    const answer = { activationToken, phrase: 'correct horse' }
    expect(await mfa.confirmEnrollment('phrase', answer)).toMatchObject({ user: { id: 'alice' } })
  })
})

describe('the token of a demand', () => {
  test('answers no challenge, and the token of a challenge opens no enrollment', async () => {
    const { mfa, token, events, world, mallory } = await demanded({
      enrollment: ({ id }) => (id === 'alice' ? 'required' : 'optional'),
    })
    await enroll(world, mallory)
    expect((await refusal(mfa.verify(token, { code: '123456' }))).code).toBe('invalid_token')
    expect(events.at(-1)).toMatchObject({ type: 'verify', reason: 'wrong_purpose' })
    expect((await refusal(mfa.beginEnrollment(await login(world, mallory), 'totp'))).code).toBe('unauthenticated')
    expect(events.at(-1)).toMatchObject({ type: 'begin', reason: 'wrong_purpose', userId: null })
  })

  const ends: readonly (readonly [string, string, string, (world: World, token: string) => unknown])[] = [
    ['its time', 'unauthenticated', 'expired_token', ({ clock }) => clock.advance(300)],
    ['an enrollment', 'invalid_token', 'old_epoch', async (world) => enroll(world)],
    ['a revocation', 'invalid_token', 'old_epoch', ({ mfa }) => mfa.revokeTokens('alice')],
    ['the account', 'unauthenticated', 'user_gone', ({ users }) => users.delete('alice')],
    [
      'the password',
      'unauthenticated',
      'old_stamp',
      ({ users, alice }) => users.set('alice', { ...alice, stamp: '2' }),
    ],
  ]
  test.each(ends)('ends with %s', async (_, code, reason, end) => {
    const { world, mfa, token, events } = await demanded()
    await end(world, token)
    expect((await refusal(mfa.beginEnrollment(token, 'totp', { requestId: 'r1' }))).code).toBe(code)
    expect(events.at(-1)).toMatchObject({ type: 'begin', result: 'failure', reason, requestId: 'r1' })
  })
})

describe('confirming without being signed in', () => {
  test('takes no enrollment that was begun by somebody signed in', async () => {
    const { mfa, alice, clock, rows } = createWorld()
    const begun = await mfa.begin('totp', alice)
    const code = virtualAuthenticator(begun.totpUrl).code(clock.now())
    const { activationToken } = begun
    expect((await refusal(mfa.confirmEnrollment('totp', { activationToken, code }))).code).toBe('unauthenticated')
    expect(await rows.get('alice')).toBeNull()
  })

  test('ends with the account, the password and a second try', async () => {
    const { world, mfa, token, users, alice, events } = await demanded()
    const begun = await mfa.beginEnrollment(token, 'totp')
    users.delete('alice')
    expect((await refusal(confirmWith(world, begun))).code).toBe('unauthenticated')
    expect(events.at(-1)).toMatchObject({ type: 'confirm', reason: 'user_gone', userId: 'alice' })
    users.set('alice', { ...alice, stamp: '2' })
    expect((await refusal(confirmWith(world, begun))).code).toBe('unauthenticated')
    users.set('alice', alice)
    await confirmWith(world, begun)
    expect((await refusal(confirmWith(world, begun))).code).toBe('invalid_token')
  })

  test('counts wrong codes', async () => {
    const { mfa, token, clock } = await demanded()
    const { activationToken, totpUrl } = await mfa.beginEnrollment(token, 'totp')
    const code = virtualAuthenticator(String(totpUrl)).wrongCode(clock.now())
    for (let left = 4; left >= 0; left -= 1) {
      const error = await refusal(mfa.confirmEnrollment('totp', { activationToken, code }))
      expect(error).toMatchObject({ code: 'invalid_code', attemptsRemaining: left })
    }
    expect((await refusal(mfa.confirmEnrollment('totp', { activationToken, code }))).code).toBe('too_many_attempts')
  })
})

describe('a new account', () => {
  test('gets a secret and recovery codes, which come alive with the confirmation', async () => {
    const { mfa, mallory, rows, ...rest } = createWorld()
    const world = { mfa, mallory, rows, ...rest }
    const begun = await mfa.register(mallory)
    expect(begun).toMatchObject({ secret: expect.any(String), expiresIn: 600, recoveryCodes: expect.any(Array) })
    expect(begun.recoveryCodes).toHaveLength(10)
    expect(await rows.get('mallory')).toBeNull()
    expect(await mfa.challenge(mallory)).toHaveProperty('proof')
    const { recoveryCodes } = await confirmWith(world, begun)
    expect(recoveryCodes).toEqual(begun.recoveryCodes)
    for (const code of recoveryCodes) await mfa.verify(await login(world, mallory), { code })
  })

  test.each(['always', 'once'] as const)(
    'with codes that are revealed %s, as many and as long as may be',
    async (reveal) => {
      const world = createWorld({
        recoveryCodes: { reveal, count: 32, groups: 8 },
        totp: { secretBytes: 64, algorithm: 'SHA512', digits: 8 },
        issuer: 'é'.repeat(64),
      })
      const begun = await world.mfa.register({ ...world.mallory, name: '€'.repeat(64) })
      expect(begun.activationToken.length).toBeLessThan(12_288)
      const { recoveryCodes } = await confirmWith(world, begun)
      expect(recoveryCodes).toEqual(begun.recoveryCodes)
      await world.mfa.verify(await login(world, world.mallory), { code: recoveryCodes.at(-1) })
    },
  )

  test('may begin with another factor; what cannot be begun with is named', async () => {
    const { mfa, mallory } = createWorld({ factors: [fixedPhrase('correct horse')] })
    const begun = await mfa.register(mallory, { method: 'phrase' })
    expect(begun.recoveryCodes).toHaveLength(10)
    for (const method of ['sms', 'recovery_code', '__proto__', '']) {
      expect(await refusal(mfa.register(mallory, { method }))).toMatchObject({
        code: 'invalid_request',
        errors: [{ field: 'method', message: 'must be one of totp, phrase' }],
      })
    }
  })

  test('that is none, since it has a second factor already, gets nothing', async () => {
    const world = createWorld()
    await enroll(world)
    expect((await refusal(world.mfa.register(world.alice))).code).toBe('step_up_required')
  })
})
