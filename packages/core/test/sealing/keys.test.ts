// One secret, many keys: what is used for one purpose or one user tells nothing of another's.

import { createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { deriveKeys, factorKey, userKey } from '../../src/sealing/keys.ts'
import { otherSecret, secret } from '../world.ts'

const [keys, others] = deriveKeys([secret, otherSecret])
if (keys === undefined || others === undefined) throw new Error('two secrets, two key sets')

test('every purpose, user and secret has a key of its own', () => {
  const all = [keys, others].flatMap((set) => [
    ...[
      set.record,
      set.proof,
      set.ephemeral,
      set.enrollment,
      set.activation,
      set.refresh,
      set.access,
      set.stamp,
      set.factor,
    ],
    ...['', 'a', 'alice', 'Alice', 'record/alice', '\u0001'].flatMap((userId) => [
      userKey(set, 'record', userId),
      userKey(set, 'proof', userId),
    ]),
    ...['', 'a', 'a/b'].flatMap((label) => [factorKey(set, 'totp', label), factorKey(set, 'totp_2', label)]),
  ])
  expect(new Set(all.map((key) => Buffer.from(key).toString('hex'))).size).toBe(all.length)
  for (const key of all) expect(key).toHaveLength(32)
})

test('without a secret there are no keys', () => {
  expect(() => deriveKeys([])).toThrow(TypeError)
})

test('the keys of a secret are the same after every start', () => {
  expect(deriveKeys([secret])).toEqual([keys])
})

test('a user key is one block of HKDF-Expand (RFC 5869 section 2.3)', () => {
  const info = Buffer.from('record/alice')
  const block = createHmac('sha256', keys.record)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest()
  expect(userKey(keys, 'record', 'alice')).toEqual(block)
})

test('the key id tells nothing of the secret but which it is', () => {
  expect(keys.id).toMatch(/^[\w-]{8}$/)
  expect(keys.id).not.toBe(others.id)
  expect(Buffer.from(hkdfSync('sha256', secret, 'latchkey', 'latchkey/1/key-id', 6)).toString('base64url')).toBe(
    keys.id,
  )
})
