import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage, StoredRecord } from '@latchkey/core'
import { faultyStorage } from '../faulty-storage.ts'
import { assertStored, createRecord, someRecord } from './bench.ts'
import type { Rule } from './rule.ts'

const burst = 50

/** Many writers at one instant. */
export const racingRules: readonly Rule[] = [
  {
    name: `of ${burst} that create a record at once exactly one wins`,
    async check({ storage, user }) {
      await assertOneWinner([storage], await user(), null)
    },
  },
  {
    name: `of ${burst} that update a record at once exactly one wins`,
    async check({ storage, user }) {
      const userId = await user()
      const { revision } = await createRecord(storage, userId)
      await assertOneWinner([storage], userId, revision)
    },
  },
  {
    name: `of ${burst} that create it anew after a delete exactly one wins`,
    async check({ storage, user }) {
      const userId = await user()
      await createRecord(storage, userId)
      await storage.delete(userId)
      await assertOneWinner([storage], userId, null)
    },
  },
  {
    name: `${burst} users at once do not get into each other's way`,
    async check({ storage, user }) {
      const users = await Promise.all(Array.from({ length: burst }, (_, n) => user(n)))
      const records = await Promise.all(users.map((userId) => createRecord(storage, userId)))
      await Promise.all(users.map((userId, n) => assertStored(storage, userId, records[n] ?? null)))
    },
  },
  {
    name: 'of writers who take turns between reading and writing none is lost',
    async check({ storage, user }) {
      const userId = await user()
      const yielding = faultyStorage(storage)
      for (const method of ['get', 'put'] as const) yielding.inject(method, 'yield', 'every')
      await assertNoLostUpdate([yielding], userId)
    },
  },
]

/** Lets many write at once, spread over the storages, and asserts that what one of them wrote is there. */
export async function assertOneWinner(
  storages: readonly Storage[],
  userId: string,
  expected: string | null,
): Promise<void> {
  const writers = await Promise.all(
    Array.from({ length: burst }, async (_, n) => {
      const storage = storages[n % storages.length] as Storage
      const record = someRecord()
      // A synchronous driver finishes a call before the next begins; turns at least mix the order.
      if (n % 3 === 0) await nextTurn()
      return { record, won: await storage.put(userId, record, expected) }
    }),
  )
  const winners = writers.filter(({ won }) => won)
  assert.equal(winners.length, 1, `${winners.length} writers were told that they won`)
  for (const storage of storages) await assertStored(storage, userId, winners[0]?.record ?? null)
}

const workers = 8
const usualRounds = 5

/** Lets workers count up in the sealed text, spread over the storages, and asserts that every step counted. */
export async function assertNoLostUpdate(
  storages: readonly Storage[],
  userId: string,
  rounds = usualRounds,
): Promise<void> {
  const [first] = storages as readonly [Storage]
  await createRecord(first, userId, someRecord({ sealed: '0' }))
  await Promise.all(
    Array.from({ length: workers }, async (_, n) => {
      for (let round = 0; round < rounds; round += 1) await countUp(storages[n % storages.length] as Storage, userId)
    }),
  )
  assert.equal((await first.get(userId))?.sealed, String(workers * rounds))
}

async function countUp(storage: Storage, userId: string): Promise<void> {
  let won = false
  while (!won) {
    const { revision, sealed } = (await storage.get(userId)) as StoredRecord
    won = await storage.put(userId, someRecord({ sealed: String(Number(sealed) + 1) }), revision)
  }
}
