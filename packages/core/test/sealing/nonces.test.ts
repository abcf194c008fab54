// A nonce used twice under one key breaks AES-GCM: none repeats in many seals of one user's record.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer } from '../../src/sealing/seal.ts'
import { secret } from '../world.ts'

/** As many in every run of the tests as take a moment, a million by `npm run test:proof`. */
const seals = process.env['LATCHKEY_PROOF'] === 'long' ? 1_000_000 : 20_000
/** Twelve bytes in base64url. */
const nonceCharacters = 16

test('as many nonces as seals', { timeout: 120_000 }, () => {
  const sealer = createSealer('record', deriveKeys([secret]), randomBytes)
  const start = sealer.seal('alice', '').lastIndexOf('.') + 1
  const seen = new Set<string>()
  for (let count = 0; count < seals; count += 1) {
    seen.add(sealer.seal('alice', '').slice(start, start + nonceCharacters))
  }
  expect(seen.size).toBe(seals)
})

test('each is drawn anew from the random source, twelve bytes of it', () => {
  const drawn: string[] = []
  const sealer = createSealer('record', deriveKeys([secret]), (size) => {
    const bytes = randomBytes(size)
    drawn.push(bytes.toString('base64url'))
    return bytes
  })
  const nonces = ['a', 'b', 'a'].map((userId) => sealer.seal(userId, 'x').split('.').at(-1)?.slice(0, nonceCharacters))
  expect(nonces).toEqual(drawn)
})
