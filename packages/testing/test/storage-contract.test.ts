/** The rule guarded here: the contract accepts a sound storage, and each way of being unsound breaks it by name. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { memoryStorage, type Storage } from '@latchkey/core'
import { describe, expect, test } from 'vitest'
import { storageContract } from '../src/index.ts'
import { mapStorage, type Rows } from './map-storage.ts'
import { titled } from './titled.ts'

describe('memoryStorage', () => {
  test.each(titled(storageContract({ create: () => ({ storage: memoryStorage() }) })))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })
})

type Breakage = (rows: Rows, sound: Storage) => Partial<Storage>

/** How the storage is broken, and words from each rule that must notice. */
const breakages: readonly (readonly [string, Breakage, readonly string[]])[] = [
  [
    'never looks at the revision',
    ignoresRevision,
    ['put with another revision', 'put with null', 'update a record at once'],
  ],
  ['reads, then writes', readsThenWrites, ['create a record at once', 'update a record at once', 'take turns']],
  [
    'takes a missing row for a match',
    (rows, sound) => ({
      put: async (id, next, expected) => sound.put(id, next, rows.has(id) ? expected : null),
    }),
    ['no record if there is none', 'old revision never matches'],
  ],
  [
    'claims what it did not do',
    (_, sound) => ({
      put: async (...args) => (await sound.put(...args)) || true,
    }),
    ['put with null', 'put with another revision'],
  ],
  [
    'never claims',
    (_, sound) => ({ put: async (...args) => (await sound.put(...args)) && false }),
    ['replaces the record'],
  ],
  [
    'keeps deleted rows',
    (rows) => ({ delete: async (id, expected) => rows.get(id)?.revision === expected }),
    ['delete with the stored revision', 'no user who was deleted'],
  ],
  [
    'deletes everybody',
    (rows, sound) => ({
      async delete(...removal) {
        const isDone = await sound.delete(...removal)
        if (isDone) rows.clear()
        return isDone
      },
    }),
    ['leaves the others alone'],
  ],
  [
    'deletes whatever the revision',
    (rows) => ({ delete: async (id) => rows.delete(id) }),
    ['delete with another revision', 'update or delete a record at once', 'old revision never matches'],
  ],
  [
    'deletes by a revision in any case',
    (rows, sound) => ({
      delete: async (id, expected) => {
        const revision = rows.get(id)?.revision ?? ''
        return sound.delete(id, revision.toLowerCase() === expected.toLowerCase() ? revision : expected)
      },
    }),
    ['delete with another revision'],
  ],
  ['reads, then deletes', readsThenDeletes, ['update or delete a record at once']],
  [
    'claims a deletion if there is nothing',
    (rows, sound) => ({ delete: async (...removal) => (await sound.delete(...removal)) || !rows.has(removal[0]) }),
    ['delete says false'],
  ],
  [
    'claims a deletion that it did not do',
    (_, sound) => ({ delete: async (...removal) => (await sound.delete(...removal)) || true }),
    ['delete with another revision', 'delete says false', 'update or delete a record at once'],
  ],
  [
    'never claims a deletion',
    (_, sound) => ({ delete: async (...removal) => (await sound.delete(...removal)) && false }),
    ['delete with the stored revision'],
  ],
  [
    'cuts long texts',
    (_, sound) => ({
      put: (id, next, expected) => sound.put(id, { ...next, sealed: next.sealed.slice(0, 65_535) }, expected),
    }),
    ['64 KiB'],
  ],
  [
    'trims',
    (_, sound) => ({
      put: (id, next, expected) => sound.put(id, { ...next, sealed: next.sealed.trim() }, expected),
    }),
    ['every field to the letter'],
  ],
  [
    'keeps whole seconds',
    (_, sound) => ({
      put: (id, next, expected) =>
        sound.put(id, { ...next, updatedAt: new Date(Math.floor(next.updatedAt.getTime() / 1000) * 1000) }, expected),
    }),
    ['every field to the letter'],
  ],
  [
    'forgets enabled',
    (_, sound) => ({
      put: (id, next, expected) => sound.put(id, { ...next, enabled: true }, expected),
    }),
    ['every field to the letter'],
  ],
  ['hands out what it keeps', (rows) => ({ get: async (id) => rows.get(id) ?? null }), ['handed in or out']],
  [
    'keeps what it was handed',
    (rows, sound) => ({
      put: async (id, next, expected) => (await sound.put(id, next, expected)) && rows.set(id, next).size > 0,
    }),
    ['handed in or out'],
  ],
  ['takes 1 for 01', foldsIds((id) => (/^\d+$/.test(id) ? String(Number(id)) : id)), ['told apart']],
  ['folds case', foldsIds((id) => id.toLowerCase()), ['told apart']],
  ['trims ids', foldsIds((id) => id.trim()), ['told apart']],
  ['normalizes ids', foldsIds((id) => id.normalize('NFC')), ['told apart']],
  ['cuts ids', foldsIds((id) => id.slice(0, 255)), ['told apart']],
  [
    'lists some twice',
    (_, sound) => ({
      async *userIds() {
        for await (const id of sound.userIds()) yield* [id, id]
      },
    }),
    ['lists each user once'],
  ],
  [
    'lists one page',
    (_, sound) => ({
      async *userIds() {
        let left = 100
        for await (const id of sound.userIds()) if (left-- > 0) yield id
      },
    }),
    ['lists each user once'],
  ],
  [
    'pages by number',
    (rows) => ({
      async *userIds() {
        for (let from = 0; from < rows.size; from += 100) yield* [...rows.keys()].slice(from, from + 100)
      },
    }),
    ['come and go'],
  ],
  ['holds the table while it lists', locksWhileListing, ['rewritten', 'come and go', 'to its end']],
  [
    'follows the newest row for ever',
    (rows) => ({
      async *userIds() {
        let seen = 0
        for (const id of rows.keys()) {
          yield id
          seen += 1
          if (seen > 2000) return
        }
      },
      put: async (id, next, expected) => {
        if ((rows.get(id)?.revision ?? null) !== expected) return false
        rows.delete(id)
        rows.set(id, { ...next, updatedAt: new Date(next.updatedAt) })
        return true
      },
    }),
    ['rewritten'],
  ],
]

function ignoresRevision(rows: Rows): Partial<Storage> {
  return {
    async put(userId, next) {
      rows.set(userId, { ...next, updatedAt: new Date(next.updatedAt) })
      return true
    },
  }
}

function readsThenWrites(rows: Rows): Partial<Storage> {
  return {
    async put(userId, next, expected) {
      const revision = rows.get(userId)?.revision ?? null
      await nextTurn()
      if (revision !== expected) return false
      rows.set(userId, { ...next, updatedAt: new Date(next.updatedAt) })
      return true
    },
  }
}

function readsThenDeletes(rows: Rows): Partial<Storage> {
  return {
    async delete(userId, expected) {
      const revision = rows.get(userId)?.revision
      await nextTurn()
      return revision === expected && (rows.delete(userId) || true)
    },
  }
}

function foldsIds(fold: (userId: string) => string): Breakage {
  return (_, sound) => ({
    get: (userId) => sound.get(fold(userId)),
    put: (userId, next, expected) => sound.put(fold(userId), next, expected),
    delete: (userId, expected) => sound.delete(fold(userId), expected),
  })
}

function locksWhileListing(_: Rows, sound: Storage): Partial<Storage> {
  let reading = 0
  const unlocked = () => {
    if (reading > 0) throw new Error('the table is locked')
  }
  return {
    async put(...args) {
      unlocked()
      return sound.put(...args)
    },
    async delete(...removal) {
      unlocked()
      return sound.delete(...removal)
    },
    async *userIds() {
      // No finally: a reader that stops early leaves the cursor open.
      reading += 1
      for await (const id of sound.userIds()) yield id
      reading -= 1
    },
  }
}

async function brokenRules(create: () => { storage: Storage }): Promise<readonly string[]> {
  const broken: string[] = []
  for (const { name, run } of storageContract({ create })) {
    await run().catch(() => broken.push(name))
  }
  return broken
}

describe('a storage that', () => {
  test('is sound breaks no rule', async () => {
    expect(await brokenRules(() => ({ storage: mapStorage(new Map()) }))).toEqual([])
  })

  test.each(breakages)('%s is found out', async (_, breakage, words) => {
    const broken = await brokenRules(() => {
      const rows: Rows = new Map()
      return { storage: mapStorage(rows, breakage(rows, mapStorage(rows))) }
    })
    for (const word of words) expect(broken).toContainEqual(expect.stringContaining(word))
  })
})

describe('two storages on the same data', () => {
  const sound = { create: () => open(new Map()), reopen: ({ rows }: { rows: Rows }) => mapStorage(rows) }
  const open = (rows: Rows) => ({ rows, storage: mapStorage(rows) })
  test.each(titled(storageContract(sound)))('%s', async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
  })

  test('that do not see each other are found out', async () => {
    const cases = storageContract({ ...sound, reopen: () => mapStorage(new Map()) })
    const results = await Promise.allSettled(cases.map(({ run }) => run()))
    const broken = cases.filter((_, index) => results[index]?.status === 'rejected').map(({ name }) => name)
    expect(broken).toEqual(
      expect.arrayContaining([expect.stringContaining('acknowledged'), expect.stringContaining('two storages')]),
    )
  })

  test('of which one answers before it writes, as a cache or a proxy may, are found out', async () => {
    const create = () => {
      const { rows, storage } = open(new Map())
      const early: Storage = {
        ...storage,
        async put(userId, next, expected) {
          const isDone = (rows.get(userId)?.revision ?? null) === expected
          setTimeout(() => void storage.put(userId, next, expected), 5)
          return isDone
        },
      }
      return { rows, storage: early }
    }
    const results = await Promise.allSettled(storageContract({ ...sound, create }).map(({ run }) => run()))
    expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(5)
    const [seen] = storageContract({ ...sound, create }).filter(({ name }) => name.includes('reads at once'))
    await expect(seen?.run()).rejects.toThrow('deep-equal')
  })

  test('are left out if a storage cannot be opened twice', () => {
    const names = (cases: readonly { name: string }[]) => cases.map(({ name }) => name)
    const alone = names(storageContract({ create: sound.create }))
    expect(names(storageContract(sound)).filter((name) => !alone.includes(name))).toHaveLength(4)
  })
})

describe('the harness', () => {
  test('adds a user before their record is stored, and closes what it opened, also after a failure', async () => {
    const seen: string[] = []
    const create = () => {
      const rows: Rows = new Map()
      const added = new Set<string>()
      const sound = mapStorage(rows)
      const put: Storage['put'] = async (id, ...rest) => {
        if (!added.has(id)) throw new Error(`${id} was not added`)
        return sound.put(id, ...rest)
      }
      seen.push('create')
      return { added, storage: mapStorage(rows, { put }) }
    }
    const cases = storageContract({
      create,
      addUser: ({ added }, userId) => void added.add(userId),
      close: () => void seen.push('close'),
      userId: (n) => String(n + 1),
      oddUserIds: ['1', '10', '2'],
    })
    for (const { run } of cases) await run()
    expect(seen).toEqual(cases.flatMap(() => ['create', 'close']))

    const broken = storageContract({
      create: () => ({ storage: mapStorage(new Map(), { put: async () => false }) }),
      close: () => void seen.push('closed after failure'),
    })
    await expect(broken[1]?.run()).rejects.toThrow('strictly equal')
    expect(seen.at(-1)).toBe('closed after failure')
  })
})
