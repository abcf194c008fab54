/**
 * The rule guarded here: over processes, the contract accepts a sound storage, each way of being unsound that one process
 * hides breaks it by name, and no process is left behind.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type StorageContractOptions, serveStorage, storageContract } from '../../src/index.ts'
import { type CompiledProcesses, compileProcesses } from '../compile.ts'
import { mapStorage } from '../map-storage.ts'
import { titled } from '../titled.ts'
import { type FileStorageName, fileStorages } from './unsound-files.ts'

/** Milliseconds; each case starts up to eight processes, on cores that may be busy with other tests. */
const timeout = 120_000

let compiled: CompiledProcesses
const children: ChildProcess[] = []
beforeAll(() => {
  compiled = compileProcesses()
})
afterAll(() => rmSync(compiled.folder, { recursive: true, force: true }))

function started(source: URL, ...args: readonly string[]): ChildProcess {
  const child = fork(compiled.pathOf(source), args)
  children.push(child)
  return child
}

/** Those that still run, of all that were started so far. */
function leftBehind(): readonly ChildProcess[] {
  return children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)
}

function contractOf(
  name: FileStorageName,
): StorageContractOptions<{ storage: ReturnType<typeof mapStorage>; folder: string }> {
  return {
    create() {
      const folder = mkdtempSync(join(tmpdir(), 'latchkey-files-'))
      return { folder, storage: fileStorages[name](folder) }
    },
    startProcess: ({ folder }) => started(new URL('./serve-files.ts', import.meta.url), folder, name),
    close: ({ folder }) => rmSync(folder, { recursive: true, force: true }),
  }
}

describe('a sound storage in files', () => {
  test.each(titled(storageContract(contractOf('sound'))))('%s', { timeout }, async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
    expect(leftBehind()).toEqual([])
  })
})

describe('the memory of one process, served to others', () => {
  const cases = storageContract({
    create: () => ({ storage: mapStorage(new Map()) }),
    startProcess({ storage }) {
      const child = started(new URL('./serve-parent.ts', import.meta.url))
      serveStorage(storage, child)
      return child
    },
  })
  test.each(titled(cases.filter(({ name }) => name.includes('process'))))('%s', { timeout }, async (_, run) => {
    await expect(run()).resolves.toBeUndefined()
    expect(leftBehind()).toEqual([])
  })
})

interface Unsound {
  readonly name: FileStorageName
  /** Words from the rules that must notice, and what they say then. */
  readonly noticed: Readonly<Record<string, RegExp>>
}

const unsound: readonly Unsound[] = [
  {
    name: 'checks and writes in two steps',
    noticed: {
      'processes that create a record': /\d writers were told that they won/,
      'processes that update a': /\d writers were told that they won/,
      'processes that update or delete': /\d+ writers were told that they won/,
      'count in one record': /'\d+' !== '200'/,
    },
  },
  { name: 'answers from a cache', noticed: { 'reads at once': /\+ null/ } },
  { name: 'acknowledges before it writes', noticed: { 'takes nothing that was acknowledged': /- +revision/ } },
  { name: 'leaves its lock behind when it dies', noticed: { 'others go on': /the lock for too long/ } },
  { name: 'holds a lock while it lists', noticed: { 'killed process was reading': /the lock for too long/ } },
]

describe('a storage that', () => {
  test.each(unsound)(
    '$name is found out over processes, and by nothing less',
    { timeout },
    async ({ name, noticed }) => {
      const options = contractOf(name)
      for (const { run } of storageContract({ ...options, startProcess: undefined })) await run()
      const cases = storageContract(options)
      for (const [words, said] of Object.entries(noticed)) {
        const [found, ...others] = cases.filter(({ name: rule }) => rule.includes(words))
        expect(others).toEqual([])
        await expect(found?.run()).rejects.toThrow(said)
      }
      expect(leftBehind()).toEqual([])
    },
  )
})

describe('if processes cannot be started', () => {
  test('the case fails, and those that were started are ended', { timeout }, async () => {
    let count = 0
    const cases = storageContract({
      ...contractOf('sound'),
      async startProcess({ folder }) {
        count += 1
        if (count === 3) throw new Error('there is no room for a third')
        return started(new URL('./serve-files.ts', import.meta.url), folder, 'sound')
      },
    })
    await expect(cases.find(({ name }) => name.includes('processes'))?.run()).rejects.toThrow('no room for a third')
    expect(children.length).toBeGreaterThan(0)
    expect(leftBehind()).toEqual([])
  })

  test('one that ends without a storage fails the case too', { timeout }, async () => {
    const startProcess = () => started(new URL('./idle.ts', import.meta.url))
    const cases = storageContract({ ...contractOf('sound'), startProcess })
    await expect(cases.at(-1)?.run()).rejects.toThrow('has ended')
    expect(leftBehind()).toEqual([])
  })
})
