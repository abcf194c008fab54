// A stolen or altered database: a record opens for its own user, whole and unchanged, with a secret that is listed.

import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer, type Sealer } from '../../src/sealing/seal.ts'
import { otherSecret, secret } from '../world.ts'

const text = '{"format":1,"secret":"JBSWY3DPEHPK3PXP"}'
const sealer = sealerOf(secret)

function sealerOf(...secrets: readonly string[]): Sealer {
  return createSealer('record', deriveKeys(secrets), randomBytes)
}

test('what was sealed opens, in any script, and shows nothing', () => {
  for (const plain of [text, '', 'ключ 🔑 鍵', 'x'.repeat(100_000)]) {
    const sealed = sealer.seal('alice', plain)
    expect(sealer.open('alice', sealed)).toBe(plain)
    expect(sealed).toMatch(/^1\.[\w-]{8}\.[\w-]+$/)
  }
  expect(sealer.seal('alice', text)).not.toContain('JBSWY3DPEHPK3PXP')
})

test('the same record is never sealed alike', () => {
  expect(sealer.seal('alice', text)).not.toBe(sealer.seal('alice', text))
})

test.each(['mallory', 'Alice', 'alice ', '', 'alice/', 'a', 'alic\u0435'])('it does not open for %j', (userId) => {
  expect(() => sealer.open(userId, sealer.seal('alice', text))).toThrow(Error)
})

test('no bit of nonce, ciphertext and tag can change', () => {
  const [version, keyId, body = ''] = sealer.seal('alice', text).split('.')
  const bytes = Buffer.from(body, 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const changed = Buffer.from(bytes)
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(() => sealer.open('alice', [version, keyId, changed.toString('base64url')].join('.'))).toThrow(Error)
  }
})

test('no character can change into another text', () => {
  const sealed = sealer.seal('alice', text)
  for (let at = 0; at < sealed.length; at += 1) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
    expect([text, 'refused']).toContain(opened(changed))
  }
})

test('no part of it opens', () => {
  const sealed = sealer.seal('alice', text)
  for (let length = 0; length < sealed.length; length += 1) {
    expect(opened(sealed.slice(0, length))).toBe('refused')
  }
})

function opened(sealed: string): string {
  try {
    return sealer.open('alice', sealed)
  } catch {
    return 'refused'
  }
}

describe('what has no known form', () => {
  const sealed = sealer.seal('alice', text)
  const forms: readonly (readonly [string, string])[] = [
    ['empty', ''],
    ['foreign', 'U2FsdGVkX1+vupppZksvRf5pq5g5XjFRlipRkwB0K1Y='],
    ['a token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['of a later version', sealed.replace(/^1/, '2')],
    ['without a version', sealed.replace(/^1\./, '')],
    ['with a part more', `${sealed}.x`],
    ['without a body', sealed.replace(/[^.]*$/, '')],
    ['shorter than nonce and tag', sealed.replace(/[^.]*$/, Buffer.alloc(27).toString('base64url'))],
  ]
  test.each(forms)('%s', (_, form) => {
    expect(() => sealer.open('alice', form)).toThrow(/^the (sealed )?record is|^the sealed record has/)
  })
})

describe('secrets in turn', () => {
  const old = sealerOf(secret)
  const rotated = sealerOf(otherSecret, secret)
  const done = sealerOf(otherSecret)

  test('a listed one opens, the first one seals', () => {
    expect(rotated.open('alice', old.seal('alice', text))).toBe(text)
    expect(done.open('alice', rotated.seal('alice', text))).toBe(text)
  })

  test('one that is listed no more does not open', () => {
    expect(() => done.open('alice', old.seal('alice', text))).toThrow('sealed with a secret that is not listed')
    expect(() => old.open('alice', rotated.seal('alice', text))).toThrow('sealed with a secret that is not listed')
  })

  test('it is told which sealed a record', () => {
    expect(rotated.isCurrent(old.seal('alice', text))).toBe(false)
    expect(rotated.isCurrent(rotated.seal('alice', text))).toBe(true)
  })

  test('a record under another key id does not open with the right key', () => {
    const [, keyId = ''] = done.seal('alice', text).split('.')
    const renamed = old.seal('alice', text).replace(/^1\.[^.]+/, `1.${keyId}`)
    expect(() => rotated.open('alice', renamed)).toThrow(Error)
  })
})
