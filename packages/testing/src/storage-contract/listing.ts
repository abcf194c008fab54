import assert from 'node:assert/strict'
import type { Storage } from '@latchkey/core'
import { assertStored, createRecord, deleteRecord, listUserIds, someRecord } from './bench.ts'
import type { Rule } from './rule.ts'

/** More than one page of any sensible size. */
export const many = 250

/** What `userIds` lists. */
export const listingRules: readonly Rule[] = [
  {
    name: 'userIds lists nobody if nothing is stored',
    async check({ storage, user }) {
      await user()
      assert.deepEqual(await listUserIds(storage), [])
    },
  },
  {
    name: 'userIds lists each user once, and no user who was deleted',
    async check({ storage, user }) {
      const users = await createMany(storage, user)
      const [gone, ...left] = users
      await deleteRecord(storage, String(gone))
      assert.deepEqual([...(await listUserIds(storage))].sort(), left.sort())
    },
  },
  {
    name: 'userIds lists each user once while the records are rewritten, as a change of keys does',
    async check({ storage, user }) {
      const users = await createMany(storage, user)
      const listed: string[] = []
      for await (const userId of storage.userIds()) {
        listed.push(userId)
        const { revision } = (await storage.get(userId)) ?? { revision: null }
        assert.equal(await storage.put(userId, someRecord(), revision), true)
      }
      assert.deepEqual(listed.sort(), users.sort())
    },
  },
  {
    name: 'userIds lists each user once while others come and go',
    async check({ storage, user }) {
      const users = await createMany(storage, user)
      const leaving = new Set(users.filter((_, n) => n % 10 === 0))
      const listed: string[] = []
      for await (const userId of storage.userIds()) {
        listed.push(userId)
        if (listed.length % 10 === 0) await createRecord(storage, await user(many + listed.length))
        if (listed.length === 1) for (const left of leaving) await deleteRecord(storage, left)
      }
      assert.equal(new Set(listed).size, listed.length, 'somebody was listed twice')
      const missed = users.filter((userId) => !leaving.has(userId) && !listed.includes(userId))
      assert.deepEqual(missed, [])
    },
  },
  {
    name: 'a list that is not read to its end stands in nobody’s way',
    async check({ storage, user }) {
      const users = await createMany(storage, user)
      for await (const userId of storage.userIds()) {
        assert.ok(users.includes(userId))
        break
      }
      const userId = String(users[0])
      await deleteRecord(storage, userId)
      await assertStored(storage, userId, null)
      assert.equal((await listUserIds(storage)).length, many - 1)
    },
  },
]

/** Stores records of so many users that no list of them fits on one page. */
export async function createMany(storage: Storage, user: (n: number) => Promise<string>): Promise<string[]> {
  const users: string[] = []
  for (let n = 0; n < many; n += 1) {
    const userId = await user(n)
    await createRecord(storage, userId)
    users.push(userId)
  }
  return users
}
