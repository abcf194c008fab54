// An event comes after its write and not without it; faults and codes that run low are told as well.

import { expect, test } from 'vitest'
import { fixedPhrase } from '../factors/fixed-phrase.ts'
import { refusal } from '../world.ts'
import { code, opened } from './scene.ts'

test('a code that was right once says which authenticator it was of', async () => {
  const { scene, heard } = await opened()
  const { mfa, alice, clock } = scene.world
  const used = scene.alice.app.codeAt(scene.alice.app.step(clock.now()) - 1)
  await refusal(mfa.stepUp(alice, { code: used }))
  expect(heard()).toEqual([expect.objectContaining({ reason: 'replayed', authenticatorId: scene.alice.id })])
})

test('a try while the factor waits or is suspended says so, and which factor it was', async () => {
  const { scene, heard } = await opened({ attempts: { waitAfter: 1, suspendAfter: 2 } })
  const { mfa, alice, clock } = scene.world
  for (const reason of ['locked', 'suspended']) {
    await refusal(mfa.stepUp(alice, { code: scene.alice.app.wrongCode(clock.now()) }))
    await refusal(mfa.stepUp(alice, { code: code(scene) }))
    expect(heard().at(-1)).toMatchObject({ type: 'step_up', reason, factor: 'totp', authenticatorId: null })
    clock.advance(30)
  }
})

test('a code that is looked at by two factors has the reason that tells most', async () => {
  const { scene, heard } = await opened({ totp: { digits: 8 } })
  const { mfa, alice, clock } = scene.world
  const used = scene.alice.app.codeAt(scene.alice.app.step(clock.now()) - 1)
  await refusal(mfa.stepUp(alice, { code: used }))
  await refusal(mfa.stepUp(alice, { code: scene.alice.app.wrongCode(clock.now()) }))
  expect(heard().map(({ reason, factor }) => [reason, factor])).toEqual([
    ['replayed', 'totp'],
    ['wrong', 'totp'],
  ])
})

test('a storage that fails is the reason, and its error goes along', async () => {
  const { scene, heard } = await opened()
  scene.world.storage.inject('get', 'throw_before')
  await refusal(scene.world.mfa.stepUp(scene.world.alice, { code: code(scene) }))
  scene.world.storage.inject('delete', 'throw_before')
  await refusal(scene.world.mfa.erase('alice'))
  expect(heard()).toEqual([
    expect.objectContaining({
      type: 'step_up',
      reason: 'storage_unavailable',
      userId: 'alice',
      error: expect.any(Error),
    }),
    expect.objectContaining({
      type: 'erase',
      reason: 'storage_unavailable',
      userId: 'alice',
      error: expect.any(Error),
    }),
  ])
})

test('the event comes after the write, and not without it', async () => {
  const { scene, heard } = await opened()
  scene.world.storage.inject('put', 'hang_after')
  const waiting = scene.world.mfa.stepUp(scene.world.alice, { code: code(scene) })
  await scene.world.storage.hanging()
  expect(heard()).toEqual([])
  scene.world.storage.release()
  await waiting
  expect(heard()).toHaveLength(1)
})

test('a rule that ran again has one event', async () => {
  const { scene, heard } = await opened()
  const { rows, storage } = scene.world
  storage.inject('put', 'hang_before')
  const waiting = scene.world.mfa.stepUp(scene.world.alice, { code: code(scene) })
  await storage.hanging()
  const row = await rows.get('alice')
  if (row === null) throw new Error('alice has a row')
  await rows.put('alice', { ...row, revision: 'another' }, row.revision)
  storage.release()
  await waiting
  expect(heard()).toHaveLength(1)
})

test('the last but one and the last recovery code tell that they run low', async () => {
  const { scene, heard } = await opened()
  const { mfa, alice } = scene.world
  for (const recoveryCode of scene.alice.codes) await mfa.stepUp(alice, { code: recoveryCode, requestId: 'r1' })
  const low = heard().filter(({ type }) => type === 'recovery_codes_low')
  expect(low.map(({ remaining }) => remaining)).toEqual([2, 1, 0])
  expect(low[0]).toMatchObject({
    result: 'success',
    reason: null,
    userId: 'alice',
    factor: 'recovery_code',
    requestId: 'r1',
  })
  expect(heard()).toHaveLength(13)
})

test('a recovery code that takes the whole set along tells of no low one', async () => {
  const { scene, heard } = await opened()
  const { mfa, alice } = scene.world
  for (const recoveryCode of scene.alice.codes.slice(0, 8)) await mfa.stepUp(alice, { code: recoveryCode })
  const before = heard().length
  await mfa.deactivate('totp', alice, { code: scene.alice.codes[8] })
  expect(
    heard()
      .slice(before)
      .map(({ type }) => type),
  ).toEqual(['deactivate'])
})

test('a recovery code that takes one factor of two along tells it', async () => {
  const { scene, heard } = await opened({ factors: [fixedPhrase('correct horse')] })
  const { mfa, alice } = scene.world
  const { activationToken } = await mfa.begin('phrase', alice, { provedAt: scene.alice.proof.provedAt })
  await mfa.confirm('phrase', alice, { activationToken, phrase: 'correct horse' })
  for (const recoveryCode of scene.alice.codes.slice(0, 8)) await mfa.stepUp(alice, { code: recoveryCode })
  const before = heard().length
  await mfa.deactivate('totp', alice, { code: scene.alice.codes[8] })
  expect(
    heard()
      .slice(before)
      .map(({ type }) => type),
  ).toEqual(['deactivate', 'recovery_codes_low'])
})
