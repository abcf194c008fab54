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
      const { revision } = await createRecord(storage, userId)
      assert.equal(await storage.delete(userId, revision), true)
      await assertOneWinner([storage], userId, null)
    },
  },
  {
    name: `of ${burst} that update or delete a record at once exactly one wins`,
    async check({ storage, user }) {
      for (const n of [0, 1]) await assertOneRemains([storage], await user(n), n === 0)
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
    name: 'of writers that take turns between reading and writing none is lost',
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
  await raceFor(storages, userId, async (storage) => {
    const record = someRecord()
    return { record, won: await storage.put(userId, record, expected) }
  })
}

/**
 * Stores a record, lets many update or delete it at once, spread over the storages, and asserts that one of them did.
 *
 * @param isUpdateFirst - What the first call does, which wins on a synchronous driver
 */
export async function assertOneRemains(
  storages: readonly Storage[],
  userId: string,
  isUpdateFirst: boolean,
): Promise<void> {
  const [creator] = storages as readonly [Storage]
  const { revision } = await createRecord(creator, userId)
  await raceFor(storages, userId, async (storage, n) => {
    // In turn on each storage.
    const isUpdate = (Math.floor(n / storages.length) % 2 === 0) === isUpdateFirst
    if (!isUpdate) return { record: null, won: await storage.delete(userId, revision) }
    const record = someRecord()
    return { record, won: await storage.put(userId, record, revision) }
  })
}

/** What a call in a race leaves stored if it won. */
interface Finish {
  readonly record: StoredRecord | null
  readonly won: boolean
}

async function raceFor(
  storages: readonly Storage[],
  userId: string,
  run: (storage: Storage, n: number) => Promise<Finish>,
): Promise<void> {
  const finishes = await Promise.all(
    Array.from({ length: burst }, async (_, n) => {
      // A synchronous driver finishes a call before the next begins; turns at least mix the order.
      if (n % 3 === 2) await nextTurn()
      return run(storages[n % storages.length] as Storage, n)
    }),
  )
  const winners = finishes.filter(({ won }) => won)
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
