/** The threat guarded here: processes that share a file lose each other's answers, use a step twice, or die and leave half a file. */
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { type Forked, forkEntry } from '../../../../test/processes/fork.ts'
import { withLock } from '../../src/node/file-lock.ts'
import { answerCache } from '../../src/node/index.ts'
import { besides, freshPath } from './folder.ts'

const timeout = 60_000
const crew = Array.from({ length: 8 }, (_, index) => `process ${index}`)

async function fork(path: string, name = ''): Promise<Forked> {
  return forkEntry(join(import.meta.dirname, 'worker.ts'), { args: [path, name] })
}

/** What each of eight processes answers that do the same at the same time. */
async function together(path: string, command: string, count: number): Promise<unknown[]> {
  const forked = await Promise.all(crew.map((name) => fork(path, name)))
  const said = await Promise.all(forked.map(({ tell }) => tell(command, count)))
  await Promise.all(forked.map(({ kill }) => kill()))
  return said
}

test('eight processes that add 25 answers each lose none', { timeout }, async () => {
  const path = freshPath('qcm.json')
  await together(path, 'add', 25)
  const answers = new Set((await answerCache(path).entries()).flatMap(([, list]) => list))
  expect(answers).toEqual(new Set(crew.flatMap((name) => Array.from({ length: 25 }, (_, index) => `${name} ${index}`))))
  expect(besides(path)).toEqual(['qcm.json'])
})

test('eight processes that take 25 steps each take none twice', { timeout }, async () => {
  const path = freshPath('steps.json')
  const taken = (await together(path, 'take', 25)) as number[][]
  expect(taken.flat().toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 200 }, (_, index) => 1000 + index),
  )
})

test('eight processes that refresh five times each do so one after the other', { timeout }, async () => {
  const path = freshPath('tokens.json')
  const seen = (await together(path, 'refresh', 5)) as number[][]
  expect(seen.flat().toSorted((one, other) => one - other)).toEqual(Array.from({ length: 40 }, (_, index) => index))
})

test('a process that is killed while it holds the lock keeps nobody waiting', { timeout }, async () => {
  const path = freshPath('qcm.json')
  const holder = await fork(path)
  expect(await holder.tell('hold')).toBe('held')
  expect(besides(path)).toHaveLength(1)
  await holder.kill()
  expect(besides(path)).toHaveLength(1)
  const sleep = () => Promise.reject(new Error('it waits'))
  expect(await withLock(path, async () => 'in', { sleep })).toBe('in')
  expect(besides(path)).toEqual([])
})

test('a process that holds the lock and lives keeps others out', { timeout }, async () => {
  const path = freshPath('qcm.json')
  const holder = await fork(path)
  await holder.tell('hold')
  await expect(withLock(path, async () => 'in', { timeoutSeconds: 0 })).rejects.toMatchObject({ code: 'file_locked' })
  await holder.kill()
})

test('a file whose writers are killed is whole at every moment', { timeout }, async () => {
  const path = freshPath('qcm.json')
  writeFileSync(path, '{ "Year?": ["1970"] }')
  const seen = new Set<string>()
  for (const [index, name] of crew.entries()) {
    const writer = await fork(path, name)
    await writer.tell('write')
    const before = seen.size
    // Each is killed after another number of writes, so at another place.
    while (seen.size < before + 2 + index) {
      const text = await readFile(path, 'utf8')
      expect(JSON.parse(text)).toMatchObject({ 'Year?': ['1970'] })
      seen.add(text)
    }
    await writer.kill()
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ 'Year?': ['1970'] })
  }
  expect(seen.size).toBeGreaterThan(30)
  await answerCache(path).add('Town?', 'Paris')
  expect(besides(path)).toEqual([basename(path)])
})
