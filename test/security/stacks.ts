import { createRequire } from 'node:module'
import type { Storage } from '@latchkey/core'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import koaSession from 'koa-session'
import Koa2 from 'koa2'
import { describe } from 'vitest'
import { expressFramework } from '../adapters/express-app.ts'
import type { Framework } from '../adapters/framework.ts'
import { koaFramework } from '../adapters/koa-app.ts'
import { titleOf, whyLeftOut } from '../storages/fresh-place.ts'
import { type Place, type StorageKind, storageKinds } from '../storages/place.ts'
import { quickPlace } from './quick-place.ts'

/** A storage with nothing in it. */
export interface OpenStorage {
  readonly storage: Storage
  readonly close: () => unknown
  /** Where it is, if processes are to share it. */
  readonly place?: Place
}

/** A framework with a storage below it. */
export interface Stack {
  readonly name: string
  readonly framework: Framework
  readonly openStorage: () => Promise<OpenStorage>
}

/** A stack on a storage of the list, which may be missing here. */
export interface StoredStack extends Stack {
  readonly kind: StorageKind
}

const express5 = expressFramework('Express 5', express)
const koa3 = koaFramework('Koa 3', { create: Koa, session: koaSession, mounting: 'prefix' })
const older = {
  express4: expressFramework('Express 4', express4 as unknown as typeof express),
  koa2: koaFramework('Koa 2', {
    create: Koa2 as unknown as typeof Koa,
    session: createRequire(import.meta.url)('koa-session6') as typeof koaSession,
    mounting: 'koa-mount',
  }),
}

/** For what no framework and no storage can change. */
export const anyStack = stack(express5, 'memory')

/** For files and processes, where the storage changes nothing. */
export const sqliteStack = stack(express5, 'SQLite')

/** The current frameworks and every storage inside the process once, for what is long and told apart by neither. */
export const pairedStacks = [sqliteStack, stack(koa3, 'memory')]

const localStacks = [anyStack, ...pairedStacks, stack(koa3, 'SQLite')]
const olderStacks = [stack(older.express4, 'SQLite'), stack(older.koa2, 'memory')]

/** The storages that stand on a server, once. */
export const serverStacks: readonly StoredStack[] = [
  stack(express5, 'PostgreSQL'),
  stack(koa3, 'MariaDB'),
  stack(express5, 'Redis'),
  stack(koa3, 'Redis cluster'),
]

/** The current frameworks with the storages inside the process, and every server below one of them. */
export const storageStacks: readonly StoredStack[] = [...localStacks, ...serverStacks]

/** Every framework, for what an adapter could get wrong and no storage can. */
export const adapterStacks: readonly StoredStack[] = [...localStacks, ...olderStacks]

/** Every framework with every storage that it is tried on. */
export const stacks: readonly StoredStack[] = [...storageStacks, ...olderStacks]

/** Every framework once, for attacks that never get as far as a storage. */
export const frameworkStacks: readonly StoredStack[] = [anyStack, stack(koa3, 'SQLite'), ...olderStacks]

/** Every storage that processes can share by themselves, once. */
export const sharedStacks = storageKinds.filter((kind) => kind !== 'memory').map((kind) => stack(express5, kind))

/** Tells of each stack; of one whose server is missing here, that it is skipped and why. */
export function describeOn<T extends StoredStack>(on: readonly T[], tell: (stack: T) => void): void {
  for (const each of on) {
    describe.skipIf(whyLeftOut(each.kind) !== null)(`${each.name}`, () => {
      tell(each)
    })
  }
}

function stack(framework: Framework, kind: StorageKind): StoredStack {
  return {
    name: `${framework.name} over ${titleOf(kind)}`,
    framework,
    kind,
    openStorage: () => quickPlace(kind),
  }
}
