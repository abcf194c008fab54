/** The rule guarded here: a mistake in the options or the client is a TypeError at once, and names what is wrong. */
import { expect, test } from 'vitest'
import { type RedisClient, type RedisStorageOptions, redisStorage } from '../src/index.ts'

const client: RedisClient = { call: () => Promise.reject(new Error('nobody is asked')) }

const badOptions: readonly [name: string, options: unknown][] = [
  ['options', null],
  ['options', 'latchkey:'],
  ['prefix', { prefix: '' }],
  ['prefix', { prefix: 7 }],
  ['prefix', { prefix: null }],
  ['prefix', { prefix: 'a\ud800' }],
  ['allowEviction', { allowEviction: 'yes' }],
  ['allowEviction', { allowEviction: null }],
  ['unknown option "prefx" (known: prefix, allowEviction)', { prefx: 'a:' }],
  ['unknown option "ttl" (known: prefix, allowEviction)', { ttl: 5 }],
]

test.each(badOptions)('%s: %j', (name, options) => {
  const make = () => redisStorage(client, options as RedisStorageOptions)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(name)
})

const async = () => Promise.resolve()
const badClients: readonly unknown[] = [
  undefined,
  null,
  'redis://localhost',
  {},
  // node-redis 3, which takes callbacks
  { evalsha: async, eval: async, del: async, send_command: async },
  { evalSha: async },
  { evalSha: 'x', eval: async },
]

test.each(badClients)('no client: %o', (bad) => {
  const make = () => redisStorage(bad as RedisClient)
  expect(make).toThrow(TypeError)
  expect(make).toThrow('client must be')
})

test('undefined options are as good as none, and the storage is frozen', () => {
  const storage = redisStorage(client, { prefix: undefined, allowEviction: undefined })
  expect(Object.isFrozen(storage)).toBe(true)
})
