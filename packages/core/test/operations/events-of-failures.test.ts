// Every refusal is one event with the true reason, which no answer tells.

import { expect, test } from 'vitest'
import { refusal } from '../world.ts'
import { code, fresh, type Outcome, opened, wrong } from './scene.ts'

const failures: readonly Outcome[] = [
  [
    'a wrong code',
    (scene) => scene.world.mfa.stepUp(scene.world.alice, { code: wrong(scene), requestId: 'r1' }),
    { type: 'step_up', reason: 'wrong', factor: 'totp' },
  ],
  [
    'a wrong code in a login',
    (scene) => scene.world.mfa.challenge(scene.world.alice, { code: wrong(scene), requestId: 'r1' }),
    { type: 'verify', reason: 'wrong', factor: 'totp' },
  ],
  [
    'a used code',
    ({ world, alice }) =>
      world.mfa.stepUp(world.alice, { code: alice.app.codeAt(alice.app.step(world.clock.now()) - 1), requestId: 'r1' }),
    { type: 'step_up', reason: 'replayed', factor: 'totp' },
  ],
  [
    'a code of a clock that is off',
    ({ world, alice }) =>
      world.mfa.stepUp(world.alice, { code: alice.app.codeAt(alice.app.step(world.clock.now()) + 7), requestId: 'r1' }),
    { type: 'step_up', reason: 'drifted', factor: 'totp', driftSteps: 7 },
  ],
  [
    'no code at all',
    ({ world }) => world.mfa.stepUp(world.alice, { code: 'x', requestId: 'r1' }),
    { type: 'step_up', reason: 'not_a_code' },
  ],
  [
    'an unknown recovery code',
    ({ world }) => world.mfa.stepUp(world.alice, { code: 'zzzz-zzzz', requestId: 'r1' }),
    { type: 'step_up', reason: 'wrong', factor: 'recovery_code' },
  ],
  [
    'a step-up of nobody',
    ({ world }) => world.mfa.stepUp(world.mallory, { code: '000000', requestId: 'r1' }),
    { type: 'step_up', reason: 'not_enabled', userId: 'mallory' },
  ],
  [
    'a forged token',
    ({ world }) => world.mfa.verify('a.b.c', { code: '000000', requestId: 'r1' }),
    { type: 'verify', reason: 'malformed_token', userId: null },
  ],
  [
    'an unfresh beginning',
    ({ world }) => world.mfa.begin('totp', world.alice, { requestId: 'r1' }),
    { type: 'begin', reason: 'step_up_required', factor: 'totp' },
  ],
  [
    'a deactivation of nothing',
    ({ world }) => world.mfa.deactivate('totp', world.mallory, { code: '000000', requestId: 'r1' }),
    { type: 'deactivate', reason: 'not_enabled', factor: 'totp', userId: 'mallory' },
  ],
  [
    'a deactivation with a wrong password',
    (scene) =>
      scene.world.mfa.deactivate('totp', scene.world.alice, {
        code: code(scene),
        passwordCorrect: false,
        requestId: 'r1',
      }),
    { type: 'deactivate', reason: 'wrong_password' },
  ],
  [
    'an unfresh look at the codes',
    ({ world }) => world.mfa.recoveryCodes('alice', { requestId: 'r1' }),
    { type: 'show_codes', reason: 'step_up_required', factor: 'recovery_code' },
  ],
  [
    'unfresh new codes',
    ({ world }) => world.mfa.regenerateRecoveryCodes('alice', { requestId: 'r1' }),
    { type: 'regenerate', reason: 'step_up_required', factor: 'recovery_code' },
  ],
  [
    'a rename of nothing',
    ({ world }) => world.mfa.renameAuthenticator('alice', 'x', { name: 'a', requestId: 'r1' }),
    { type: 'rename', reason: 'not_found' },
  ],
  [
    'an unfresh removal',
    ({ world, alice }) => world.mfa.removeAuthenticator('alice', alice.id, { requestId: 'r1' }),
    { type: 'remove', reason: 'step_up_required' },
  ],
  [
    'a removal of nothing',
    (scene) => scene.world.mfa.removeAuthenticator('alice', 'x', fresh(scene)),
    { type: 'remove', reason: 'not_found' },
  ],
  [
    'an unfresh removal of all of a factor',
    ({ world }) => world.mfa.removeAuthenticators('totp', 'alice', { requestId: 'r1' }),
    { type: 'remove', reason: 'step_up_required', factor: 'totp' },
  ],
  [
    'codes imported over codes',
    ({ world }) =>
      world.mfa.import('alice', {
        totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
        recoveryCodes: ['abcdefgh'],
        requestId: 'r1',
      }),
    { type: 'import', reason: 'duplicate', factor: 'totp' },
  ],
]

test.each(failures)('%s fails', async (_, act, expected) => {
  const { scene, heard } = await opened()
  const error = await refusal(act(scene))
  expect(heard()).toEqual([
    expect.objectContaining({
      userId: 'alice',
      factor: null,
      ...expected,
      result: 'failure',
      requestId: 'r1',
      at: scene.world.clock.now(),
    }),
  ])
  expect(JSON.stringify([error.message, { ...error }])).not.toContain(
    expected.reason === error.code ? '\0' : expected.reason,
  )
})
