// Every kind of token at every place that takes one: only the diagonal passes, and only for its own user and factor.

import { describe, expect, test } from 'vitest'
import type { User } from '../../src/index.ts'
import { fixedPhrase } from '../factors/fixed-phrase.ts'
import { createWorld, enroll, login, refusal, tokenOf, type World } from '../world.ts'

interface Tokens {
  readonly world: World
  readonly code: () => string
  readonly tokens: Readonly<Record<string, unknown>>
}

/** Alice and mallory, both enrolled, both with a challenge and with an enrollment of either factor begun. */
async function issued(): Promise<Tokens> {
  const enrollment = ({ id }: User) => (id === 'bob' ? ('required' as const) : ('optional' as const))
  const world = createWorld({ factors: [fixedPhrase('correct horse')], enrollment })
  const { mfa, alice, mallory, clock, users } = world
  const { app, proof } = await enroll(world, alice)
  const bob = { id: 'bob', name: 'bob' }
  users.set('bob', bob)
  await enroll(world, mallory)
  const begun = async (user: typeof alice, type: string) => {
    const { activationToken } = await mfa.begin(type, user, { provedAt: clock.now() })
    return activationToken
  }
  const bearer = await mfa.tokens.issue(alice, proof)
  const enrolling = await mfa.challenge(bob)
  const tokens = {
    "an enrollment's ephemeral token": tokenOf(enrolling),
    "a new account's activation token": (await mfa.register(bob)).activationToken,
    'an access token': bearer.accessToken,
    'a refresh token': bearer.refreshToken,
    'an ephemeral token': await login(world, alice),
    'an activation token of totp': await begun(alice, 'totp'),
    'an activation token of another factor': await begun(alice, 'phrase'),
    "mallory's ephemeral token": await login(world, mallory),
    "mallory's activation token": await begun(mallory, 'totp'),
    'a session id': '6b1f0c1e-8a50-4a1e-9d5b-2a4f3d0c7e11',
    'an empty text': '',
    'only dots': '..',
    'only more dots': '....',
    'an endless token': 'a'.repeat(100_000),
    'no text at all': undefined,
    null: null,
    'a number': 42,
    'a list of a token': [await login(world, alice)],
  }
  return { world, code: () => app.code(clock.now()), tokens }
}

const names = Object.keys((await issued()).tokens)
const reasons: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  verify: {
    'an activation token of totp': 'wrong_purpose',
    "mallory's activation token": 'wrong_purpose',
    "an enrollment's ephemeral token": 'wrong_purpose',
    "a new account's activation token": 'wrong_purpose',
    'an access token': 'wrong_purpose',
    'a refresh token': 'wrong_purpose',
  },
  confirm: {
    "an enrollment's ephemeral token": 'wrong_purpose',
    "a new account's activation token": 'wrong_user',
    'an access token': 'wrong_purpose',
    'a refresh token': 'wrong_purpose',
    'an ephemeral token': 'wrong_purpose',
    "mallory's activation token": 'wrong_user',
    'an activation token of another factor': 'wrong_purpose',
  },
}

describe('at verify', () => {
  test.each(names)('%s', async (name) => {
    const { world, code, tokens } = await issued()
    const answered = world.mfa.verify(tokens[name] as string, { code: code() })
    if (name === 'an ephemeral token') return expect((await answered).user).toEqual(world.alice)
    // Alice's code is no code of mallory's: her token is good and the code wrong.
    const expected = name === "mallory's ephemeral token" ? 'invalid_code' : 'invalid_token'
    await expect(refusal(answered)).resolves.toMatchObject({ code: expected })
    const reason = reasons['verify']?.[name]
    if (reason !== undefined) expect(world.events.at(-1)).toMatchObject({ type: 'verify', reason })
  })
})

describe('at confirm', () => {
  test.each(names)('%s', async (name) => {
    const { world, tokens } = await issued()
    const before = await world.rows.get('alice')
    const { totpCode, activationToken } = { totpCode: '000000', activationToken: tokens[name] as string }
    const error = await refusal(world.mfa.confirm('totp', world.alice, { activationToken, code: totpCode }))
    if (name === 'an activation token of totp') return expect(error.code).toBe('invalid_code')
    expect(error.code).toBe('invalid_token')
    expect(await world.rows.get('alice')).toEqual(before)
    const reason = reasons['confirm']?.[name]
    if (reason !== undefined) expect(world.events.at(-1)).toMatchObject({ type: 'confirm', userId: 'alice', reason })
  })
})

/** The other places, and the one kind of token that passes there. */
const places: readonly (readonly [string, string, string, (world: World, token: string) => Promise<unknown>])[] = [
  [
    'at the begin of a demanded enrollment',
    "an enrollment's ephemeral token",
    'unauthenticated',
    ({ mfa }, token) => mfa.beginEnrollment(token, 'totp'),
  ],
  [
    'at a confirmation that signs in',
    "a new account's activation token",
    'unauthenticated',
    ({ mfa }, activationToken) => mfa.confirmEnrollment('totp', { activationToken, code: '000000' }),
  ],
  ['at a refresh', 'a refresh token', 'invalid_token', ({ mfa }, token) => mfa.tokens.refresh(token)],
]

describe.each(places)('%s', (_, right, code, place) => {
  test.each(names)('%s', async (name) => {
    const { world, tokens } = await issued()
    const outcome = place(world, tokens[name] as string).catch((error: unknown) => (error as { code?: unknown }).code)
    expect((await outcome) === code).toBe(name !== right)
  })
})

test.each(names)('%s signs nobody in but an access token', async (name) => {
  const { world, tokens } = await issued()
  const signedIn = await world.mfa.tokens.read(tokens[name] as string)
  expect(signedIn?.user.id).toBe(name === 'an access token' ? 'alice' : undefined)
})

test.each(names)('%s ends no family but a refresh token', async (name) => {
  const { world, tokens } = await issued()
  await world.mfa.tokens.revoke(tokens[name] as string)
  const outcome = await world.mfa.tokens.refresh(tokens['a refresh token'] as string).catch(() => 'ended')
  expect(outcome === 'ended').toBe(name === 'a refresh token')
})

test('refused tokens answer alike, whatever was wrong with them', async () => {
  const { world, tokens } = await issued()
  const rest = names.filter((name) => !name.endsWith('ephemeral token'))
  const errors = await Promise.all(rest.map((name) => refusal(world.mfa.verify(tokens[name] as string, { code: '1' }))))
  expect(
    new Set(errors.map((error) => JSON.stringify([error.code, error.status, error.message, { ...error }]))).size,
  ).toBe(1)
})
