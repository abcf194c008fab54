import type { ChildProcess } from 'node:child_process'
import type { Awaitable, Storage } from '@latchkey/core'
import type { StorageProcess } from './crew.ts'

/** How the contract gets at the storage that it checks. */
export interface StorageContractOptions<Subject extends { readonly storage: Storage } = { readonly storage: Storage }> {
  /** Returns a storage that holds nothing yet, and whatever the other functions need. Called for each case. */
  readonly create: () => Awaitable<Subject>
  /** Returns another storage on the same data, as a second process would have. Without it, cases for two are left out. */
  readonly reopen?: ((subject: Subject) => Awaitable<Storage>) | undefined
  /**
   * Starts your process that opens a storage on the same data and hands it to `serveStorage`. It needs an IPC channel:
   * `fork()` makes one. The contract ends it, and so does the end of the test's own process. Without it, races between
   * processes and processes killed while they write are left out.
   */
  readonly startProcess?: ((subject: Subject) => Awaitable<ChildProcess>) | undefined
  /**
   * Takes a lock that a write needs, as another process does for a moment, and returns the function that releases it.
   * The writes of the storage then wait or give up. Needs `reopen`. Without it, no case checks what is acknowledged
   * while another write waits.
   */
  readonly holdLock?: ((subject: Subject) => Awaitable<() => Awaitable<unknown>>) | undefined
  /** Creates the user's row, if rows are the host's. Called before a record of that user is stored. */
  readonly addUser?: ((subject: Subject, userId: string) => Awaitable<void>) | undefined
  /** Called at the end of each case, even if it failed. */
  readonly close?: ((subject: Subject) => Awaitable<void>) | undefined
  /** The user id with number `n`, from 0 on. @defaultValue `user-<n>`, for columns that take any text */
  readonly userId?: ((n: number) => string) | undefined
  /** Ids that a sloppy storage confuses with each other or with SQL. @defaultValue a list that every text column must tell apart */
  readonly oddUserIds?: readonly string[] | undefined
}

/** A storage under test, and what the rules need to try it. */
export interface Bench {
  readonly storage: Storage
  readonly oddUserIds: readonly string[]
  /** A user who may have a record; no record is stored for them yet. */
  readonly user: (n?: number) => Promise<string>
  /** As `user`, but with this id. */
  readonly add: (userId: string) => Promise<string>
  /** A second storage on the same data. */
  readonly reopen: () => Promise<Storage>
  /** Makes writes wait until the function that it gives is called. */
  readonly holdLock: () => Promise<() => Awaitable<unknown>>
  /** Starts so many processes, each with a storage on the same data. No rule leaves a process behind. */
  readonly start: (count: number) => Promise<readonly StorageProcess[]>
}

/** A rule, and what is needed to check it. */
export interface Rule {
  readonly name: string
  readonly check: (bench: Bench) => Promise<void>
}
