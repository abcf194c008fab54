import { mkdtempSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStorage, type Storage } from '@latchkey/core'
import type { SqliteDatabase } from '@latchkey/sql'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import koaSession from 'koa-session'
import Koa2 from 'koa2'
import { expressFramework } from '../adapters/express-app.ts'
import type { Framework } from '../adapters/framework.ts'
import { koaFramework } from '../adapters/koa-app.ts'
import { openSqliteFile } from './sqlite-file.ts'

/** An open storage, and where its file is if it has one. */
export interface OpenStorage {
  readonly storage: Storage
  readonly database: SqliteDatabase | null
  readonly file: string | null
  readonly close: () => void
}

/** A framework with a storage below it. Every attack runs on every stack. */
export interface Stack {
  readonly name: string
  readonly framework: Framework
  readonly openStorage: () => Promise<OpenStorage>
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

/** The current frameworks with every storage. */
export const currentStacks: readonly Stack[] = [
  stack(express5, 'memory'),
  stack(express5, 'SQLite'),
  stack(koa3, 'memory'),
  stack(koa3, 'SQLite'),
]

/** These, and the older frameworks: for what an adapter could get wrong. */
export const stacks: readonly Stack[] = [...currentStacks, stack(older.express4, 'SQLite'), stack(older.koa2, 'memory')]

/** Every framework once, for attacks that never get as far as a storage. */
export const frameworkStacks = stacks.filter((_, index) => index !== 1 && index !== 2)

/** The current frameworks and every storage once, for what is long and told apart by neither. */
export const pairedStacks = stacks.slice(1, 3)

/** For what no framework and no storage can change. */
export const anyStack = stacks[0] as Stack

/** For attacks on the file itself. */
export const sqliteStack = stacks[1] as Stack

function stack(framework: Framework, below: 'memory' | 'SQLite'): Stack {
  return {
    name: `${framework.name} over ${below}`,
    framework,
    openStorage: below === 'memory' ? openMemory : openSqlite,
  }
}

async function openMemory(): Promise<OpenStorage> {
  return { storage: memoryStorage(), database: null, file: null, close: () => undefined }
}

async function openSqlite(): Promise<OpenStorage> {
  const file = join(mkdtempSync(join(tmpdir(), 'latchkey-security-')), 'latchkey.db')
  return { ...(await openSqliteFile(file)), file }
}
