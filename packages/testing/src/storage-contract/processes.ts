import { createRecord, deleteRecord } from './bench.ts'
import { assertNoLostUpdate, assertOneRemains, assertOneWinner } from './racing.ts'
import type { Rule } from './rule.ts'
import { assertSeenAtOnce } from './sharing.ts'

const crowd = 8
/** So often does the same race run: two that meet by chance do so in one of them. */
const races = 20
const steps = 25

/** Writers in several processes, which share nothing but the data. */
export const processRules: readonly Rule[] = [
  {
    name: 'what one process acknowledged another one reads at once',
    async check({ start, user }) {
      const [one, other] = await start(2)
      if (one && other) await assertSeenAtOnce(one.storage, other.storage, await user(1))
    },
  },
  {
    name: `of ${crowd} processes that create a record at once exactly one wins`,
    async check({ start, user }) {
      const storages = (await start(crowd)).map(({ storage }) => storage)
      for (let race = 1; race <= races; race += 1) await assertOneWinner(storages, await user(race), null)
    },
  },
  {
    name: `of ${crowd} processes that update a record at once exactly one wins`,
    async check({ storage, start, user }) {
      const storages = (await start(crowd)).map((one) => one.storage)
      for (let race = 1; race <= races; race += 1) {
        const userId = await user(race)
        const { revision } = await createRecord(storage, userId)
        await assertOneWinner(storages, userId, revision)
      }
    },
  },
  {
    name: `of ${crowd} processes that update or delete a record at once exactly one wins`,
    async check({ start, user }) {
      const storages = (await start(crowd)).map(({ storage }) => storage)
      for (let race = 1; race <= races; race += 1) {
        await assertOneRemains(storages, await user(race), race % 2 === 0)
      }
    },
  },
  {
    name: `of ${crowd} processes that create it anew after a delete exactly one wins`,
    async check({ storage, start, user }) {
      const storages = (await start(crowd)).map((one) => one.storage)
      for (let race = 1; race <= races; race += 1) {
        const userId = await user(race)
        await createRecord(storage, userId)
        await deleteRecord(storage, userId)
        await assertOneWinner(storages, userId, null)
      }
    },
  },
  {
    name: `of ${crowd} processes that count in one record none is lost`,
    async check({ start, user }) {
      const storages = (await start(crowd)).map(({ storage }) => storage)
      await assertNoLostUpdate(storages, await user(1), steps)
    },
  },
]
