/** The rule guarded here: the list is of every user, each once, or it throws; a list cut short would leave records behind a change of keys. */
import { listUserIds } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { type RedisClient, redisStorage } from '../src/index.ts'

const info = 'role:master\r\nmaxmemory_policy:noeviction\r\naof_enabled:1\r\n'

/** What one server answers to SCAN, by cursor. */
type Pages = ReadonlyMap<string, unknown>

function server(pages: Pages) {
  const call = (name: string, cursor = ''): Promise<unknown> =>
    Promise.resolve(
      name === 'info' ? info : name === 'scan' ? pages.get(cursor) : name === 'eval' ? 'latchkey:' : 'none',
    )
  return { call }
}

function clusterOf(...masters: readonly Pages[]): RedisClient {
  return { ...server(new Map()), nodes: () => masters.map(server) }
}

test('what a SCAN repeats, in one page, in two, or on two masters, is listed once', async () => {
  const first = new Map([
    ['0', ['18446744073709551615', ['latchkey:a', 'latchkey:a']]],
    ['18446744073709551615', ['0', ['latchkey:b']]],
  ])
  const second = new Map([
    ['0', ['9007199254740993', []]],
    ['9007199254740993', ['7', ['latchkey:b', 'latchkey:c']]],
    ['7', ['0', ['latchkey:a']]],
  ])
  const client = clusterOf(first, second)
  expect(await listUserIds(redisStorage(client))).toEqual(['a', 'b', 'c'])
})

test('a client that knows no master of its cluster throws: nobody to ask is not nobody there', async () => {
  await expect(redisStorage(clusterOf()).migrate()).rejects.toThrow('knows no master')
  const nodes = [[server(new Map())], []]
  const client: RedisClient = { ...server(new Map()), nodes: () => nodes.shift() ?? [] }
  await expect(listUserIds(redisStorage(client))).rejects.toThrow('knows no master')
})

test.each([
  ['no page', undefined],
  ['no array', 'OK'],
  ['no keys', ['0']],
  ['keys that are no text', ['0', [1]]],
  ['a cursor that is no text', [0, ['latchkey:a']]],
])('%s is an error', async (_, page) => {
  await expect(listUserIds(redisStorage(clusterOf(new Map([['0', page]]))))).rejects.toThrow('unexpected reply')
})
