/** The rule guarded here: while a slot of a cluster moves from one master to another, with the records in it, nothing is lost and no record looks like none. */
import { randomUUID } from 'node:crypto'
import { listUserIds, someRecord } from '@latchkey/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { type Server, startServer } from '../../../test/services/servers.ts'
import { type RedisStorage, redisStorage } from '../src/index.ts'
import { clusters, isMissing, type Open, titled } from './clients.ts'

/** A master of the cluster. */
interface Node {
  readonly url: string
  readonly id: string
}

describe.skipIf(isMissing('redis-cluster'))(`${titled('our own cluster', 'redis-cluster')}`, () => {
  let cluster: Server
  let nodes: readonly Node[]
  beforeAll(async () => {
    cluster = await startServer('redis-cluster', { durable: false })
    nodes = await Promise.all(
      cluster.urls.map(async (url) => ({ url, id: String(await send(url, ['CLUSTER', 'MYID'])) })),
    )
  }, 60_000)
  afterAll(() => cluster.stop())

  describe.each(clusters.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
    let open: Open
    let storage: RedisStorage
    let prefix: string
    let slot: string
    let from: Node
    let to: Node
    beforeEach(async () => {
      prefix = `{${randomUUID()}}:`
      slot = String(await send(cluster.urls[0], ['CLUSTER', 'KEYSLOT', prefix]))
      const owner = await ownerOf(slot)
      const [other] = nodes.filter((node) => node !== owner) as [Node]
      from = owner
      to = other
      open = await kind.open(cluster.urls)
      storage = redisStorage(open.client, { prefix })
    })
    afterEach(() => open.close())

    async function ownerOf(one: string): Promise<Node> {
      const ranges = (await send(cluster.urls[0], ['CLUSTER', 'SLOTS'])) as [number, number, [string, number, string]][]
      const range = ranges.find(([first, last]) => first <= Number(one) && Number(one) <= last)
      const node = nodes.find(({ id }) => id === range?.[2][2])
      if (node === undefined) throw new Error(`nobody has slot ${one}`)
      return node
    }

    async function beginMove(): Promise<void> {
      await send(to.url, ['CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id])
      await send(from.url, ['CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id])
    }

    async function moveKeys(userIds: readonly string[]): Promise<void> {
      const keys = userIds.map((userId) => prefix + userId)
      await send(from.url, ['MIGRATE', '127.0.0.1', new URL(to.url).port, '', '0', '5000', 'KEYS', ...keys])
    }

    async function endMove(): Promise<void> {
      for (const { url } of [to, from]) await send(url, ['CLUSTER', 'SETSLOT', slot, 'NODE', to.id])
    }

    test('every step of the move', async () => {
      const [moved, left, made] = [someRecord(), someRecord(), someRecord()]
      await storage.put('moved', moved, null)
      await storage.put('left', left, null)
      await beginMove()
      await moveKeys(['moved'])
      expect(await storage.get('moved')).toEqual(moved)
      expect(await storage.get('left')).toEqual(left)
      expect(await storage.get('nobody')).toBeNull()
      expect(await storage.put('moved', someRecord(), null)).toBe(false)
      expect(await storage.put('moved', left, moved.revision)).toBe(true)
      expect(await storage.put('made', made, null)).toBe(true)
      await moveKeys(['left'])
      await endMove()
      expect(await storage.get('moved')).toEqual(left)
      expect(await storage.get('left')).toEqual(left)
      expect(await storage.get('made')).toEqual(made)
      expect([...(await listUserIds(storage))].sort()).toEqual(['left', 'made', 'moved'])
      expect(await storage.delete('made', 'another')).toBe(false)
      expect(await storage.delete('made', made.revision)).toBe(true)
      expect(await storage.get('made')).toBeNull()
    })

    test('writers take turns meanwhile: each change counts', async () => {
      await storage.put('a', someRecord({ sealed: '0' }), null)
      let isMoving = true
      const workers = Array.from({ length: 4 }, async () => {
        let changes = 0
        while (isMoving || changes < 5) if (await countUp(storage, 'a')) changes += 1
        return changes
      })
      await beginMove()
      await moveKeys(['a'])
      await endMove()
      isMoving = false
      const changes = await Promise.all(workers)
      expect((await storage.get('a'))?.sealed).toBe(String(changes.reduce((sum, one) => sum + one, 0)))
    })
  })
})

async function countUp(storage: RedisStorage, userId: string): Promise<boolean> {
  const record = await storage.get(userId)
  if (record === null) throw new Error('the record looked like none')
  return storage.put(userId, someRecord({ sealed: String(Number(record.sealed) + 1) }), record.revision)
}
