/** The rule guarded here: on every client, of one server and of a cluster, the contract holds. */
import { randomUUID } from 'node:crypto'
import { storageContract } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send } from '../../../test/services/redis.ts'
import { sharedService } from '../../../test/services/shared.ts'
import { type RedisStorage, redisStorage } from '../src/index.ts'
import { isMissing, kinds, type Open, openShared, titled } from './clients.ts'

for (const kind of kinds) {
  describe.skipIf(isMissing(kind.service))(`${titled(kind.name, kind.service)}`, () => {
    let here: Open
    let there: Open
    beforeAll(async () => {
      here = await openShared(kind)
      there = await openShared(kind)
    })
    afterAll(async () => {
      await here.close()
      await there.close()
    })

    const cases = storageContract<{ readonly storage: RedisStorage; readonly prefix: string }>({
      create() {
        const prefix = `${randomUUID()}:`
        return { storage: redisStorage(here.client, { prefix }), prefix }
      },
      reopen: ({ prefix }) => redisStorage(there.client, { prefix }),
      async holdLock() {
        const { urls } = await sharedService(kind.service)
        // Redis has no locks; what waits for one elsewhere waits here for a server that takes no writes.
        await Promise.all(urls.map((url) => send(url, ['CLIENT', 'PAUSE', '5000', 'WRITE'])))
        return () => Promise.all(urls.map((url) => send(url, ['CLIENT', 'UNPAUSE'])))
      },
    })
    test.each(cases.map(({ name, run }) => [name, run] as const))('%s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
}
