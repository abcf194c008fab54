// `reveal: 'once'`: only salted hashes are kept, a try costs one of them, and the codes are shown a single time.

import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createHashedSet, findHashed, hashedSet } from '../../../src/factors/recovery-code/hashed-set.ts'
import type { MfaOptions } from '../../../src/index.ts'
import { createWorld, enroll, refusal } from '../../world.ts'

const counted = vi.hoisted(() => ({ hashes: 0, fails: false }))
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>()
  const scrypt = (...args: Parameters<typeof crypto.scrypt>): void => {
    counted.hashes += 1
    // Cheaper than in earnest: what is counted is how often.
    const [password, salt, length, , done] = args
    if (counted.fails) done(new Error('out of memory'), Buffer.alloc(0))
    else crypto.scrypt(password, salt, length, { N: 2 }, done)
  }
  return { ...crypto, scrypt }
})

afterEach(() => {
  counted.hashes = 0
  counted.fails = false
})

const once: Partial<MfaOptions> = { recoveryCodes: { reveal: 'once' } }

test('ten of twelve characters; the first tells the slot', async () => {
  const { codes } = await enroll(createWorld(once))
  expect(codes.map((code) => code[0]).join('')).toBe('0123456789')
  for (const code of codes) expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){2}[0-9a-hjkmnp-tv-z]{4}$/)
})

test('32 of them have a slot each', async () => {
  const world = createWorld({ recoveryCodes: { reveal: 'once', count: 32, groups: 2 } })
  const { codes } = await enroll(world)
  expect(new Set(codes.map((code) => code[0])).size).toBe(32)
  await expect(world.mfa.stepUp(world.alice, { code: codes[31] })).resolves.toMatchObject({ factor: 'recovery_code' })
})

test('each works once, in any spelling, and costs one hash', async () => {
  const world = createWorld(once)
  const { codes } = await enroll(world)
  for (const [at, code] of codes.entries()) {
    counted.hashes = 0
    await world.mfa.stepUp(world.alice, { code: at % 2 === 0 ? code : code.toUpperCase().replaceAll('-', ' ') })
    expect(counted.hashes).toBe(1)
  }
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 0 })
})

describe('a try that fails costs at most one hash', () => {
  test.each([
    ['a used code', (codes: readonly string[]) => codes[0], 1, 'replayed'],
    ['an unknown code of a slot', () => '1zzz-zzzz-zzzz', 1, 'wrong'],
    ['a code of no slot', () => 'zzzz-zzzz-zzzz', 0, 'wrong'],
    ['a code of another length', () => '1zzz-zzzz', 0, 'not_a_code'],
    ['a code with a U', () => '1uuu-uuuu-uuuu', 0, 'not_a_code'],
    ['an authenticator code', () => '000000', 0, 'wrong'],
  ])('%s', async (_, pick, hashes, reason) => {
    const world = createWorld(once)
    const { codes } = await enroll(world)
    await world.mfa.stepUp(world.alice, { code: codes[0] })
    counted.hashes = 0
    expect((await refusal(world.mfa.stepUp(world.alice, { code: pick(codes) }))).code).toBe('invalid_code')
    expect(counted.hashes).toBe(hashes)
    expect(world.events.at(-1)?.reason).toBe(reason)
  })
})

test('a code of a user who waits costs none', async () => {
  const world = createWorld({ ...once, attempts: { waitAfter: 1 } })
  const { codes } = await enroll(world)
  await refusal(world.mfa.stepUp(world.alice, { code: '1zzz-zzzz-zzzz' }))
  counted.hashes = 0
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).code).toBe('too_many_attempts')
  expect(counted.hashes).toBe(0)
})

test('they are never shown again, only counted', async () => {
  const world = createWorld(once)
  const { codes, proof } = await enroll(world)
  await world.mfa.stepUp(world.alice, { code: codes[0] })
  const fresh = { provedAt: proof.provedAt }
  await expect(world.mfa.recoveryCodes('alice', fresh)).resolves.toEqual({ codes: [], remaining: 9 })
  const made = await world.mfa.regenerateRecoveryCodes('alice', fresh)
  expect(made).toHaveLength(10)
  await expect(world.mfa.recoveryCodes('alice', fresh)).resolves.toEqual({ codes: [], remaining: 10 })
})

describe('what is kept', () => {
  const settings = { count: 4, groups: 2, reveal: 'once' } as const

  test('is a salt and a hash a code, none alike, and no code', async () => {
    const { set, shown } = await createHashedSet(settings, randomBytes)
    const kept = JSON.stringify(set)
    for (const code of shown) {
      expect(kept).not.toContain(code)
      expect(kept).not.toContain(code.replaceAll('-', '').toUpperCase())
    }
    expect(new Set(set.codes.map(({ salt }) => salt)).size).toBe(4)
    expect(new Set(set.codes.map(({ hash }) => hash)).size).toBe(4)
    for (const { salt, hash } of set.codes) {
      expect([Buffer.from(salt, 'base64url'), Buffer.from(hash, 'base64url')].map(({ length }) => length)).toEqual([
        16, 32,
      ])
    }
  })

  test('of an imported set has one salt, and a try costs one hash though the code tells no slot', async () => {
    const set = await hashedSet(['ABCDEF', 'ZYXWVUTS', '123456'], randomBytes)
    expect(new Set(set.codes.map(({ salt }) => salt)).size).toBe(1)
    expect(set.lengths).toEqual([6, 8])
    counted.hashes = 0
    expect(await findHashed(set, 'ZYXWVUTS')).toBe(1)
    expect(await findHashed(set, '123456')).toBe(2)
    expect(await findHashed(set, '654321')).toBe(-1)
    expect(counted.hashes).toBe(3)
  })
})

test('a hash that cannot be made is a fault, no wrong code: nothing is charged', async () => {
  const world = createWorld(once)
  const { codes } = await enroll(world)
  const row = await world.rows.get('alice')
  const events = world.events.length
  counted.fails = true
  await expect(world.mfa.stepUp(world.alice, { code: codes[0] })).rejects.toThrow('out of memory')
  expect(await world.rows.get('alice')).toEqual(row)
  expect(world.events).toHaveLength(events)
  counted.fails = false
  await expect(world.mfa.stepUp(world.alice, { code: codes[0] })).resolves.toMatchObject({ factor: 'recovery_code' })
})
