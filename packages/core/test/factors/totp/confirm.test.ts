// Confirming an enrollment: the code it took is spent, its failures have a count of their own, and drift is told.

import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { createWorld, enroll, refusal } from '../../world.ts'

test('the very first code is spent at once', async () => {
  const world = createWorld()
  const { app } = await enroll(world)
  world.clock.advance(-30)
  const code = app.code(world.clock.now())
  expect((await refusal(world.mfa.stepUp(world.alice, { code }))).code).toBe('invalid_code')
  expect(world.events.at(-1)?.reason).toBe('replayed')
})

test.each([
  [-1, 'success'],
  [1, 'success'],
  [2, 'drifted'],
  [-7, 'drifted'],
  [40, 'wrong'],
])('a code %i steps away: %s', async (offset, outcome) => {
  const { mfa, alice, clock, events } = createWorld()
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(totpUrl)
  const code = app.codeAt(app.step(clock.now()) + offset)
  await mfa.confirm('totp', alice, { activationToken, code }).catch(() => undefined)
  expect(events.at(-1)).toMatchObject({
    type: 'confirm',
    ...(outcome === 'success' ? { result: outcome } : { reason: outcome }),
  })
  if (outcome === 'drifted') expect(events.at(-1)?.driftSteps).toBe(offset)
})

test('a code of the latest step of the window spends those before it as well', async () => {
  const world = createWorld({ totp: { window: 2 } })
  const { mfa, alice, clock } = world
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(totpUrl)
  await mfa.confirm('totp', alice, { activationToken, code: app.codeAt(app.step(clock.now()) + 2) })
  for (const offset of [-2, -1, 0, 1, 2]) {
    const code = app.codeAt(app.step(clock.now()) + offset)
    expect((await refusal(mfa.stepUp(alice, { code }))).code).toBe('invalid_code')
  }
})

test('five failures wait, under a count of its own that a new beginning does not clear', async () => {
  const { mfa, alice, clock, events } = createWorld()
  const begun = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(begun.totpUrl)
  const confirm = (activationToken: string, code: string) =>
    refusal(mfa.confirm('totp', alice, { activationToken, code }))
  const left: unknown[] = []
  for (let count = 0; count < 5; count += 1) {
    left.push((await confirm(begun.activationToken, app.wrongCode(clock.now()))).attemptsRemaining)
  }
  expect(left).toEqual([4, 3, 2, 1, 0])
  const again = await mfa.begin('totp', alice)
  const other = virtualAuthenticator(again.totpUrl)
  for (const [token, code] of [
    [begun.activationToken, app.code(clock.now())],
    [again.activationToken, other.code(clock.now())],
  ] as const) {
    expect(await confirm(token, code)).toMatchObject({ code: 'too_many_attempts', retryAfterSeconds: 30 })
    expect(events.at(-1)).toMatchObject({ type: 'confirm', reason: 'locked', factor: 'totp' })
  }
  clock.advance(30)
  await mfa.confirm('totp', alice, { activationToken: again.activationToken, code: other.code(clock.now()) })
  await expect(mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: true })
})

test('a hundred failures suspend it, and only an operator lifts that', async () => {
  const { mfa, alice, clock, events } = createWorld({
    attempts: { waitAfter: 2, waitSeconds: 1, maxWaitSeconds: 1, suspendAfter: 3 },
  })
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(totpUrl)
  for (let count = 0; count < 3; count += 1) {
    await refusal(mfa.confirm('totp', alice, { activationToken, code: app.wrongCode(clock.now()) }))
    clock.advance(1)
  }
  const error = await refusal(mfa.confirm('totp', alice, { activationToken, code: app.code(clock.now()) }))
  expect(error.code).toBe('too_many_attempts')
  expect(error).not.toHaveProperty('retryAfterSeconds')
  expect(events.at(-1)).toMatchObject({ reason: 'suspended' })
  await mfa.reset('alice')
  const again = await mfa.begin('totp', alice)
  const code = virtualAuthenticator(again.totpUrl).code(clock.now())
  await expect(mfa.confirm('totp', alice, { ...again, code })).resolves.toMatchObject({ recoveryCodes: { length: 10 } })
})

test('its success clears its own count: the next enrollment has all its tries', async () => {
  const world = createWorld()
  const { mfa, alice, clock } = world
  for (const provedAt of [null, clock.now()]) {
    const { activationToken, totpUrl } = await mfa.begin('totp', alice, { provedAt })
    const app = virtualAuthenticator(totpUrl)
    for (const left of [4, 3, 2, 1]) {
      const wrong = mfa.confirm('totp', alice, { activationToken, code: app.wrongCode(clock.now()) })
      expect((await refusal(wrong)).attemptsRemaining).toBe(left)
    }
    await mfa.confirm('totp', alice, { activationToken, code: app.code(clock.now()) })
  }
})

test('its success clears the count of the factor, which lifts a suspension', async () => {
  const world = createWorld({ attempts: { waitAfter: 2, waitSeconds: 1, maxWaitSeconds: 1, suspendAfter: 2 } })
  const { mfa, alice, clock } = world
  const { app, codes } = await enroll(world)
  for (let count = 0; count < 2; count += 1) await refusal(mfa.stepUp(alice, { code: app.wrongCode(clock.now()) }))
  expect((await refusal(mfa.stepUp(alice, { code: app.nextCode(clock.now()) }))).code).toBe('too_many_attempts')
  const { provedAt } = await mfa.stepUp(alice, { code: codes[0] })
  expect((await refusal(mfa.stepUp(alice, { code: app.nextCode(clock.now()) }))).code).toBe('too_many_attempts')
  await enroll(world, alice, provedAt)
  await expect(mfa.stepUp(alice, { code: app.nextCode(clock.now()) })).resolves.toMatchObject({ factor: 'totp' })
})
