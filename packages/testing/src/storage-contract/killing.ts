import assert from 'node:assert/strict'
import type { Storage, StoredRecord } from '@latchkey/core'
import { assertSameRecord, assertStored, createRecord, deleteRecord, listUserIds, someRecord, write } from './bench.ts'
import type { StorageProcess } from './crew.ts'
import { createMany, many } from './listing.ts'
import type { Rule } from './rule.ts'

/** After so many acknowledgements a process is killed, each at another moment of what it is writing then. */
const deaths = [0, 1, 5, 20, 60, 150]
/** Users to whom one process writes at the same time. */
const lanes = 8

/** Processes that are killed with SIGKILL. */
export const killingRules: readonly Rule[] = [
  {
    name: 'a process killed while it writes takes nothing that was acknowledged, and the others go on',
    async check({ start, user }) {
      const [witness, ...victims] = await start(1 + deaths.length)
      assert.ok(witness)
      const counter = await user(1)
      let isOver = false
      const touched: string[] = []
      const killAll = async () => {
        for (const [n, victim] of victims.entries()) {
          const users = await Promise.all(Array.from({ length: lanes }, (_, lane) => user(2 + n * lanes + lane)))
          touched.push(...users)
          await assertNothingLost(victim, deaths[n] ?? 0, { users, witness: witness.storage })
        }
      }
      await Promise.all([
        writeUntil(() => isOver, witness.storage, counter),
        killAll().finally(() => {
          isOver = true
        }),
      ])
      const [late] = await start(1)
      assert.ok(late)
      for (const userId of [counter, ...touched]) {
        await assertStored(late.storage, userId, await witness.storage.get(userId))
      }
    },
  },
  {
    name: 'a list that a killed process was reading stands in nobody’s way',
    async check({ storage, start, user }) {
      const users = await createMany(storage, user)
      const [reader, other] = await start(2)
      assert.ok(reader && other)
      const ids = reader.storage.userIds()[Symbol.asyncIterator]()
      assert.ok(users.includes(String((await ids.next()).value)))
      const next = ids.next().catch(() => undefined)
      await reader.kill()
      await next
      const [gone = '', changed = ''] = users
      await deleteRecord(other.storage, gone)
      await assertStored(storage, gone, null)
      const before = await other.storage.get(changed)
      const after = someRecord()
      assert.equal(await other.storage.put(changed, after, before?.revision ?? null), true)
      await assertStored(storage, changed, after)
      assert.equal((await listUserIds(other.storage)).length, many - 1)
    },
  },
]

/** One user's records, as one writer wrote them. */
interface Lane {
  readonly userId: string
  acknowledged: StoredRecord | null
  /** What is being written, `null` if it is being deleted; it may be done or not when the writer dies. */
  underway: StoredRecord | null
}

interface Scene {
  readonly users: readonly string[]
  /** The storage of a process that lives on. */
  readonly witness: Storage
}

async function assertNothingLost(victim: StorageProcess, death: number, { users, witness }: Scene): Promise<void> {
  const writing = users.map((userId): Lane => ({ userId, acknowledged: null, underway: someRecord() }))
  let acknowledgements = 0
  let reached: () => void = () => undefined
  const isTime = new Promise<void>((resolve) => {
    reached = resolve
  })
  const acknowledge = () => {
    if (acknowledgements >= death) reached()
    acknowledgements += 1
  }
  const writers = writing.map((lane) => writeOn(victim.storage, lane, acknowledge))
  acknowledge()
  // Writers end with their process: one that ends before has failed.
  await Promise.race([isTime, Promise.all(writers)])
  await victim.kill()
  await Promise.allSettled(writers)
  for (const lane of writing) await assertLaneGoesOn(witness, lane)
}

/** So many writes are a whole life of a record, of which the last deletes it. */
const life = 5

/** Writes for ever: a first record, then the next upon the last, then none. */
async function writeOn(storage: Storage, lane: Lane, acknowledge: () => void): Promise<never> {
  for (let writes = 1; ; writes += 1) {
    const { userId, acknowledged, underway } = lane
    const won = await write(storage, userId, acknowledged, underway)
    assert.equal(won, true, 'a write was refused although nobody else writes to this user')
    lane.acknowledged = underway
    lane.underway = writes % life === life - 1 ? null : someRecord()
    acknowledge()
  }
}

/** What a database was told before the death may take effect after it, but once at most. */
const mostTries = 3

async function assertLaneGoesOn(witness: Storage, { userId, acknowledged, underway }: Lane): Promise<void> {
  for (let tries = 0; tries < mostTries; tries += 1) {
    const found = await witness.get(userId)
    assertSameRecord(found, found?.revision === underway?.revision ? underway : acknowledged)
    if (await witness.put(userId, someRecord(), found?.revision ?? null)) return
  }
  assert.fail('a record of a process that was killed could not be written by another one')
}

async function writeUntil(isOver: () => boolean, storage: Storage, userId: string): Promise<void> {
  let { revision } = await createRecord(storage, userId)
  while (!isOver()) {
    const next = someRecord()
    assert.equal(await storage.put(userId, next, revision), true)
    revision = next.revision
  }
}
