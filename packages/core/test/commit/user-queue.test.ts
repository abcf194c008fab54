// A flood on one user costs no retries: tasks of one user run one after the other, those of others side by side.

import { faultyStorage } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { createUserQueue } from '../../src/commit/user-queue.ts'
import { memoryStorage } from '../../src/index.ts'
import { createWorld, enroll } from '../world.ts'

/** A task that ends when it is told to. */
function task(log: string[], name: string) {
  const { promise, resolve } = deferred()
  const run = async (): Promise<string> => {
    log.push(`${name} begins`)
    await promise
    log.push(`${name} ends`)
    return name
  }
  return { run, end: resolve }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}

test('in the order in which they came', async () => {
  const queue = createUserQueue()
  const log: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => task(log, name))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three tasks')
  const all = Promise.all([a, b, c].map(({ run }) => queue.run('alice', run)))
  c.end()
  b.end()
  expect(log).toEqual(['a begins'])
  a.end()
  expect(await all).toEqual(['a', 'b', 'c'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('one that comes while another runs waits for it, though the first has left', async () => {
  const queue = createUserQueue()
  const log: string[] = []
  const [a, b, c] = ['a', 'b', 'c'].map((name) => task(log, name))
  if (a === undefined || b === undefined || c === undefined) throw new Error('three tasks')
  const first = queue.run('alice', a.run)
  const second = queue.run('alice', b.run)
  a.end()
  await first
  const third = queue.run('alice', c.run)
  c.end()
  await new Promise(setImmediate)
  expect(log).toEqual(['a begins', 'a ends', 'b begins'])
  b.end()
  await Promise.all([second, third])
  expect(log.slice(3)).toEqual(['b ends', 'c begins', 'c ends'])
})

test('users do not wait for each other', async () => {
  const queue = createUserQueue()
  const log: string[] = []
  const [a, b] = ['a', 'b'].map((name) => task(log, name))
  if (a === undefined || b === undefined) throw new Error('two tasks')
  const first = queue.run('alice', a.run)
  const second = queue.run('mallory', b.run)
  b.end()
  expect(await second).toBe('b')
  expect(log).toEqual(['a begins', 'b begins', 'b ends'])
  a.end()
  expect(await first).toBe('a')
})

test('a task that fails holds nobody up', async () => {
  const queue = createUserQueue()
  const failed = queue.run('alice', () => Promise.reject(new Error('storage down')))
  const next = queue.run('alice', async () => 'next')
  await expect(failed).rejects.toThrow('storage down')
  await expect(next).resolves.toBe('next')
  await expect(queue.run('alice', async () => 'later')).resolves.toBe('later')
})

test('500 guesses at one instant cost one read each and no retry', async () => {
  const storage = faultyStorage(memoryStorage())
  storage.inject('get', 'yield', 'every')
  storage.inject('put', 'yield', 'every')
  const world = createWorld({ storage })
  const { app } = await enroll(world)
  const before = { ...storage.calls }
  const code = app.wrongCode(world.clock.now())
  const guesses = Array.from({ length: 500 }, () => world.mfa.stepUp(world.alice, { code }).catch(() => 'refused'))
  expect(new Set(await Promise.all(guesses))).toEqual(new Set(['refused']))
  expect(storage.calls.get - before.get).toBe(500)
  // Five are looked at and charged; the rest wait.
  expect(storage.calls.put - before.put).toBe(5)
})

test('a flood on one user lets everybody else have their turn', async () => {
  const queue = createUserQueue()
  const done: number[] = []
  const flood = Array.from({ length: 500 }, (_, guess) => queue.run('alice', async () => void done.push(guess)))
  await new Promise(setImmediate)
  // A storage in memory never waits: without turns of their own all 500 would be through.
  expect(done.length).toBeLessThan(5)
  await Promise.all(flood)
  expect(done).toHaveLength(500)
})
