/** The threat guarded here: two codes of one time step are sent, and the second is refused as a replay or spends an attempt. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { stepFile } from '../../src/node/index.ts'
import type { StepLedger } from '../../src/ports.ts'
import { failure, freshPath, refusal } from './folder.ts'

let path = ''
let steps: StepLedger

beforeEach(() => {
  path = freshPath('steps.json')
  steps = stepFile(path)
})

test('each step is given once, and never one before', async () => {
  expect(await steps.take('alice', 100)).toBe(100)
  expect(await steps.take('alice', 100)).toBe(101)
  expect(await steps.take('alice', 90)).toBe(102)
  expect(await steps.take('alice', 200)).toBe(200)
  expect(await steps.take('bob', 100)).toBe(100)
  expect(await Promise.all([1, 2, 3].map(() => stepFile(path).take('alice', 0)))).toEqual([201, 202, 203])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a step is given back if none came after it', async () => {
  await steps.take('alice', 100)
  await steps.release('alice', 100)
  expect(await steps.take('alice', 100)).toBe(100)
  await steps.take('alice', 100)
  await steps.release('alice', 100)
  await steps.release('bob', 100)
  expect(await steps.take('alice', 100)).toBe(102)
})

test('what is given back opens no step before it', async () => {
  await steps.take('alice', 100)
  await steps.take('alice', 101)
  await steps.release('alice', 101)
  expect(await steps.take('alice', 0)).toBe(101)
  await steps.take('bob', 0)
  await steps.release('bob', 0)
  expect(await steps.take('bob', 0)).toBe(0)
})

test('of more than 1000 secrets those with the smallest steps are forgotten', async () => {
  const known = Array.from({ length: 1000 }, (_, index) => [`key-${index}`, 1000 + index])
  writeFileSync(path, JSON.stringify(Object.fromEntries(known)))
  expect(await steps.take('new', 5)).toBe(5)
  const left = JSON.parse(readFileSync(path, 'utf8'))
  expect(Object.keys(left)).toHaveLength(1000)
  expect(left).not.toHaveProperty('key-0')
  expect(left).toMatchObject({ new: 5, 'key-1': 1001 })
})

test.each(['__proto__', 'constructor', 'a'.repeat(64), 'A-z_9'])('%s is an ordinary key', async (key) => {
  expect(await steps.take(key, 7)).toBe(7)
  expect(await stepFile(path).take(key, 7)).toBe(8)
})

test.each(['', 'a'.repeat(65), 'a b', 'a\n', 'é', undefined])('%o is no key', async (key) => {
  expect(await failure(steps.take(key as string, 7))).toBeInstanceOf(TypeError)
  expect(await failure(steps.release(key as string, 7))).toBeInstanceOf(TypeError)
})

test.each([-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '7'])('%o is no step', async (step) => {
  expect(await failure(steps.take('alice', step as number))).toBeInstanceOf(TypeError)
  expect(await failure(steps.release('alice', step as number))).toBeInstanceOf(TypeError)
})

test.each(['', '[]', '{ "alice": "7" }', '{ "alice": 1.5 }', '{ "alice": -2 }', '{ "alice": 7'])(
  'a file of %o gives no step and stays as it is',
  async (content) => {
    writeFileSync(path, content)
    expect(await refusal(steps.take('alice', 7))).toBe('invalid_file')
    expect(await refusal(steps.release('alice', 7))).toBe('invalid_file')
    expect(readFileSync(path, 'utf8')).toBe(content)
  },
)
