/** The threat: a process dies at any instant, or several write at one. What was acknowledged stays, and nobody's write is lost. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { listUserIds, someRecord } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bundled } from '../../../../../test/processes/bundle.ts'
import { type SqlStorage, sqliteStorage } from '../../../src/index.ts'
import { titleOf } from '../../database.ts'
import { DatabaseFile, drivers, firstValue } from '../drivers.ts'
import type { Task } from './child.ts'

/** Milliseconds; the cores may be busy with other tests. */
const timeout = 120_000

const near = join(import.meta.dirname, '..', '..', '..')
const entry = join(import.meta.dirname, 'child.ts')

for (const driver of drivers) {
  describe.skipIf(driver.unavailable !== null)(`processes on ${titleOf(driver)}`, () => {
    let file: DatabaseFile
    beforeEach(() => {
      file = new DatabaseFile(driver)
    })
    afterEach(() => file.dispose())

    /** A process that waits for `go()`; its lines can be read one by one. */
    async function prepare(task: Task, argument: string) {
      const args = [await bundled(entry, { near }), driver.name, task, file.path, argument]
      const child = spawn(process.execPath, args, {
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      const exit = once(child, 'exit')
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      expect((await lines.next()).value).toBe('ready')
      return { lines, exit, go: () => child.stdin.write('go\n'), kill: () => child.kill('SIGKILL') }
    }

    /** Runs a task in so many processes that start at one instant; gives what each said. */
    async function runAtOnce(count: number, task: Task, argument: string): Promise<readonly string[]> {
      const processes = await Promise.all(Array.from({ length: count }, async () => prepare(task, argument)))
      for (const { go } of processes) go()
      return await Promise.all(
        processes.map(async ({ lines, exit }) => {
          const said = String((await lines.next()).value)
          expect(await exit).toEqual([0, null])
          return said
        }),
      )
    }

    /** Lets a writer run up to its nth acknowledgement and kills it in whatever it does then; gives the last one. */
    async function killAfter(acknowledgements: number, argument: string): Promise<number> {
      const { lines, exit, go, kill } = await prepare('write', argument)
      go()
      let last = 0
      for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
        last = Number(line.value)
        if (last === acknowledgements) kill()
      }
      expect(await exit).toEqual([null, 'SIGKILL'])
      return last
    }

    async function expectAcknowledged(storage: SqlStorage, round: number, last: number): Promise<void> {
      for (let step = 1; step <= last; step += 1) {
        expect(await storage.get(`${round}-${step}`)).toMatchObject({ sealed: `${round}:${step}` })
      }
      const [counterRound, counterStep] = ((await storage.get('counter'))?.sealed ?? '').split(':').map(Number)
      expect(counterRound).toBe(round)
      expect(counterStep).toBeGreaterThanOrEqual(last)
    }

    test('kill -9 of a writer takes nothing that was acknowledged', { timeout }, async () => {
      const handle = file.open()
      await sqliteStorage(handle).migrate()
      for (let round = 1; round <= 5; round += 1) {
        const last = await killAfter(7 * round, String(round))
        expect(last).toBeGreaterThanOrEqual(7 * round)
        await expectAcknowledged(sqliteStorage(file.open()), round, last)
      }
      expect(firstValue(handle, 'PRAGMA integrity_check')).toBe('ok')
    })

    test('of two processes that count in one record no step is lost', { timeout }, async () => {
      const steps = 200
      const storage = sqliteStorage(file.open())
      await storage.migrate()
      await storage.put('counter', someRecord({ sealed: '0' }), null)
      const beaten = await runAtOnce(2, 'count', String(steps))
      expect((await storage.get('counter'))?.sealed).toBe(String(2 * steps))
      // Had nobody been beaten, the two would never have met, and the test would show nothing.
      expect(Math.max(...beaten.map(Number))).toBeGreaterThan(0)
    })

    test('of eight processes that start on a new file at once all migrate, and one wins', { timeout }, async () => {
      const claims = await runAtOnce(8, 'claim', 'alice')
      expect([...claims].sort()).toEqual([...Array.from({ length: 7 }, () => 'false'), 'true'])
      expect(await listUserIds(sqliteStorage(file.open()))).toEqual(['alice'])
    })
  })
}
