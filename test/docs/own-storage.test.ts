/** The promise guarded here: the storage that we teach to write keeps the contract, alone and beside a second one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@latchkey/core'
import { storageContract } from '@latchkey/testing'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { load } from './load.ts'

type Query = (text: string, params: readonly (string | number)[]) => Promise<{ rows: unknown[]; changes: number }>

interface Page {
  readonly table: string
  readonly queryStorage: (query: Query) => Storage
}

function queryOn(database: Database.Database): Query {
  return async (text, params) => {
    const statement = database.prepare(text)
    if (text.startsWith('SELECT')) return { rows: statement.all(...params), changes: 0 }
    return { rows: [], changes: statement.run(...params).changes }
  }
}

const cases = storageContract({
  async create() {
    const page = (await load('docs/writing-a-storage.md', 'One from nothing')) as unknown as Page
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-own-storage-'))
    const open = () => {
      const handle = new Database(join(folder, 'mfa.db'), { timeout: 1000 })
      // What the contract asks does not depend on the disk, and its many small writes would.
      handle.exec('PRAGMA synchronous = OFF')
      return handle
    }
    const handles = [open()]
    handles[0]?.exec(page.table)
    return { page, folder, open, handles, storage: page.queryStorage(queryOn(handles[0] as Database.Database)) }
  },
  reopen({ page, open, handles }) {
    const handle = open()
    handles.push(handle)
    return page.queryStorage(queryOn(handle))
  },
  close({ handles, folder }) {
    for (const handle of handles) handle.close()
    rmSync(folder, { recursive: true, force: true })
  },
})

test.each(cases.map(({ name, run }) => [name, run] as const))(
  '%s',
  async (_name, run) => {
    await expect(run()).resolves.toBeUndefined()
  },
  30_000,
)
