import assert from 'node:assert/strict'
import type { Storage } from '@latchkey/core'
import { faultyStorage } from '../faulty-storage.ts'
import { assertStored, createRecord, listUserIds, someRecord } from './bench.ts'
import { assertNoLostUpdate, assertOneRemains, assertOneWinner } from './racing.ts'
import type { Rule } from './rule.ts'

/** Two storages on the same data, as two processes have them. */
export const sharingRules: readonly Rule[] = [
  {
    name: 'what one storage acknowledged another one reads at once',
    async check({ storage, user, reopen }) {
      await assertSeenAtOnce(storage, await reopen(), await user())
    },
  },
  {
    name: 'of writers on two storages at once exactly one wins',
    async check({ storage, user, reopen }) {
      const storages = [storage, await reopen()]
      const userId = await user()
      await assertOneWinner(storages, userId, null)
      const stored = await storage.get(userId)
      assert.ok(stored)
      await assertOneWinner(storages, userId, stored.revision)
    },
  },
  {
    name: 'of writers and deleters on two storages at once exactly one wins',
    async check({ storage, user, reopen }) {
      const storages = [storage, await reopen()]
      for (const n of [0, 1]) await assertOneRemains(storages, await user(n), n === 0)
    },
  },
  {
    name: 'of writers on two storages that take turns none is lost',
    async check({ storage, user, reopen }) {
      const storages = [storage, await reopen()].map((one) => {
        const yielding = faultyStorage(one)
        for (const method of ['get', 'put'] as const) yielding.inject(method, 'yield', 'every')
        return yielding
      })
      await assertNoLostUpdate(storages, await user())
    },
  },
]

/** Lets two storages write in turn, and asserts that each sees at once what the other was told is stored. */
export async function assertSeenAtOnce(one: Storage, other: Storage, userId: string): Promise<void> {
  await assertStored(other, userId, null)
  const first = await createRecord(one, userId)
  await assertStored(other, userId, first)
  assert.deepEqual(await listUserIds(other), [userId])
  const second = someRecord()
  assert.equal(await other.put(userId, second, first.revision), true)
  await assertStored(one, userId, second)
  assert.equal(await one.put(userId, someRecord(), first.revision), false)
  assert.equal(await one.delete(userId, first.revision), false)
  assert.equal(await other.delete(userId, second.revision), true)
  await assertStored(one, userId, null)
}
