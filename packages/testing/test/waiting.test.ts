/** The rule guarded here: the contract finds a storage that acknowledges a write and loses it because another one waits. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage } from '@latchkey/core'
import { expect, test } from 'vitest'
import { storageContract } from '../src/index.ts'
import { mapStorage, type Rows } from './map-storage.ts'

const acts = ['create', 'update', 'delete'] as const
type Act = (typeof acts)[number]

/** How a storage treats its writes. */
interface Manners {
  /** Whether a write that meets the lock throws instead of waiting. */
  readonly givesUp?: boolean
  /** Whether a write that meets the lock says that another writer was first, although none was. */
  readonly isBeaten?: boolean
  /** Whether a write that is acknowledged meanwhile is not there for others, and is gone once the first is done. */
  readonly loses?: (waiting: Act, second: Act) => boolean
}

/** A storage on rows with a lock. */
function open({ givesUp = false, isBeaten = false, loses = () => false }: Manners) {
  const rows: Rows = new Map()
  let isFree: Promise<unknown> | null = null
  let begun: Act | null = null
  let uncommitted: Rows | null = null
  const mine = (): Storage => mapStorage(uncommitted ?? rows)

  async function write<T>(act: Act, run: (storage: Storage) => Promise<T>): Promise<T> {
    if (isFree !== null) {
      begun = act
      if (givesUp) throw new Error('locked')
      await isFree
      // The second write comes before this one is tried again.
      for (let turn = 0; turn < 5; turn += 1) await nextTurn()
      begun = null
      uncommitted = null
      return await run(mine())
    }
    if (begun !== null && loses(begun, act)) uncommitted = new Map(rows)
    return await run(mine())
  }

  const storage: Storage = {
    get: (userId) => mine().get(userId),
    async put(userId, next, expected) {
      if (isBeaten && isFree !== null) return false
      return write(expected === null ? 'create' : 'update', (on) => on.put(userId, next, expected))
    },
    async delete(userId, expected) {
      if (isBeaten && isFree !== null) return false
      return write('delete', (on) => on.delete(userId, expected))
    },
    userIds: () => mine().userIds(),
  }
  const holdLock = () => {
    let letGo: () => void = () => undefined
    isFree = new Promise<void>((resolve) => {
      letGo = resolve
    })
    return () => {
      isFree = null
      letGo()
    }
  }
  return { rows, storage, holdLock }
}

function contractOf(manners: Manners) {
  return storageContract({
    create: () => open(manners),
    reopen: ({ rows }) => mapStorage(rows),
    holdLock: (subject) => subject.holdLock(),
  })
}

async function check(manners: Manners): Promise<void> {
  const [rule] = contractOf(manners).filter(({ name }) => name.includes('another write waited'))
  await rule?.run()
}

test.each([
  ['waits', {}],
  ['gives up', { givesUp: true }],
])('a storage that %s breaks no rule', async (_, manners: Manners) => {
  for (const { run } of contractOf(manners)) await run()
  await expect(check(manners)).resolves.toBeUndefined()
})

const pairs = acts.flatMap((waiting) => acts.map((second) => ({ waiting, second })))

test.each(pairs)('a $second that is lost while a $waiting waits is found out', async ({ waiting, second }) => {
  const loses = (begun: Act, act: Act) => begun === waiting && act === second
  const message = `a ${second} was acknowledged while a ${waiting} waited`
  await expect(check({ loses })).rejects.toThrow(message)
  await expect(check({ loses, givesUp: true })).rejects.toThrow(message)
})

test('a write that is refused because of a lock is found out', async () => {
  await expect(check({ isBeaten: true })).rejects.toThrow('while a create waited')
})

test('the rule is left out for a storage that has no lock, or cannot be opened twice', () => {
  const create = () => open({})
  const reopen = ({ rows }: ReturnType<typeof open>) => mapStorage(rows)
  const holdLock = (subject: ReturnType<typeof open>) => subject.holdLock()
  const count = (options: object) => storageContract({ create, ...options }).length
  expect(count({ reopen, holdLock })).toBe(count({ reopen }) + 1)
  expect(count({ holdLock })).toBe(count({}))
})
