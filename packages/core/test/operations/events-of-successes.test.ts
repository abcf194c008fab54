// Every success of every operation is one event that says who and what.

import { expect, test } from 'vitest'
import { login } from '../world.ts'
import { code, fresh, type Outcome, opened, type Scene } from './scene.ts'

const successes: readonly Outcome[] = [
  [
    'a login without a second factor',
    ({ world }) => world.mfa.challenge(world.mallory, { requestId: 'r1' }),
    { type: 'challenge', userId: 'mallory' },
  ],
  ['a login with one', ({ world }) => world.mfa.challenge(world.alice, { requestId: 'r1' }), { type: 'challenge' }],
  [
    'a login with its code',
    (scene) => scene.world.mfa.challenge(scene.world.alice, { code: code(scene), requestId: 'r1' }),
    { type: 'verify', factor: 'totp', driftSteps: 0 },
  ],
  [
    'a verify',
    async (scene) => scene.world.mfa.verify(await quietLogin(scene), { code: code(scene), requestId: 'r1' }),
    { type: 'verify', factor: 'totp', driftSteps: 0 },
  ],
  [
    'a step-up, by a clock that is a step ahead',
    ({ world, alice }) =>
      world.mfa.stepUp(world.alice, { code: alice.app.codeAt(alice.app.step(world.clock.now()) + 1), requestId: 'r1' }),
    { type: 'step_up', factor: 'totp', driftSteps: 1 },
  ],
  [
    'a step-up with a recovery code',
    ({ world, alice }) => world.mfa.stepUp(world.alice, { code: alice.codes[0], requestId: 'r1' }),
    { type: 'step_up', factor: 'recovery_code' },
  ],
  [
    'a beginning',
    (scene) => scene.world.mfa.begin('totp', scene.world.alice, fresh(scene)),
    { type: 'begin', factor: 'totp' },
  ],
  [
    'a deactivation',
    (scene) => scene.world.mfa.deactivate('totp', scene.world.alice, { code: code(scene), requestId: 'r1' }),
    { type: 'deactivate', factor: 'totp', driftSteps: 0 },
  ],
  ['a status', ({ world }) => world.mfa.status('alice', { requestId: 'r1' }), { type: 'status' }],
  [
    'a list of authenticators',
    ({ world }) => world.mfa.authenticators('alice', { requestId: 'r1' }),
    { type: 'status' },
  ],
  [
    'a look at the codes',
    (scene) => scene.world.mfa.recoveryCodes('alice', fresh(scene)),
    { type: 'show_codes', factor: 'recovery_code' },
  ],
  [
    'a look at no codes',
    ({ world }) => world.mfa.recoveryCodes('mallory', { requestId: 'r1' }),
    { type: 'show_codes', userId: 'mallory', factor: 'recovery_code' },
  ],
  [
    'new codes',
    (scene) => scene.world.mfa.regenerateRecoveryCodes('alice', fresh(scene)),
    { type: 'regenerate', factor: 'recovery_code' },
  ],
  [
    'a rename',
    ({ world, alice }) => world.mfa.renameAuthenticator('alice', alice.id, { name: 'Phone', requestId: 'r1' }),
    { type: 'rename', factor: 'totp' },
  ],
  [
    'a removal',
    (scene) => scene.world.mfa.removeAuthenticator('alice', scene.alice.id, fresh(scene)),
    { type: 'remove', factor: 'totp' },
  ],
  [
    'a removal of all of a factor',
    (scene) => scene.world.mfa.removeAuthenticators('totp', 'alice', fresh(scene)),
    { type: 'remove', factor: 'totp' },
  ],
  ['a reset', ({ world }) => world.mfa.reset('alice', { requestId: 'r1' }), { type: 'reset' }],
  [
    'a reset that says who and why',
    ({ world }) => world.mfa.reset('alice', { requestId: 'r1', actor: 'support-7', note: 'ticket 4711' }),
    { type: 'reset', actor: 'support-7', note: 'ticket 4711' },
  ],
  ['an erasure', ({ world }) => world.mfa.erase('alice', { requestId: 'r1' }), { type: 'erase' }],
  ['a revocation', ({ world }) => world.mfa.revokeTokens('alice', { requestId: 'r1' }), { type: 'revoke_tokens' }],
  [
    'an import',
    ({ world }) => world.mfa.import('mallory', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', requestId: 'r1' }),
    { type: 'import', factor: 'totp', userId: 'mallory' },
  ],
  [
    'an import of what is there',
    ({ world, alice }) => world.mfa.import('alice', { totpSecret: alice.app.secret, requestId: 'r1' }),
    { type: 'import', factor: 'totp' },
  ],
]

test.each(successes)('%s succeeds', async (_, act, expected) => {
  const { scene, heard } = await opened()
  await act(scene)
  expect(heard()).toEqual([
    expect.objectContaining({
      userId: 'alice',
      factor: null,
      ...expected,
      result: 'success',
      reason: null,
      requestId: 'r1',
      at: scene.world.clock.now(),
    }),
  ])
})

/** A token whose challenge the scene did not hear. */
async function quietLogin({ world }: Scene): Promise<string> {
  const token = await login(world)
  world.events.pop()
  return token
}
