import assert from 'node:assert/strict'
import { assertStored, createRecord, deleteRecord, someRecord } from './bench.ts'
import type { Rule } from './rule.ts'

/** Revisions that a sloppy comparison takes for `Revision-1`, and SQL that one without parameters does. */
const alike: readonly string[] = [
  ...['', 'other', 'revision-1', 'REVISION-1', 'Revision-1 ', ' Revision-1', 'Revision-', 'Revision-%'],
  ...["' OR '1'='1", 'null'],
]

/** When `put` writes and `delete` removes, when they must not, and what is left behind. */
export const writingRules: readonly Rule[] = [
  {
    name: 'put with the stored revision replaces the record',
    async check({ storage, user }) {
      const userId = await user()
      const first = await createRecord(storage, userId)
      const second = someRecord({ enabled: false, updatedAt: new Date(first.updatedAt.getTime() + 1) })
      assert.equal(await storage.put(userId, second, first.revision), true)
      await assertStored(storage, userId, second)
    },
  },
  {
    name: 'put with another revision changes nothing, however alike it is',
    async check({ storage, user }) {
      const userId = await user()
      const record = await createRecord(storage, userId, someRecord({ revision: 'Revision-1' }))
      for (const expected of alike) {
        assert.equal(await storage.put(userId, someRecord(), expected), false, `expected ${JSON.stringify(expected)}`)
        await assertStored(storage, userId, record)
      }
    },
  },
  {
    name: 'put with null changes nothing if there is a record',
    async check({ storage, user }) {
      const userId = await user()
      const record = await createRecord(storage, userId)
      assert.equal(await storage.put(userId, someRecord(), null), false)
      await assertStored(storage, userId, record)
    },
  },
  {
    name: 'put with a revision makes no record if there is none',
    async check({ storage, user }) {
      const userId = await user()
      assert.equal(await storage.put(userId, someRecord(), 'some revision'), false)
      await assertStored(storage, userId, null)
    },
  },
  {
    name: 'what is done to one user leaves the others alone, even with the same revision',
    async check({ storage, user }) {
      const [first, second, third] = [await user(0), await user(1), await user(2)]
      const record = someRecord()
      for (const userId of [first, second, third]) await createRecord(storage, userId, record)
      assert.equal(await storage.put(first, someRecord(), record.revision), true)
      assert.equal(await storage.delete(second, record.revision), true)
      await assertStored(storage, third, record)
    },
  },
  {
    name: 'delete with the stored revision removes the record',
    async check({ storage, user }) {
      const userId = await user()
      const { revision } = await createRecord(storage, userId)
      assert.equal(await storage.delete(userId, revision), true)
      await assertStored(storage, userId, null)
    },
  },
  {
    name: 'delete with another revision changes nothing, however alike it is',
    async check({ storage, user }) {
      const userId = await user()
      const record = await createRecord(storage, userId, someRecord({ revision: 'Revision-1' }))
      for (const expected of alike) {
        assert.equal(await storage.delete(userId, expected), false, `expected ${JSON.stringify(expected)}`)
        await assertStored(storage, userId, record)
      }
    },
  },
  {
    name: 'delete says false if there is no record',
    async check({ storage, user }) {
      const [userId, other] = [await user(0), await user(1)]
      const record = await createRecord(storage, userId)
      assert.equal(await storage.delete(other, record.revision), false)
      await assertStored(storage, userId, record)
      assert.equal(await storage.delete(userId, record.revision), true)
      assert.equal(await storage.delete(userId, record.revision), false)
      await assertStored(storage, userId, null)
    },
  },
  {
    name: 'after delete an old revision never matches, also when the user has a record again',
    async check({ storage, user }) {
      const userId = await user()
      const old = await createRecord(storage, userId)
      await deleteRecord(storage, userId)
      assert.equal(await storage.put(userId, someRecord(), old.revision), false)
      await assertStored(storage, userId, null)
      const again = await createRecord(storage, userId)
      assert.equal(await storage.put(userId, someRecord(), old.revision), false)
      assert.equal(await storage.delete(userId, old.revision), false)
      await assertStored(storage, userId, again)
    },
  },
]
