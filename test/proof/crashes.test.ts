/**
 * The threat: a process, or the database server, is killed at whatever it does, and a code that was used works again or an
 * enrollment is gone. What was acknowledged is there, on every storage, however often that happens.
 */
import { describe, expect, onTestFinished, test } from 'vitest'
import { startServer } from '../services/servers.ts'
import { freshPlace, serviceOf, titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { nameOf, provenGrounds } from '../storages/place.ts'
import { startCrew, startParticipant } from './crew.ts'
import { kills, sqliteKills, tell } from './extent.ts'
import { openLedger } from './ledger.ts'
import { patiently } from './patiently.ts'

const timeout = 120_000 + sqliteKills * 20_000
const writers = 4
/** A step of a user's day: a few of them, so that a kill meets every kind of write. */
const someSteps = () => 1 + Math.floor(Math.random() * 12)

for (const ground of provenGrounds) {
  const service = serviceOf(ground.kind)

  describe.skipIf(whyLeftOut(ground) !== null)(`on ${titleOf(ground)}`, () => {
    test('a writer is killed, over and over, while others write', { timeout }, async () => {
      const place = await freshPlace(ground)
      onTestFinished(place.close)
      const ledger = openLedger()
      const writerKills = ground.kind === 'SQLite' ? sqliteKills : kills
      const crew = [...(await startCrew(writers, place, { onAcknowledged: ledger.write }))]
      crew.forEach((writer, index) => void writer.tell('work', `first ${index}`).catch(() => undefined))
      for (let kill = 0; kill < writerKills; kill += 1) {
        await ledger.more(someSteps())
        const at = kill % writers
        await crew[at]?.kill()
        const next = await startParticipant(place, { onAcknowledged: ledger.write })
        crew[at] = next
        void next.tell('work', `after ${kill}`).catch(() => undefined)
      }
      await ledger.more(writers * 4)
      await Promise.all(crew.map((writer) => writer.kill()))
      await ledger.expectKept(place.storage)
      const { done, refused } = ledger.counts()
      expect(refused).toBe(0)
      tell(`crashes | ${nameOf(ground)} | ${writerKills} kills of a writer | ${done} acknowledged steps, all there`)
    })

    if (service === null) return
    test('the server is killed, over and over, under load', { timeout }, async () => {
      const server = await startServer(service, { durable: true })
      onTestFinished(server.stop)
      const place = await freshPlace(ground, server)
      onTestFinished(place.close)
      const ledger = openLedger()
      const crew = await startCrew(writers, place, { onAcknowledged: ledger.write, storageTimeoutSeconds: 2 })
      crew.forEach((writer, index) => void writer.tell('work', `writer ${index}`).catch(() => undefined))
      for (let kill = 0; kill < kills; kill += 1) {
        await ledger.more(writers * someSteps())
        await server.kill()
        await server.start()
      }
      await ledger.more(writers * 4)
      await Promise.all(crew.map((writer) => writer.kill()))
      await patiently(() => place.storage.get('anybody'))
      await ledger.expectKept(place.storage)
      const { done, refused } = ledger.counts()
      // Had nobody been refused, the server would never have been missed, and the test would show nothing.
      expect(refused).toBeGreaterThan(0)
      tell(
        `crashes | ${nameOf(ground)} | ${kills} kills of the server | ${done} acknowledged steps, all there | ${refused} refused`,
      )
    })
  })
}
