/**
 * The threat: what can be wrong with a database server under a running app, short of its being away, lets somebody in, or
 * charges them for nothing. It is 503 for everybody, and afterwards the same code works.
 */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { patiently } from '../proof/patiently.ts'
import { type Server, startServer } from '../services/servers.ts'
import { serviceOf } from '../storages/fresh-place.ts'
import { openPlace } from '../storages/open.ts'
import { expectPassed } from './person.ts'
import { type AppRoom, prepareRoom, type ServerFault, serverFaults } from './server-faults.ts'
import { describeOn, serverStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const timeout = 120_000
/** A client that waits for a connection gives up; a server on a busy machine answers sooner. */
const mfa = { storageTimeoutSeconds: 1 }

describeOn(serverStacks, (stack) => {
  let server: Server
  let room: AppRoom
  beforeAll(async () => {
    server = await startServer(serviceOf(stack.kind) as Server['name'], { durable: false })
    room = await prepareRoom(stack.kind, server)
  }, timeout)
  afterAll(() => server.stop(), timeout)

  const openStorage = async () => {
    const place = { kind: stack.kind, addresses: room.addresses, prefix: 'app:' }
    const open = await openPlace(place)
    await open.migrate()
    const close = async () => {
      for await (const userId of open.storage.userIds()) {
        const { revision = '' } = (await open.storage.get(userId)) ?? {}
        await open.storage.delete(userId, revision)
      }
      await open.close()
    }
    return { ...open, place, close }
  }

  test.each(Object.entries(serverFaults[stack.kind]))(
    '%s: 503, nobody is let in, and the same code works afterwards',
    { timeout },
    async (_name, fault: ServerFault) => {
      const stage = await openStage({ ...stack, openStorage }, { mfa })
      const alice = await stage.alice.enroll()
      const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
      const records = await stage.records()

      const heal = once(await fault(room))
      onTestFinished(heal)
      await patiently(() => expectWrites(stage, 'rejected'))
      const sessions = stage.sessions.ids
      for (const guess of [code, alice.wrongCode(), alice.codes[0]]) {
        const answer = await alice.verify(token, guess)
        expect(answer).toMatchObject({ status: 503 })
        expect(answer.headers['set-cookie']).toBeUndefined()
      }
      expect(stage.sessions.ids).toEqual(sessions)

      await heal()
      await patiently(() => expectWrites(stage, 'fulfilled'))
      expect(await stage.records()).toEqual(records)
      expectPassed(await alice.verify(token, code))
    },
  )
})

/** Runs it at the first call. */
function once(act: () => Promise<unknown>): () => Promise<void> {
  let done: Promise<unknown> | null = null
  return async () => {
    done ??= act()
    await done
  }
}

/** More writes at one instant than the app has connections: each has noticed what is wrong, or that nothing is any more. */
async function expectWrites({ open: { storage }, alice }: Stage, come: 'rejected' | 'fulfilled'): Promise<void> {
  const stored = { revision: 'some', sealed: 'x', enabled: false, updatedAt: new Date(0) }
  // In a cluster their keys have the slot of hers.
  const others = Array.from({ length: 8 }, (_, n) => `${n}{app:${alice.id}}`)
  const results = await Promise.allSettled(others.map((userId) => storage.put(userId, stored, null)))
  await Promise.allSettled(others.map((userId) => storage.delete(userId, stored.revision)))
  expect(results.map(({ status }) => status)).toEqual(results.map(() => come))
}
