// What each operation costs: a read, and a put where something changed. No more, ever.

import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import type { TokenSet, User } from '../src/index.ts'
import { fixedPhrase } from './factors/fixed-phrase.ts'
import { createWorld, type Enrolled, enroll, login, refusal, tokenOf, type World } from './world.ts'

interface Scene extends World {
  readonly enrolled: Enrolled
  readonly token: string
  readonly fresh: { provedAt: number }
  readonly begun: { activationToken: string; code: string }
  readonly wrong: string
  readonly right: string
  readonly tokens: TokenSet
  /** What a user without a second factor gets who has to have one, and what it begins. */
  readonly enrollment: string
  readonly enrollee: { activationToken: string; code: string }
}

async function scene(): Promise<Scene> {
  const enrollment = (user: User) => (user.id === 'bob' ? 'required' : 'optional')
  const world = createWorld({ factors: [fixedPhrase('correct horse')], enrollment })
  const enrolled = await enroll(world)
  const fresh = { provedAt: world.clock.now() }
  const { activationToken, totpUrl } = await world.mfa.begin('totp', world.alice, fresh)
  const code = virtualAuthenticator(totpUrl).code(world.clock.now())
  const token = await login(world)
  const [right, wrong] = [enrolled.app.nextCode(world.clock.now()), enrolled.app.wrongCode(world.clock.now())]
  const tokens = await world.mfa.tokens.issue(world.alice, enrolled.proof)
  const begun = { activationToken, code }
  return { ...world, enrolled, token, fresh, begun, right, wrong, tokens, ...(await newcomer(world)) }
}

async function newcomer({ mfa, users, clock }: World) {
  const bob = { id: 'bob', name: 'bob' }
  users.set('bob', bob)
  const ephemeralToken = tokenOf(await mfa.challenge(bob))
  const { activationToken, totpUrl } = await mfa.beginEnrollment(ephemeralToken, 'totp')
  const code = virtualAuthenticator(String(totpUrl)).code(clock.now())
  return { enrollment: ephemeralToken, enrollee: { activationToken, code } }
}

type Costs = { readonly get: number; readonly put: number; readonly delete?: number }
const read: Costs = { get: 1, put: 0 }
const write: Costs = { get: 1, put: 1 }
const none: Costs = { get: 0, put: 0 }

const operations: readonly (readonly [string, Costs, (scene: Scene) => Promise<unknown>])[] = [
  ['a login without a second factor', read, ({ mfa, mallory }) => mfa.challenge(mallory)],
  ['a login with one', read, ({ mfa, alice }) => mfa.challenge(alice)],
  ['a login with its code', write, ({ mfa, alice, right }) => mfa.challenge(alice, { code: right })],
  ['a login with a wrong code', write, ({ mfa, alice, wrong }) => refusal(mfa.challenge(alice, { code: wrong }))],
  ['a verify', write, ({ mfa, token, right }) => mfa.verify(token, { code: right })],
  [
    'a verify with a recovery code',
    write,
    ({ mfa, token, enrolled }) => mfa.verify(token, { code: enrolled.codes[0] }),
  ],
  ['a verify with a wrong code', write, ({ mfa, token, wrong }) => refusal(mfa.verify(token, { code: wrong }))],
  ['a verify with what is no code', read, ({ mfa, token }) => refusal(mfa.verify(token, { code: 'x' }))],
  ['a verify with a forged token', none, ({ mfa, right }) => refusal(mfa.verify('a.b.c', { code: right }))],
  ['tokens for a sign-in', write, ({ mfa, alice, enrolled }) => mfa.tokens.issue(alice, enrolled.proof)],
  ['a refresh', write, ({ mfa, tokens }) => mfa.tokens.refresh(tokens.refreshToken)],
  ['a refresh with an access token', none, ({ mfa, tokens }) => refusal(mfa.tokens.refresh(tokens.accessToken))],
  [
    'an access token after a proof',
    write,
    ({ mfa, tokens, enrolled }) => mfa.tokens.renew(tokens.accessToken, enrolled.proof),
  ],
  ['the end of a sign-in', write, ({ mfa, tokens }) => mfa.tokens.revoke(tokens.refreshToken)],
  ['an access token', none, ({ mfa, tokens }) => mfa.tokens.read(tokens.accessToken)],
  ['a registration', read, ({ mfa, mallory }) => mfa.register(mallory)],
  ['a begin by a login', read, ({ mfa, enrollment }) => mfa.beginEnrollment(enrollment, 'totp')],
  ['a confirm that signs in', write, ({ mfa, enrollee }) => mfa.confirmEnrollment('totp', enrollee)],
  ['a status', read, ({ mfa }) => mfa.status('alice')],
  ['a begin', read, ({ mfa, mallory }) => mfa.begin('totp', mallory)],
  ['a further begin', read, ({ mfa, alice, fresh }) => mfa.begin('totp', alice, fresh)],
  ['a begin that is refused', read, ({ mfa, alice }) => refusal(mfa.begin('totp', alice))],
  ['a confirm', write, ({ mfa, alice, begun }) => mfa.confirm('totp', alice, begun)],
  [
    'a confirm with a wrong code',
    write,
    ({ mfa, alice, begun, wrong }) => refusal(mfa.confirm('totp', alice, { ...begun, code: wrong })),
  ],
  [
    'a confirm with a forged token',
    none,
    ({ mfa, alice }) => refusal(mfa.confirm('totp', alice, { activationToken: 'x', code: '1' })),
  ],
  ['a step-up', write, ({ mfa, alice, right }) => mfa.stepUp(alice, { code: right })],
  ['a step-up of somebody without', read, ({ mfa, mallory }) => refusal(mfa.stepUp(mallory, { code: '123456' }))],
  [
    'a deactivation',
    write,
    ({ mfa, alice, right }) => mfa.deactivate('totp', alice, { code: right, passwordCorrect: true }),
  ],
  [
    'a deactivation with a wrong code',
    write,
    ({ mfa, alice, wrong }) => refusal(mfa.deactivate('totp', alice, { code: wrong })),
  ],
  [
    'a deactivation with a wrong password',
    write,
    ({ mfa, alice, right }) => refusal(mfa.deactivate('totp', alice, { code: right, passwordCorrect: false })),
  ],
  ['a look at the codes', read, ({ mfa, fresh }) => mfa.recoveryCodes('alice', fresh)],
  ['new codes', write, ({ mfa, fresh }) => mfa.regenerateRecoveryCodes('alice', fresh)],
  ['new codes that are refused', read, ({ mfa }) => refusal(mfa.regenerateRecoveryCodes('alice'))],
  ['a list', read, ({ mfa }) => mfa.authenticators('alice')],
  ['a rename', write, ({ mfa, enrolled }) => mfa.renameAuthenticator('alice', enrolled.id, { name: 'Phone' })],
  ['a rename of nothing', read, ({ mfa }) => refusal(mfa.renameAuthenticator('alice', 'x', { name: 'Phone' }))],
  ['a rename to nothing', none, ({ mfa }) => refusal(mfa.renameAuthenticator('alice', 'x', { name: '' }))],
  ['a removal', write, ({ mfa, enrolled, fresh }) => mfa.removeAuthenticator('alice', enrolled.id, fresh)],
  ['a removal of all of a factor', write, ({ mfa, fresh }) => mfa.removeAuthenticators('totp', 'alice', fresh)],
  ['a removal of none of one', read, ({ mfa, fresh }) => mfa.removeAuthenticators('phrase', 'alice', fresh)],
  ['a removal of nothing', read, ({ mfa, fresh }) => refusal(mfa.removeAuthenticator('alice', 'x', fresh))],
  ['a reset', write, ({ mfa }) => mfa.reset('alice')],
  ['a revocation', write, ({ mfa }) => mfa.revokeTokens('alice')],
  ['an erasure', { get: 1, put: 0, delete: 1 }, ({ mfa }) => mfa.erase('alice')],
  ['an erasure of nothing', read, ({ mfa }) => mfa.erase('mallory')],
  [
    'an import',
    write,
    ({ mfa }) => mfa.import('mallory', { totpSecret: 'JBSWY3DPEHPK3PXP', recoveryCodes: ['abcdefgh'] }),
  ],
  ['an import of what is there', read, ({ mfa, enrolled }) => mfa.import('alice', { totpSecret: enrolled.app.secret })],
]

test.each(operations)('%s: %j', async (_, costs, operation) => {
  const given = await scene()
  given.storage.reset()
  await operation(given)
  expect(given.storage.calls).toEqual({ delete: 0, userIds: 0, ...costs })
})

test('a try while the factor waits: one read and no put, right code or wrong', async () => {
  const given = await scene()
  const { mfa, alice, storage, token, right, wrong, begun } = given
  for (let count = 0; count < 5; count += 1) {
    await refusal(mfa.stepUp(alice, { code: wrong }))
    await refusal(mfa.confirm('totp', alice, { ...begun, code: wrong }))
  }
  for (const code of [right, wrong]) {
    for (const attempt of [
      () => mfa.stepUp(alice, { code }),
      () => mfa.verify(token, { code }),
      () => mfa.challenge(alice, { code }),
      () => mfa.deactivate('totp', alice, { code }),
      () => mfa.confirm('totp', alice, { ...begun, code: code === right ? begun.code : wrong }),
    ]) {
      storage.reset()
      expect((await refusal(attempt())).code).toBe('too_many_attempts')
      expect(storage.calls).toEqual({ get: 1, put: 0, delete: 0, userIds: 0 })
    }
  }
})

test('a change that was beaten once costs one read and one put more', async () => {
  const given = await scene()
  const { storage, rows, mfa, alice, right } = given
  storage.reset()
  storage.inject('put', 'hang_before')
  const waiting = mfa.stepUp(alice, { code: right })
  await storage.hanging()
  const row = await rows.get('alice')
  if (row !== null) await rows.put('alice', { ...row, revision: 'other' }, row.revision)
  storage.release()
  await waiting
  expect(storage.calls).toMatchObject({ get: 2, put: 2 })
})
