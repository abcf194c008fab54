/**
 * The threat: the database goes away under load, and somebody is let in, charged for a code that nobody looked at, or shut
 * out for good. Over real HTTP: while it is away every answer is 503 and nothing changes, and afterwards all goes on by itself.
 */
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { expressFramework } from '../adapters/express-app.ts'
import { expectPassed } from '../security/person.ts'
import { openStage, type Stage } from '../security/stage.ts'
import { type Server, startServer } from '../services/servers.ts'
import { freshPlace, serviceOf, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { type StorageKind, storageKinds } from '../storages/place.ts'
import { startCrew } from './crew.ts'
import { outageSeconds, tell } from './extent.ts'
import { openLedger } from './ledger.ts'
import { patiently } from './patiently.ts'

const timeout = 180_000
const framework = expressFramework('Express 5', express)
/** Milliseconds are enough for a server that is there, on a busy machine too. */
const mfa = { storageTimeoutSeconds: 1 }

/** How a server goes away, and comes back. */
const outages = {
  'is gone': { begin: (server: Server) => server.kill(), end: (server: Server) => server.start() },
  'does not answer': {
    begin: async (server: Server) => server.pause(),
    end: async (server: Server) => server.resume(),
  },
}

for (const kind of storageKinds) {
  if (serviceOf(kind) === null) continue
  describe.skipIf(whyLeftOut(kind) !== null)(`on ${titleOf(kind)}`, () => {
    test.each(Object.entries(outages))('the server %s for a while', { timeout }, async (name, { begin, end }) => {
      const { server, stage, load } = await openScene(kind)
      const [alice, mallory] = [await stage.alice.enroll(), await stage.mallory.enroll()]
      const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
      const { alice: hers, mallory: theirs } = await stage.records()
      await load.more(8)

      await begin(server)
      const until = performance.now() + outageSeconds * 1000
      const sessions = stage.sessions.ids
      let refused = 0
      while (performance.now() < until) {
        const answers = await Promise.all([
          alice.verify(token, code),
          alice.verify(token, alice.wrongCode()),
          alice.login(undefined, { code: alice.codes[0] }),
          alice.login(),
          mallory.browser.get('/auth/mfa/status'),
        ])
        for (const answer of answers) {
          expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 503 })
          expect(answer.headers['set-cookie']).toBeUndefined()
        }
        refused += answers.length
      }
      expect(stage.sessions.ids).toEqual(sessions)

      await end(server)
      // Each user may be on another server of a cluster, which comes back in its own time.
      for (const { browser } of [mallory, alice]) {
        await patiently(async () => expectPassed(await browser.get('/auth/mfa/status')))
      }
      const records = await patiently(() => stage.records())
      expect(records).toMatchObject({ alice: hers, mallory: theirs })
      expectPassed(await alice.verify(token, code))
      expectPassed(await alice.login(undefined, { code: alice.codes[0] }))
      await load.more(8)
      await load.end()
      tell(`outage | ${kind} | the server ${name} for ${outageSeconds} s | ${refused} requests, each 503 | all went on`)
    })
  })
}

/** An app over a server of its own, which other processes write to as well. */
async function openScene(kind: StorageKind): Promise<{ server: Server; stage: Stage; load: Load }> {
  const service = serviceOf(kind)
  if (service === null) throw new Error(`${kind} has no server`)
  const server = await startServer(service)
  onTestFinished(server.stop)
  const place = await freshPlace(kind, server)
  onTestFinished(place.close)
  const openStorage = async () => ({ storage: place.storage, database: null, file: null, close: () => undefined })
  const stage = await openStage({ name: `Express 5 over ${kind}`, framework, openStorage }, { mfa })
  const ledger = openLedger()
  const crew = await startCrew(2, place, { onAcknowledged: ledger.write, ...mfa })
  crew.forEach((writer, index) => void writer.tell('work', `writer ${index}`).catch(() => undefined))
  return {
    server,
    stage,
    load: {
      more: (steps) => ledger.more(steps),
      async end() {
        await Promise.all(crew.map((writer) => writer.kill()))
        await ledger.expectKept(place.storage)
      },
    },
  }
}

interface Load {
  readonly more: (steps: number) => Promise<void>
  /** Ends it, and asserts that whatever was acknowledged is there. */
  readonly end: () => Promise<void>
}
