// Changing the secret: every record is sealed anew, a broken-off walk goes on, one user's fault does not end it.

import { describe, expect, test } from 'vitest'
import { createMfa, type MfaEvent, type ResealProgress } from '../../../src/index.ts'
import { createWorld, otherSecret, secret, type World } from '../../world.ts'

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const userIds = ['u0', 'u1', 'u2', 'u3', 'u4']

async function imported(): Promise<World> {
  const world = createWorld()
  for (const id of userIds) await world.mfa.import(id, { totpSecret })
  return world
}

/** The same app after a restart with other secrets. */
function restarted({ storage, clock }: World, secrets: readonly string[], events: MfaEvent[] = []) {
  const findUser = () => null
  const onEvent = (event: MfaEvent) => events.push(event)
  return createMfa({ secret: secrets, issuer: 'Acme', storage, findUser, now: clock.now, onEvent })
}

test('every record opens without the old secret afterwards, and says the same', async () => {
  const world = await imported()
  const before = await world.mfa.status('u0')
  const seen: ResealProgress[] = []
  const mfa = restarted(world, [otherSecret, secret])
  await expect(mfa.reseal({ onProgress: (progress) => seen.push(progress) })).resolves.toEqual({
    seen: 5,
    resealed: 5,
    failed: [],
  })
  expect(seen.map(({ seen: count, resealed }) => [count, resealed])).toEqual(
    [1, 2, 3, 4, 5].map((count) => [count, count]),
  )
  const done = restarted(world, [otherSecret])
  await expect(done.status('u0')).resolves.toEqual(before)
})

test('again it costs one read a user, and no write', async () => {
  const world = await imported()
  const mfa = restarted(world, [otherSecret, secret])
  await mfa.reseal()
  world.storage.reset()
  await expect(mfa.reseal()).resolves.toEqual({ seen: 5, resealed: 0, failed: [] })
  expect(world.storage.calls).toEqual({ get: 5, put: 0, delete: 0, userIds: 1 })
})

test('a use seals with the first secret as well', async () => {
  const world = await imported()
  const mfa = restarted(world, [otherSecret, secret])
  await mfa.revokeTokens('u0')
  await expect(mfa.reseal()).resolves.toMatchObject({ seen: 5, resealed: 4 })
})

test('broken off after the user at hand, it is resumed by another walk', async () => {
  const world = await imported()
  const mfa = restarted(world, [otherSecret, secret])
  const controller = new AbortController()
  const stop = ({ seen }: ResealProgress) => {
    if (seen === 2) controller.abort()
  }
  await expect(mfa.reseal({ onProgress: stop, signal: controller.signal })).resolves.toMatchObject({
    seen: 2,
    resealed: 2,
  })
  await expect(mfa.reseal()).resolves.toMatchObject({ seen: 5, resealed: 3 })
})

test('aborted before it began, it does nothing', async () => {
  const world = await imported()
  const mfa = restarted(world, [otherSecret, secret])
  await expect(mfa.reseal({ signal: AbortSignal.abort() })).resolves.toEqual({ seen: 0, resealed: 0, failed: [] })
})

describe("one user's fault", () => {
  test.each([
    ['a corrupt record', async ({ rows }: World) => corrupt(rows)],
    ['a read that fails', async ({ storage }: World) => storage.inject('get', 'throw_before', 2)],
    ['a write that fails', async ({ storage }: World) => storage.inject('put', 'throw_before', 2)],
  ])('%s: it is named, has its event, and the walk goes on', async (_, breakIt) => {
    const world = await imported()
    world.storage.reset()
    await breakIt(world)
    const events: MfaEvent[] = []
    const mfa = restarted(world, [otherSecret, secret], events)
    await expect(mfa.reseal()).resolves.toEqual({ seen: 5, resealed: 4, failed: ['u1'] })
    expect(events).toEqual([
      expect.objectContaining({
        ...{ type: 'reseal', result: 'failure', reason: 'storage_unavailable', userId: 'u1', error: expect.any(Error) },
      }),
    ])
  })

  async function corrupt(rows: World['rows']): Promise<void> {
    const row = await rows.get('u1')
    if (row !== null)
      await rows.put('u1', { ...row, sealed: `${row.sealed.slice(0, -4)}AAAA`, revision: 'r' }, row.revision)
  }
})

test('a user who is erased meanwhile is passed over, one who is changed meanwhile is done already', async () => {
  const world = await imported()
  const mfa = restarted(world, [otherSecret, secret])
  await world.rows.delete('u4', (await world.rows.get('u4'))?.revision ?? '')
  const late = { ...world.storage, userIds: () => idsAnd('u4') }
  async function* idsAnd(...more: readonly string[]) {
    yield* world.rows.userIds()
    yield* more
  }
  await expect(restarted({ ...world, storage: late }, [otherSecret, secret]).reseal()).resolves.toEqual({
    ...{ seen: 5, resealed: 4, failed: [] },
  })
  await world.mfa.import('u9', { totpSecret })
  world.storage.inject('put', 'hang_before')
  const walk = mfa.reseal()
  await world.storage.hanging()
  await restarted({ ...world, storage: { ...world.storage, ...world.rows } }, [otherSecret, secret]).revokeTokens('u9')
  world.storage.release()
  await expect(walk).resolves.toMatchObject({ resealed: 0, failed: [] })
})

test('a storage that cannot list its users ends the walk with its own error', async () => {
  const world = await imported()
  world.storage.inject('userIds', 'throw_before')
  await expect(restarted(world, [otherSecret, secret]).reseal()).rejects.toThrow('told to throw')
})
