import { adapterContract } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { testExchange } from './exchange.ts'
import type { Framework } from './framework.ts'

/** Runs the contract on a framework: everywhere the same answers, case by case over real HTTP. */
export function testAdapter(framework: Framework): void {
  const cases = adapterContract(framework).map(({ name, run }) => [name, run] as const)
  describe(`on ${framework.name}`, () => {
    test.each(cases)('%s', async (_name, run) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
  testExchange(framework)
}
