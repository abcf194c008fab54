// Recovery codes that can be shown again: each works once, in any spelling, for its own user, until new ones replace it.

import { randomBytes } from 'node:crypto'
import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createReadableSet, findReadable, unusedCodes } from '../../../src/factors/recovery-code/readable-set.ts'
import { createWorld, enroll, refusal } from '../../world.ts'

test('ten of eight characters, in two groups, all different', async () => {
  const { codes } = await enroll(createWorld())
  expect(codes).toHaveLength(10)
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{4}-[0-9a-hjkmnp-tv-z]{4}$/)
})

test.each([
  [1, 2],
  [32, 8],
])('%i of %i groups, where the options say so', async (count, groups) => {
  const { codes } = await enroll(createWorld({ recoveryCodes: { count, groups } }))
  expect(codes).toHaveLength(count)
  for (const code of codes) expect(code).toHaveLength(groups * 5 - 1)
})

test('a generator that gives nothing new is an error, not a wait for ever', async () => {
  const { mfa, alice, clock } = createWorld({ randomBytes: (size) => new Uint8Array(size) })
  const { activationToken, totpUrl } = await mfa.begin('totp', alice)
  const code = virtualAuthenticator(totpUrl).code(clock.now())
  await expect(mfa.confirm('totp', alice, { activationToken, code })).rejects.toThrow('randomBytes repeats itself')
})

test('a set of before codes were kept once reads as the same', () => {
  const codes = [
    { code: 'abcd2345', shown: 'abcd-2345', used: false },
    { code: 'efgh6789', shown: 'efgh-6789', used: true },
  ]
  const set = { kind: 'readable', codes } as const
  expect(unusedCodes(set)).toEqual(['abcd-2345'])
  expect(findReadable(set, 'abcd2345')).toBe(0)
  expect(findReadable(set, 'efgh6789')).toBe(1)
})

test('a generator that repeats itself does not make two alike', () => {
  let calls = 0
  const set = createReadableSet({ count: 3, groups: 2, reveal: 'always' }, (size) => {
    calls += 1
    return calls < 4 ? new Uint8Array(size) : randomBytes(size)
  })
  expect(new Set(set.codes.map(({ code }) => code)).size).toBe(3)
})

const spellings: readonly (readonly [string, (code: string) => string])[] = [
  ['as shown', (code) => code],
  ['in upper case', (code) => code.toUpperCase()],
  ['without the dash', (code) => code.replace('-', '')],
  ['with spaces', (code) => ` ${[...code.replace('-', '')].join(' ')} `],
  ['with other dashes', (code) => [...code.replace('-', '')].join('-')],
  ['O for 0', (code) => code.replaceAll('0', 'O')],
  ['o for 0', (code) => code.replaceAll('0', 'o')],
  ['l for 1', (code) => code.replaceAll('1', 'l')],
  ['I for 1', (code) => code.replaceAll('1', 'I')],
]

describe.each(spellings)('a code %s', (_, spell) => {
  test('works once, in no spelling twice', async () => {
    // Codes of 0 and 1 alone, where the look-alikes matter.
    const bits = (size: number) => randomBytes(size).map((byte) => (size === 8 ? byte & 1 : byte))
    const world = createWorld({ randomBytes: bits })
    const { codes } = await enroll(world)
    const code = codes[0] ?? ''
    expect(code).toMatch(/[01]/)
    await expect(world.mfa.stepUp(world.alice, { code: spell(code) })).resolves.toMatchObject({
      ...{ factor: 'recovery_code', amr: ['pwd', 'recovery', 'mfa'] },
    })
    for (const [, again] of spellings) {
      expect((await refusal(world.mfa.stepUp(world.alice, { code: again(code) }))).code).toMatch(
        /^invalid_code$|^too_many/,
      )
    }
    expect(world.events.filter(({ reason }) => reason === 'replayed')).toHaveLength(5)
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 9 })
  })
})

test.each([
  ['half a code', (code: string) => code.slice(0, 4)],
  ['a code and a half', (code: string) => code + code.slice(0, 5)],
  ['a code with a U', (code: string) => `U${code.slice(1)}`],
  ['a code with a sign', (code: string) => `${code.slice(0, -1)}!`],
  ['full-width characters', () => 'ａｂｃｄｅｆｇｈ'],
  ['two codes', (code: string) => `${code},${code}`],
  ['an id', () => '__proto__'],
])('%s could not have been right: not looked at, not charged', async (_, spell) => {
  const world = createWorld()
  const { codes } = await enroll(world)
  const error = await refusal(world.mfa.stepUp(world.alice, { code: spell(codes[0] ?? '') }))
  expect(error).toMatchObject({ code: 'invalid_code', attemptsRemaining: 5 })
  expect(world.events.at(-1)?.reason).toBe('not_a_code')
})

test('an unknown one is charged to the recovery codes alone', async () => {
  const world = createWorld()
  const { app, codes } = await enroll(world)
  for (let count = 0; count < 5; count += 1) await refusal(world.mfa.stepUp(world.alice, { code: 'zzzz-zzz0' }))
  expect(await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).toMatchObject({
    ...{ code: 'too_many_attempts', retryAfterSeconds: 30 },
  })
  await world.mfa.stepUp(world.alice, { code: app.nextCode(world.clock.now()) })
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).code).toBe('too_many_attempts')
  world.clock.advance(30)
  await expect(world.mfa.stepUp(world.alice, { code: codes[0] })).resolves.toMatchObject({ factor: 'recovery_code' })
})

test("another user's is none", async () => {
  const world = createWorld()
  const alice = await enroll(world)
  const mallory = await enroll(world, world.mallory)
  expect((await refusal(world.mfa.stepUp(world.alice, { code: mallory.codes[0] }))).code).toBe('invalid_code')
  await expect(world.mfa.stepUp(world.mallory, { code: mallory.codes[0] })).resolves.toBeDefined()
  await expect(world.mfa.stepUp(world.alice, { code: alice.codes[0] })).resolves.toBeDefined()
})

test('all ten in turn, then none: no method is left that has nothing', async () => {
  const world = createWorld()
  const { codes } = await enroll(world)
  for (const [used, code] of codes.entries()) {
    await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 10 - used })
    await world.mfa.stepUp(world.alice, { code })
  }
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ recoveryCodesRemaining: 0, methods: ['totp'] })
  await expect(world.mfa.challenge(world.alice)).resolves.toMatchObject({ methods: ['totp'] })
  expect(await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).toMatchObject({ attemptsRemaining: 5 })
  expect(world.events.at(-1)?.reason).toBe('not_a_code')
})

test('they are shown again, less the used ones, and replaced as a whole', async () => {
  const world = createWorld()
  const { codes, proof } = await enroll(world)
  await world.mfa.stepUp(world.alice, { code: codes[3] })
  const fresh = { provedAt: proof.provedAt }
  const left = codes.filter((_, at) => at !== 3)
  await expect(world.mfa.recoveryCodes('alice', fresh)).resolves.toEqual({ codes: left, remaining: 9 })
  const made = await world.mfa.regenerateRecoveryCodes('alice', fresh)
  await expect(world.mfa.recoveryCodes('alice', fresh)).resolves.toEqual({ codes: made, remaining: 10 })
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[0] }))).code).toBe('invalid_code')
  await expect(world.mfa.stepUp(world.alice, { code: made[0] })).resolves.toBeDefined()
})

test('they go with the last authenticator and come anew with the next first one', async () => {
  const world = createWorld()
  const { codes } = await enroll(world)
  await world.mfa.deactivate('totp', world.alice, { code: codes[0] })
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[1] }))).code).toBe('not_enabled')
  const again = await enroll(world)
  expect(again.codes).toHaveLength(10)
  expect((await refusal(world.mfa.stepUp(world.alice, { code: codes[1] }))).code).toBe('invalid_code')
})

test('a second authenticator brings no new ones', async () => {
  const world = createWorld()
  const { codes, proof } = await enroll(world)
  const second = await enroll(world, world.alice, proof.provedAt)
  expect(second.codes).toEqual([])
  await expect(world.mfa.stepUp(world.alice, { code: codes[0] })).resolves.toBeDefined()
})
