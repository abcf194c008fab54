/**
 * The rule guarded here: what the contract asks of processes, and of those that are killed, holds on every database. The
 * rest of it runs beside each storage, on every driver.
 */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { serveStorage, storageContract } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { bundled } from '../processes/bundle.ts'
import { type FreshPlace, freshPlace, titleOf, whyLeftOut } from './fresh-place.ts'
import { provenGrounds } from './place.ts'

const timeout = 120_000
const entry = join(import.meta.dirname, 'serve.ts')

for (const ground of provenGrounds) {
  describe.skipIf(whyLeftOut(ground) !== null)(`on ${titleOf(ground)}`, () => {
    const cases = storageContract<FreshPlace>({
      create: () => freshPlace(ground),
      async startProcess({ place, storage }) {
        const child = fork(await bundled(entry), [JSON.stringify(place)])
        if (ground.kind === 'memory') serveStorage(storage, child)
        return child
      },
      close: ({ close }) => close(),
    })

    const ofProcesses = cases.filter(({ name }) => /process/.test(name))

    test('the contract has such cases', () => {
      expect(ofProcesses.length).toBeGreaterThan(5)
    })

    test.each(ofProcesses.map(({ name, run }) => [name, run] as const))('%s', { timeout }, async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
}
