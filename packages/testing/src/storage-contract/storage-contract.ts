import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import type { Awaitable, Storage } from '@latchkey/core'
import type { ContractCase } from '../contract-case.ts'
import { type Bench, openBench } from './bench.ts'
import { createCrew } from './crew.ts'
import { killingRules } from './killing.ts'
import { listingRules } from './listing.ts'
import { processRules } from './processes.ts'
import { racingRules } from './racing.ts'
import { readingRules } from './reading.ts'
import { sharingRules } from './sharing.ts'
import { waitingRules } from './waiting.ts'
import { writingRules } from './writing.ts'

/** How the contract gets at the storage it is to check. */
export interface StorageContractOptions<Subject extends { readonly storage: Storage } = { readonly storage: Storage }> {
  /** A storage that holds nothing yet, and whatever the other functions need; called for each case. */
  readonly create: () => Awaitable<Subject>
  /** Another storage on the same data, as a second process would have. Left out: cases for two are left out. */
  readonly reopen?: ((subject: Subject) => Awaitable<Storage>) | undefined
  /**
   * Starts a process of yours that opens a storage on the same data and hands it to `serveStorage`. It needs an IPC
   * channel: `fork()` makes one. The contract ends it, and so does the end of the test's own process.
   * Left out: races between processes, and processes killed while they write, are left out.
   */
  readonly startProcess?: ((subject: Subject) => Awaitable<ChildProcess>) | undefined
  /**
   * Takes a lock that a write needs, as another process does for a moment, and gives the function that lets go of it.
   * The writes of the storage then wait or give up. Needs `reopen`.
   * Left out: nobody looks at what is acknowledged while another write waits.
   */
  readonly holdLock?: ((subject: Subject) => Awaitable<() => Awaitable<unknown>>) | undefined
  /** Makes the user's row, where rows are the host's. Called before a record of that user is stored. */
  readonly addUser?: ((subject: Subject, userId: string) => Awaitable<void>) | undefined
  /** Called at the end of each case, also of one that failed. */
  readonly close?: ((subject: Subject) => Awaitable<void>) | undefined
  /** The user id with number `n`, from 0 on. @defaultValue `user-<n>`, for columns that take any text */
  readonly userId?: ((n: number) => string) | undefined
  /** Ids that a sloppy storage takes for one another or for SQL. @defaultValue a list that every text column must tell apart */
  readonly oddUserIds?: readonly string[] | undefined
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
