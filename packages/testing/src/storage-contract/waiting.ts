import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Storage, StoredRecord } from '@latchkey/core'
import { assertStored, createRecord, someRecord, write } from './bench.ts'
import type { Bench, Rule } from './rule.ts'

const acts = ['create', 'update', 'delete'] as const
type Act = (typeof acts)[number]

/** Milliseconds in which a write meets the lock, or gives up. */
const meetingMs = 20

/** One write that waits for a lock, and another that is acknowledged meanwhile. */
export const waitingRules: readonly Rule[] = [
  {
    name: 'what was acknowledged while another write waited is there',
    async check(bench) {
      const other = await bench.reopen()
      let users = 0
      const nextUser = () => {
        users += 1
        return bench.user(users)
      }
      for (const waiting of acts) {
        for (const second of acts) {
          const writes = {
            waiting: await prepare(bench.storage, waiting, await nextUser()),
            second: await prepare(bench.storage, second, await nextUser()),
          }
          try {
            await assertBothLast(bench, writes, other)
          } catch (error) {
            const about = `a ${second} was acknowledged while a ${waiting} waited`
            throw new Error(`${about}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
          }
          await createRecord(other, await nextUser())
        }
      }
    },
  },
]

interface Write {
  readonly userId: string
  readonly before: StoredRecord | null
  readonly after: StoredRecord | null
  readonly run: () => Promise<void>
}

async function prepare(storage: Storage, act: Act, userId: string): Promise<Write> {
  const before = act === 'create' ? null : await createRecord(storage, userId)
  const after = act === 'delete' ? null : someRecord()
  const run = async () => assert.equal(await write(storage, userId, before, after), true)
  return { userId, before, after, run }
}

async function assertBothLast(
  { holdLock }: Bench,
  { waiting, second }: { readonly waiting: Write; readonly second: Write },
  other: Storage,
): Promise<void> {
  const letGo = await holdLock()
  let hasWaited: Promise<boolean>
  try {
    hasWaited = waiting.run().then(
      () => true,
      (error: unknown) => {
        // A refusal that nobody's write accounts for is no giving up.
        if (error instanceof assert.AssertionError) throw error
        return false
      },
    )
    await Promise.race([hasWaited, pause(meetingMs)])
  } finally {
    await letGo()
  }
  await second.run()
  await assertStored(other, second.userId, second.after)
  const isDone = await hasWaited
  await assertStored(other, second.userId, second.after)
  const found = await other.get(waiting.userId)
  // One that gave up has done all of it or nothing.
  const isAfter = found?.revision === waiting.after?.revision
  await assertStored(other, waiting.userId, isDone || isAfter ? waiting.after : waiting.before)
}
