/** The promise guarded here: the storages that we show for other databases keep the contract where these do as we say. */
import type { Storage } from '@latchkey/core'
import { storageContract } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { load } from './load.ts'
import { dynamodbTable, mongodbCollection } from './stand-ins.ts'

type Make = (client: unknown, ...settings: readonly string[]) => Storage

describe.each([
  ['Amazon DynamoDB', 'dynamodbStorage', dynamodbTable],
  ['MongoDB', 'mongodbStorage', mongodbCollection],
] as const)('on a stand-in for %s', (heading, factory, standIn) => {
  const cases = storageContract({
    async create() {
      const { [factory]: make } = (await load('docs/other-databases.md', heading)) as Record<typeof factory, Make>
      const data = new Map()
      const open = () => make(standIn(data), 'latchkey')
      return { open, storage: open() }
    },
    reopen: ({ open }) => open(),
  })

  test.each(cases.map(({ name, run }) => [name, run] as const))(
    '%s',
    async (_name, run) => {
      await expect(run()).resolves.toBeUndefined()
    },
    30_000,
  )
})

test('a write that DynamoDB took is done, where the SDK lost the answer and sends it again', async () => {
  const { dynamodbStorage } = (await load('docs/other-databases.md', 'Amazon DynamoDB')) as { dynamodbStorage: Make }
  const table = dynamodbTable(new Map())
  const put: typeof table.put = async (asked) => {
    await table.put(asked)
    await table.put(asked)
  }
  const storage = dynamodbStorage({ ...table, put }, 'latchkey')
  const record = (revision: string) => ({ revision, sealed: 'sealed', enabled: true, updatedAt: new Date(0) })
  expect(await storage.put('1', record('a'), null)).toBe(true)
  expect(await storage.put('1', record('b'), 'a')).toBe(true)
  expect(await storage.put('1', record('c'), 'a')).toBe(false)
})
