import assert from 'node:assert/strict'
import { assertStored, createRecord, listUserIds, someRecord } from './bench.ts'
import type { Rule } from './rule.ts'

/** What `get` gives back. */
export const readingRules: readonly Rule[] = [
  {
    name: 'get gives null for a user nobody stored',
    async check({ storage, user }) {
      await createRecord(storage, await user(1))
      await assertStored(storage, await user(0), null)
    },
  },
  {
    name: 'get gives back every field to the letter',
    async check({ storage, user }) {
      const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index))
      const records = [
        someRecord({ enabled: false, updatedAt: new Date(1) }),
        someRecord({ sealed: printable, updatedAt: new Date('2038-01-19T03:14:08.001Z') }),
        someRecord({ sealed: '0:0:1.2.3', revision: '1e3' }),
        someRecord({ sealed: ' leading and trailing ', revision: ' - ' }),
      ]
      for (const [n, record] of records.entries()) {
        const userId = await user(n)
        await createRecord(storage, userId, record)
        await assertStored(storage, userId, record)
      }
    },
  },
  {
    name: 'a sealed text of 64 KiB is kept whole, when created and when updated',
    async check({ storage, user }) {
      const userId = await user()
      const sealed = '0123456789abcdef'.repeat(4096)
      const first = await createRecord(storage, userId, someRecord({ sealed }))
      await assertStored(storage, userId, first)
      const second = someRecord({ sealed: `${sealed.slice(1)}!` })
      assert.equal(await storage.put(userId, second, first.revision), true)
      await assertStored(storage, userId, second)
    },
  },
  {
    name: 'user ids are told apart to the letter',
    async check({ storage, oddUserIds, add }) {
      const records = new Map(oddUserIds.map((userId) => [userId, someRecord()]))
      for (const [userId, record] of records) {
        await assertStored(storage, await add(userId), null)
        await createRecord(storage, userId, record)
      }
      for (const [userId, record] of records) await assertStored(storage, userId, record)
      assert.deepEqual([...(await listUserIds(storage))].sort(), [...oddUserIds].sort())
    },
  },
  {
    name: 'what was handed in or out can be changed without changing what is stored',
    async check({ storage, user }) {
      const userId = await user()
      const given = someRecord()
      const kept = someRecord({ ...given, updatedAt: new Date(given.updatedAt) })
      await createRecord(storage, userId, given)
      spoil(given)
      await assertStored(storage, userId, kept)
      const got = await storage.get(userId)
      assert.ok(got)
      spoil(got)
      await assertStored(storage, userId, kept)
    },
  },
]

function spoil(record: object): void {
  ;(record as { updatedAt: Date }).updatedAt.setTime(0)
  // Frozen is as good as copied.
  if (!Object.isFrozen(record)) Object.assign(record, { revision: 'spoilt', sealed: 'spoilt', enabled: false })
}
