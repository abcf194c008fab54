/** The rule guarded here: a sign-in outlives the process, for its owner alone, and one process at a time refreshes. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { beforeEach, expect, expectTypeOf, test } from 'vitest'
import { type TokenFile, tokenFile } from '../../src/node/index.ts'
import type { Held, TokenStorage } from '../../src/ports.ts'
import { freshPath, refusal } from './folder.ts'

const cookie = { name: 'sid', value: 'abc', path: '/', secure: true }
const held: Held = {
  tokens: { authorization: 'Bearer abc', refreshToken: 'def', expiresAtMs: 1_767_225_600_000 },
  cookies: [cookie, { ...cookie, expiresAtMs: 1 }],
}

let path = ''

beforeEach(() => {
  path = freshPath('tokens.json')
})

test('it is a storage of tokens', () => {
  expectTypeOf(tokenFile).returns.toExtend<TokenStorage>()
})

test('what is held comes back, and goes when nobody is signed in', async () => {
  const storage = tokenFile(path)
  expect(await storage.get()).toBeNull()
  await storage.set(held)
  expect(await tokenFile(path).get()).toEqual(held)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await storage.set({ tokens: null, cookies: [] })
  expect(await storage.get()).toEqual({ tokens: null, cookies: [] })
  await storage.set(null)
  expect(existsSync(path)).toBe(false)
  await storage.set(null)
  expect(await storage.get()).toBeNull()
})

test('a member that is undefined is none', async () => {
  await tokenFile(path).set({ tokens: { authorization: 'Token x', refreshToken: undefined }, cookies: [] })
  expect(await tokenFile(path).get()).toEqual({ tokens: { authorization: 'Token x' }, cookies: [] })
})

test('work is done one at a time, and reads and writes inside it', async () => {
  const [one, other] = [tokenFile(path), tokenFile(path)]
  await one.set({ tokens: { authorization: '0' }, cookies: [] })
  const refresh = (storage: TokenFile) =>
    storage.exclusively(async () => {
      const before = Number((await storage.get())?.tokens?.authorization)
      await storage.set({ tokens: { authorization: String(before + 1) }, cookies: [] })
      return before
    })
  expect(await Promise.all([one, other, one, other].map(refresh))).toEqual([0, 1, 2, 3])
})

const broken = [
  '',
  'null',
  '{}',
  '{ "tokens": null }',
  '{ "tokens": "x", "cookies": [] }',
  '{ "tokens": {}, "cookies": [] }',
  '{ "tokens": { "authorization": "x", "refreshToken": 7 }, "cookies": [] }',
  '{ "tokens": { "authorization": "x", "expiresAtMs": "7" }, "cookies": [] }',
  '{ "tokens": null, "cookies": {} }',
  '{ "tokens": null, "cookies": [null] }',
  '{ "tokens": null, "cookies": [{ "name": "a", "value": "b", "path": "/" }] }',
  '{ "tokens": null, "cookies": [{ "name": "a", "value": 7, "path": "/", "secure": true }] }',
  '{ "tokens": null, "cookies": [{ "name": "a", "value": "b", "path": "/", "secure": true, "expiresAtMs": null }] }',
]

test.each(broken)('%s is an invalid file', async (content) => {
  writeFileSync(path, content)
  expect(await refusal(tokenFile(path).get())).toBe('invalid_file')
  expect(readFileSync(path, 'utf8')).toBe(content)
})
