// A stolen database and key: a hash costs 16 MiB of scrypt, and making it does not hold up the event loop.

import { randomBytes, scryptSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createHashedSet, findHashed } from '../../../src/factors/recovery-code/hashed-set.ts'

test('the hash is scrypt of RFC 7914 with N = 16384, r = 8, p = 1', async () => {
  const { set, shown } = await createHashedSet({ count: 1, groups: 3, reveal: 'once' }, randomBytes)
  const [kept] = set.codes
  const code = shown[0]?.replaceAll('-', '').toUpperCase() ?? ''
  const salt = Buffer.from(kept?.salt ?? '', 'base64url')
  expect(scryptSync(code, salt, 32, { N: 16_384, r: 8, p: 1 }).toString('base64url')).toBe(kept?.hash)
})

test('while it is made, others are served', async () => {
  const { set, shown } = await createHashedSet({ count: 1, groups: 3, reveal: 'once' }, randomBytes)
  let turns = 0
  const counting = setInterval(() => {
    turns += 1
  }, 0)
  await findHashed(set, shown[0]?.replaceAll('-', '').toUpperCase() ?? '')
  clearInterval(counting)
  expect(turns).toBeGreaterThan(0)
})
