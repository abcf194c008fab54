// Authenticators are listed, renamed and removed by their own user alone; a foreign id is like an unknown one.

import { describe, expect, test } from 'vitest'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, enroll, login, refusal } from '../../world.ts'

test('the list shows the enrolled ones, the oldest first, and no secret', async () => {
  const world = createWorld()
  const first = await enroll(world)
  const second = await enroll(world, world.alice, first.proof.provedAt)
  await world.mfa.stepUp(world.alice, { code: second.app.nextCode(world.clock.now()) })
  const list = await world.mfa.authenticators('alice')
  expect(list).toEqual([
    { id: first.id, type: 'totp', name: 'Authenticator 1', createdAt: expect.any(Date), lastUsedAt: null },
    {
      id: second.id,
      type: 'totp',
      name: 'Authenticator 2',
      createdAt: expect.any(Date),
      lastUsedAt: new Date(world.clock.now()),
    },
  ])
  await expect(world.mfa.authenticators('mallory')).resolves.toEqual([])
})

test('a rename gives the authenticator, and moves nothing else', async () => {
  const world = createWorld()
  const { id, app } = await enroll(world)
  await expect(world.mfa.renameAuthenticator('alice', id, { name: ' Büro ' })).resolves.toMatchObject({
    id,
    name: 'Büro',
  })
  await expect(world.mfa.authenticators('alice')).resolves.toMatchObject([{ id, name: 'Büro' }])
  await expect(world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })).resolves.toBeDefined()
})

test.each(['', '  ', 'x'.repeat(65), 'a\u202eb', 'a\nb', undefined, 7])('a name %j is refused', async (name) => {
  const world = createWorld()
  const { id } = await enroll(world)
  expect(await refusal(world.mfa.renameAuthenticator('alice', id, { name: name as string }))).toMatchObject({
    ...{ code: 'invalid_request', errors: [{ field: 'name' }] },
  })
})

describe('an id that is not one of the user', () => {
  const ids = ['', '1', '01', '1e1', 'a:b', '__proto__', 'constructor', 'x'.repeat(100_000)]

  test.each(ids.map((id) => [id.slice(0, 20), id]))('%j', async (_, id) => {
    const world = createWorld()
    await enroll(world)
    const row = await world.rows.get('alice')
    const fresh = { provedAt: world.clock.now() }
    expect((await refusal(world.mfa.renameAuthenticator('alice', id, { name: 'a' }))).code).toBe('not_found')
    expect((await refusal(world.mfa.removeAuthenticator('alice', id, fresh))).code).toBe('not_found')
    expect(await world.rows.get('alice')).toEqual(row)
  })

  test("mallory's", async () => {
    const world = createWorld()
    const { id } = await enroll(world)
    await enroll(world, world.mallory)
    const fresh = { provedAt: world.clock.now() }
    expect((await refusal(world.mfa.renameAuthenticator('mallory', id, { name: 'a' }))).code).toBe('not_found')
    expect((await refusal(world.mfa.removeAuthenticator('mallory', id, fresh))).code).toBe('not_found')
    await expect(world.mfa.authenticators('alice')).resolves.toMatchObject([{ id, name: 'Authenticator 1' }])
  })

  test('that of the recovery codes, which are no authenticator of their own', async () => {
    const world = createWorld()
    const { codes } = await enroll(world)
    const { authenticatorId } = await world.mfa.stepUp(world.alice, { code: codes[0] })
    const fresh = { provedAt: world.clock.now() }
    const id = String(authenticatorId)
    expect((await refusal(world.mfa.renameAuthenticator('alice', id, { name: 'a' }))).code).toBe('not_found')
    expect((await refusal(world.mfa.removeAuthenticator('alice', id, fresh))).code).toBe('not_found')
  })
})

describe('a removal', () => {
  test('of one of two leaves the other and the codes, and ends every challenge', async () => {
    const world = createWorld()
    const first = await enroll(world)
    const second = await enroll(world, world.alice, first.proof.provedAt)
    const token = await login(world)
    await expect(
      world.mfa.removeAuthenticator('alice', first.id, { provedAt: world.clock.now() }),
    ).resolves.toBeUndefined()
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: true, recoveryCodesRemaining: 10 })
    expect((await refusal(world.mfa.stepUp(world.alice, { code: first.app.nextCode(world.clock.now()) }))).code).toBe(
      'invalid_code',
    )
    expect((await refusal(world.mfa.verify(token, { code: second.app.nextCode(world.clock.now()) }))).code).toBe(
      'invalid_token',
    )
    await expect(world.mfa.stepUp(world.alice, { code: second.app.nextCode(world.clock.now()) })).resolves.toBeDefined()
    expect(
      (await refusal(world.mfa.removeAuthenticator('alice', first.id, { provedAt: world.clock.now() }))).code,
    ).toBe('not_found')
  })

  test('of the last takes the codes along', async () => {
    const world = createWorld()
    const { id } = await enroll(world)
    await world.mfa.removeAuthenticator('alice', id, { provedAt: world.clock.now() })
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false, recoveryCodesRemaining: 0 })
    expect(await world.rows.get('alice')).toMatchObject({ enabled: false })
  })

  test('leaves the counts where they are', async () => {
    const world = createWorld()
    const { app, id } = await enroll(world)
    for (let count = 0; count < 4; count += 1)
      await refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
    const second = await enroll(world, world.mallory)
    await world.mfa.removeAuthenticator('alice', id, { provedAt: world.clock.now() })
    await world.mfa.import('alice', { totpSecret: second.app.secret })
    expect(
      (await refusal(world.mfa.stepUp(world.alice, { code: second.app.wrongCode(world.clock.now()) })))
        .attemptsRemaining,
    ).toBe(0)
  })
})

describe('a removal of all of a factor', () => {
  test('leaves nothing, and ends every challenge', async () => {
    const world = createWorld()
    const { proof } = await enroll(world)
    const { app } = await enroll(world, world.alice, proof.provedAt)
    const token = await login(world)
    await world.mfa.removeAuthenticators('totp', 'alice', { provedAt: world.clock.now() })
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false, recoveryCodesRemaining: 0 })
    expect((await refusal(world.mfa.verify(token, { code: app.nextCode(world.clock.now()) }))).code).toBe(
      'invalid_token',
    )
  })

  test('leaves other users and other factors alone, and tells of it once', async () => {
    const world = createWorld({ factors: [fixedPhrase('correct horse')] })
    await enroll(world)
    await enroll(world, world.mallory)
    const fresh = { provedAt: world.clock.now() }
    const { activationToken } = await world.mfa.begin('phrase', world.alice, fresh)
    await world.mfa.confirm('phrase', world.alice, { activationToken, phrase: 'correct horse' })
    world.events.length = 0
    await world.mfa.removeAuthenticators('totp', 'alice', fresh)
    expect(world.events).toMatchObject([{ type: 'remove', result: 'success', factor: 'totp', authenticatorId: null }])
    await expect(world.mfa.authenticators('alice')).resolves.toMatchObject([{ type: 'phrase' }])
    await expect(world.mfa.authenticators('mallory')).resolves.toHaveLength(1)
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 10 })
  })

  test.each(['recovery_code', 'unknown', '__proto__'])('of %j, which nobody enrolls, is a mistake', async (type) => {
    const world = createWorld()
    await enroll(world)
    const removal = world.mfa.removeAuthenticators(type, 'alice', { provedAt: world.clock.now() })
    await expect(removal).rejects.toThrow(new TypeError(`no factor '${type}' can be enrolled`))
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 10 })
  })
})
