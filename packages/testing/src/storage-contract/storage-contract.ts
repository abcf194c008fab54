import assert from 'node:assert/strict'
import type { Storage } from '@latchkey/core'
import type { ContractCase } from '../contract-case.ts'
import { openBench } from './bench.ts'
import { createCrew } from './crew.ts'
import { killingRules } from './killing.ts'
import { listingRules } from './listing.ts'
import { processRules } from './processes.ts'
import { racingRules } from './racing.ts'
import { readingRules } from './reading.ts'
import type { Rule, StorageContractOptions } from './rule.ts'
import { sharingRules } from './sharing.ts'
import { waitingRules } from './waiting.ts'
import { writingRules } from './writing.ts'

/**
 * Returns everything Latchkey expects of a `Storage`, as cases for any test runner that takes a name and an async
 * function.
 *
 * @example
 * ```ts
 * import { memoryStorage } from '@latchkey/core'
 * import { storageContract } from '@latchkey/testing'
 * import { test } from 'vitest'
 *
 * for (const { name, run } of storageContract({ create: () => ({ storage: memoryStorage() }) })) test(name, run)
 * ```
 */
export function storageContract<Subject extends { readonly storage: Storage }>(
  options: StorageContractOptions<Subject>,
): readonly ContractCase[] {
  const rules: readonly Rule[] = [
    ...readingRules,
    ...writingRules,
    ...racingRules,
    ...listingRules,
    ...(options.reopen === undefined ? [] : sharingRules),
    ...(options.reopen === undefined || options.holdLock === undefined ? [] : waitingRules),
    ...(options.startProcess === undefined ? [] : [...processRules, ...killingRules]),
  ]
  return rules.map(({ name, check }) => ({
    name,
    run: () => runRule(check, options),
  }))
}

async function runRule<Subject extends { readonly storage: Storage }>(
  check: Rule['check'],
  options: StorageContractOptions<Subject>,
): Promise<void> {
  const subject = await options.create()
  const crew = createCrew(() => {
    assert.ok(options.startProcess)
    return options.startProcess(subject)
  })
  try {
    await check(openBench(subject, options, crew))
  } finally {
    await crew.end()
    await options.close?.(subject)
  }
}
