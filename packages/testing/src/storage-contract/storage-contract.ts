import type { Awaitable, Storage } from '@latchkey/core'
import { type Bench, openBench } from './bench.ts'
import { listingRules } from './listing.ts'
import { racingRules } from './racing.ts'
import { readingRules } from './reading.ts'
import { sharingRules } from './sharing.ts'
import { writingRules } from './writing.ts'

/** How the contract gets at the storage it is to check. */
export interface StorageContractOptions<Subject extends { readonly storage: Storage } = { readonly storage: Storage }> {
  /** A storage that holds nothing yet, and whatever the other functions need; called for each case. */
  readonly create: () => Awaitable<Subject>
  /** Another storage on the same data, as a second process would have. Left out: cases for two are left out. */
  readonly reopen?: ((subject: Subject) => Awaitable<Storage>) | undefined
  /** Makes the user's row, where rows are the host's. Called before a record of that user is stored. */
  readonly addUser?: ((subject: Subject, userId: string) => Awaitable<void>) | undefined
  /** Called at the end of each case, also of one that failed. */
  readonly close?: ((subject: Subject) => Awaitable<void>) | undefined
  /** The user id with number `n`, from 0 on. @defaultValue `user-<n>`, for columns that take any text */
  readonly userId?: ((n: number) => string) | undefined
  /** Ids that a sloppy storage takes for one another or for SQL. @defaultValue a list that every text column must tell apart */
  readonly oddUserIds?: readonly string[] | undefined
}

/** One rule of the contract as a test. */
export interface ContractCase {
  /** The rule, as a sentence. */
  readonly name: string
  /** @throws AssertionError of `node:assert` where the storage breaks the rule */
  readonly run: () => Promise<void>
}

/** A rule, and what it takes to see whether it is kept. */
export interface Rule {
  readonly name: string
  readonly check: (bench: Bench) => Promise<void>
}

/**
 * Everything Latchkey expects of a `Storage`, as cases for any test runner that takes a name and an async function.
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
  ]
  return rules.map(({ name, check }) => ({
    name,
    async run() {
      const subject = await options.create()
      try {
        await check(openBench(subject, options))
      } finally {
        await options.close?.(subject)
      }
    },
  }))
}
