/** The rule guarded here: a storage of another process is used as if it were here, and its end is an error and no wait. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { remoteStorage, serveStorage, storageContract } from '../../src/index.ts'
import { type CompiledProcesses, compileProcesses } from '../compile.ts'
import { mapStorage } from '../map-storage.ts'
import { titled } from '../titled.ts'

let compiled: CompiledProcesses
beforeAll(() => {
  compiled = compileProcesses()
})
afterAll(() => rmSync(compiled.folder, { recursive: true, force: true }))

const record = { revision: '1', sealed: 's', enabled: false, updatedAt: new Date(7) }

const serveMap = new URL('./serve-map.ts', import.meta.url)

function start(source: URL): ChildProcess {
  const child = fork(compiled.pathOf(source))
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

describe('the storage of a child', () => {
  test.each(
    titled(
      storageContract({
        create() {
          const child = start(serveMap)
          return { child, storage: remoteStorage(child) }
        },
        close: ({ child }) => void child.kill('SIGKILL'),
      }),
    ),
  )(
    '%s',
    async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    },
    30_000,
  )

  test('throws here what it throws there, with its name, its code and the place', async () => {
    const thrown = await remoteStorage(start(serveMap))
      .get('refused')
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(Error)
    expect(thrown).toMatchObject({ name: 'RangeError', message: 'refused', code: 'EREFUSED' })
    expect(thrown).not.toHaveProperty('host')
    expect((thrown as Error).stack).toContain('serve-map.js')
  })

  test('throws an error also if it threw none', async () => {
    const thrown = await remoteStorage(start(serveMap))
      .get('text')
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(Error)
    expect(thrown).toMatchObject({ name: 'Error', message: 'a text' })
  })

  test('keeps an invalid date invalid', async () => {
    const storage = remoteStorage(start(serveMap))
    await storage.put('undated', record, null)
    expect((await storage.get('undated'))?.updatedAt.getTime()).toBeNaN()
  })

  test('hears when a list is left', async () => {
    const child = start(serveMap)
    const storage = remoteStorage(child)
    for (const userId of ['a', 'b']) await storage.put(userId, record, null)
    const heard: unknown[] = []
    child.on('message', (message: { list?: string }) => {
      if (message.list !== undefined) heard.push(message)
    })
    for await (const userId of storage.userIds()) {
      expect(userId).toBe('a')
      expect(heard).toEqual([])
      break
    }
    expect(heard).toEqual([{ list: 'left' }])
  })

  test('rejects what was asked when the process ends, and all that is asked later', async () => {
    const child = start(serveMap)
    const storage = remoteStorage(child)
    const asked = [storage.get('deadly'), storage.get('a')].map((call) => expect(call).rejects.toThrow('has ended'))
    await Promise.all(asked)
    await expect(storage.get('a')).rejects.toThrow('has ended')
    expect(await ending(child)).toEqual([null, 'SIGKILL'])
  })

  test('rejects what was asked of a process that never serves one', async () => {
    const child = fork(compiled.pathOf(serveMap), { execArgv: ['--check'] })
    await expect(remoteStorage(child).get('a')).rejects.toThrow('has ended')
  })
})

/** Its code and its signal. */
async function ending(child: ChildProcess): Promise<readonly unknown[]> {
  const { exitCode, signalCode } = child
  return exitCode === null && signalCode === null ? await once(child, 'exit') : [exitCode, signalCode]
}

test('a process that serves its parent ends with it', async () => {
  const child = start(serveMap)
  await remoteStorage(child).get('a')
  child.disconnect()
  expect(await ending(child)).toEqual([0, null])
})

test('a child uses the storage of its parent, also if it begins before it is served', async () => {
  const child = start(new URL('./use-parent.ts', import.meta.url))
  const storage = mapStorage(new Map())
  // Somebody else listens already, so that what was said before is gone.
  await new Promise<void>((resolve) => {
    child.on('message', (message: { began?: true }) => message.began && resolve())
  })
  serveStorage(storage, child)
  const said: unknown[] = []
  child.on('message', (message) => said.push(message))
  expect(await ending(child)).toEqual([0, null])
  expect(said).toContainEqual({ won: true, ids: ['a'] })
  expect(await storage.get('a')).toEqual({ ...record, revision: 'of the child', enabled: true, updatedAt: new Date(5) })
})

test('a process without a channel is told to take fork', async () => {
  const child = { connected: false, on: () => undefined }
  expect(() => serveStorage(mapStorage(new Map()), child)).toThrow('fork()')
  await expect(remoteStorage(child).get('a')).rejects.toThrow('has ended')
})
