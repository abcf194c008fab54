// A record with nothing but factors this app does not know, of a later version or of one that was configured away:
// its user is not let in with the password alone, and an operator can help.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { encodeRecord } from '../../src/record/codec.ts'
import { emptyRecord } from '../../src/record/record.ts'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer } from '../../src/sealing/seal.ts'
import { createWorld, login, refusal, secret, type World } from '../world.ts'

async function withPasskey(): Promise<World> {
  const world = createWorld()
  const passkey = { id: 'p1', type: 'passkey', name: 'Key', createdAt: 1, lastUsedAt: null, data: { publicKey: 'x' } }
  const record = { ...emptyRecord, epoch: 1, enabledAt: 1, authenticators: [passkey] }
  const sealed = createSealer('record', deriveKeys([secret]), randomBytes).seal('alice', encodeRecord(record))
  await world.rows.put('alice', { revision: 'r', sealed, enabled: true, updatedAt: new Date(0) }, null)
  return world
}

test('is challenged, and cannot answer', async () => {
  const world = await withPasskey()
  await expect(world.mfa.challenge(world.alice)).resolves.toMatchObject({ methods: [] })
  for (const code of ['123456', 'abcd-efgh', 'x']) {
    expect((await refusal(world.mfa.verify(await login(world), { code }))).code).toBe('too_many_attempts')
    expect(world.events.at(-1)).toMatchObject({ type: 'verify', result: 'failure', factor: null })
  }
})

test('can see and, with a fresh proof, remove what is there', async () => {
  const world = await withPasskey()
  await expect(world.mfa.authenticators('alice')).resolves.toMatchObject([{ type: 'passkey', name: 'Key' }])
  await world.mfa.removeAuthenticator('alice', 'p1', { provedAt: world.clock.now() })
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ mfaEnabled: false })
})

test('is let in again after a reset', async () => {
  const world = await withPasskey()
  await world.mfa.reset('alice')
  await expect(world.mfa.challenge(world.alice)).resolves.toHaveProperty('proof')
})
