// Enrollment: nothing counts until it is proven, a further authenticator takes a fresh proof, and the active ones go on.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createMfa } from '../../../src/index.ts'
import { createWorld, enroll, refusal, secret } from '../../world.ts'

test('begin shows what an app needs, and stores nothing', async () => {
  const { mfa, alice, rows, storage } = createWorld()
  const begun = await mfa.begin('totp', alice)
  expect(Object.keys(begun).toSorted()).toEqual(['activationToken', 'expiresIn', 'qrCodeDataUri', 'secret', 'totpUrl'])
  expect(storage.calls.put).toBe(0)
  expect(await rows.get('alice')).toBeNull()
})

test('confirm gives the codes, the authenticator and a proof', async () => {
  const { mfa, alice, clock } = createWorld()
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const code = virtualAuthenticator(totpUrl).code(clock.now())
  const confirmed = await mfa.confirm('totp', alice, { activationToken, code, name: ' My phone ' })
  const now = clock.now()
  expect(confirmed).toEqual({
    recoveryCodes: expect.any(Array),
    authenticator: {
      id: expect.stringMatching(/^[\w-]{16}$/),
      ...{ type: 'totp', name: 'My phone', createdAt: new Date(now), lastUsedAt: null },
    },
    proof: {
      ...{ userId: 'alice', amr: ['pwd', 'otp', 'mfa'], factor: 'totp', provedAt: now },
      ...{ authenticatorId: confirmed.authenticator.id, strength: 'possession', sealed: expect.any(String) },
    },
  })
})

test.each(['', ' ', 'x'.repeat(65), 'a\nb', 7, null])('a name %j is refused before the code is spent', async (name) => {
  const { mfa, alice, clock } = createWorld()
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const code = virtualAuthenticator(totpUrl).code(clock.now())
  const error = await refusal(mfa.confirm('totp', alice, { activationToken, code, name: name as string }))
  expect(error).toMatchObject({ code: 'invalid_request', errors: [{ field: 'name' }] })
  await expect(mfa.confirm('totp', alice, { activationToken, code })).resolves.toMatchObject({
    authenticator: { name: 'Authenticator 1' },
  })
})

test('names that are not given count up, past those that are taken', async () => {
  const world = createWorld()
  const { mfa, alice, clock } = world
  const first = await enroll(world)
  await mfa.renameAuthenticator('alice', first.id, { name: 'Authenticator 2' })
  await enroll(world, alice, clock.now())
  await enroll(world, alice, clock.now())
  const names = (await mfa.authenticators('alice')).map(({ name }) => name)
  expect(names).toEqual(['Authenticator 2', 'Authenticator 1', 'Authenticator 3'])
})

describe('a further authenticator', () => {
  test('takes a fresh proof where it begins', async () => {
    const world = createWorld()
    const { proof } = await enroll(world)
    for (const provedAt of [undefined, null, world.clock.now() - 300_001]) {
      expect(await refusal(world.mfa.begin('totp', world.alice, { provedAt }))).toMatchObject({
        ...{ code: 'step_up_required', maxAgeSeconds: 300 },
      })
    }
    await expect(world.mfa.begin('totp', world.alice, { provedAt: proof.provedAt })).resolves.toBeDefined()
  })

  test('is not asked for it again where it is confirmed', async () => {
    const world = createWorld()
    const { proof } = await enroll(world)
    const { activationToken, totpUrl } = await world.mfa.begin('totp', world.alice, { provedAt: proof.provedAt })
    world.clock.advance(400)
    const code = virtualAuthenticator(totpUrl).code(world.clock.now())
    await expect(world.mfa.confirm('totp', world.alice, { activationToken, code })).resolves.toBeDefined()
  })

  test('leaves the active one working until, and after, it is confirmed', async () => {
    const world = createWorld()
    const { app, proof } = await enroll(world)
    await world.mfa.begin('totp', world.alice, { provedAt: proof.provedAt })
    await expect(world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })).resolves.toBeDefined()
    await enroll(world, world.alice, proof.provedAt)
    await expect(world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })).resolves.toBeDefined()
  })

  test('beyond the limit is refused where it begins, and where it is confirmed', async () => {
    const world = createWorld({ totp: { authenticators: 2 } })
    const { storage, clock, alice, mallory } = world
    const { proof } = await enroll(world)
    await enroll(world, alice, proof.provedAt)
    const error = await refusal(world.mfa.begin('totp', alice, { provedAt: clock.now() }))
    expect(error).toMatchObject({ code: 'authenticator_limit', message: 'at most 2 of TOTP: remove one first' })
    await enroll(world, mallory)
    const begun = await world.mfa.begin('totp', mallory, { provedAt: clock.now() })
    // The same app after a restart with a lower limit.
    const findUser = () => null
    const later = createMfa({ secret, issuer: 'Acme', storage, findUser, now: clock.now, totp: { authenticators: 1 } })
    const code = virtualAuthenticator(begun.totpUrl).code(clock.now())
    expect((await refusal(later.confirm('totp', mallory, { ...begun, code }))).code).toBe('authenticator_limit')
    await expect(world.mfa.confirm('totp', mallory, { ...begun, code })).resolves.toBeDefined()
  })
})

test('confirmed twice, and eight times at once: one authenticator, one set of codes', async () => {
  const { mfa, alice, clock, events } = createWorld()
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(totpUrl)
  const answer = { activationToken, code: app.code(clock.now()) }
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => mfa.confirm('totp', alice, answer)))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  clock.advance(30)
  const again = mfa.confirm('totp', alice, { activationToken, code: app.code(clock.now()) })
  expect((await refusal(again)).code).toBe('invalid_token')
  expect(events.at(-1)).toMatchObject({ type: 'confirm', factor: 'totp', reason: 'old_epoch' })
  await expect(mfa.authenticators('alice')).resolves.toHaveLength(1)
  await expect(mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 10 })
})

test('two enrollments begun side by side: the first confirmed ends the other', async () => {
  const { mfa, alice, clock } = createWorld()
  const [one, two] = [await mfa.begin('totp', alice), await mfa.begin('totp', alice)]
  expect(one.secret).not.toBe(two.secret)
  const code = (url: string) => virtualAuthenticator(url).code(clock.now())
  await mfa.confirm('totp', alice, { activationToken: two.activationToken, code: code(two.totpUrl) })
  const late = mfa.confirm('totp', alice, { activationToken: one.activationToken, code: code(one.totpUrl) })
  expect((await refusal(late)).code).toBe('invalid_token')
})

test('a client cannot bring its own secret, digits or period', async () => {
  const { mfa, alice, clock } = createWorld()
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const own = virtualAuthenticator({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' })
  const answer = { activationToken, code: own.code(clock.now()), secret: own.secret, digits: 6, pending: {} }
  expect((await refusal(mfa.confirm('totp', alice, answer))).code).toBe('invalid_code')
  const code = virtualAuthenticator(totpUrl).code(clock.now())
  await expect(mfa.confirm('totp', alice, { ...answer, code })).resolves.toBeDefined()
  clock.advance(30)
  expect((await refusal(mfa.stepUp(alice, { code: own.code(clock.now()) }))).code).toBe('invalid_code')
})

test.each(['recovery_code', 'sms', '', '__proto__', 'constructor'])('%j is nothing to enroll', async (type) => {
  const { mfa, alice } = createWorld()
  await expect(mfa.begin(type, alice)).rejects.toThrow(new TypeError(`no factor '${type}' can be enrolled`))
  await expect(mfa.confirm(type, alice, { activationToken: 'x', code: '1' })).rejects.toThrow(TypeError)
  await expect(mfa.deactivate(type, alice, { code: '1' })).rejects.toThrow(TypeError)
})
