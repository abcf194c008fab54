// Taking over from another system: secrets in any spelling with their own parameters; a second run changes nothing.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import type { Body, Factor, ImportInput } from '../../../src/index.ts'
import { fixedPhrase } from '../../factors/fixed-phrase.ts'
import { createWorld, enroll, login, refusal } from '../../world.ts'

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const app = virtualAuthenticator({ secret: totpSecret })

test.each([
  ['as it is', totpSecret],
  ['in lower case', totpSecret.toLowerCase()],
  ['in groups', totpSecret.replace(/.{4}/g, '$& ')],
  ['with dashes', totpSecret.replace(/.{8}/g, '$&-')],
  ['with padding', `${totpSecret}======`],
  ['with spaces around', `  ${totpSecret}  `],
])('a secret %s', async (_, given) => {
  const { mfa, alice, clock } = createWorld()
  await expect(mfa.import('alice', { totpSecret: given })).resolves.toEqual({ imported: true })
  await expect(mfa.stepUp(alice, { code: app.code(clock.now()) })).resolves.toMatchObject({ factor: 'totp' })
  await expect(mfa.import('alice', { totpSecret })).resolves.toEqual({ imported: false })
})

test('the latest code used elsewhere is still good here once, the one before is not', async () => {
  const { mfa, alice, clock } = createWorld()
  await mfa.import('alice', { totpSecret })
  await mfa.stepUp(alice, { code: app.code(clock.now()) })
  const before = app.codeAt(app.step(clock.now()) - 1)
  expect((await refusal(mfa.stepUp(alice, { code: before }))).code).toBe('invalid_code')
})

test('a second run changes nothing, whatever else it brings', async () => {
  const { mfa, alice, clock, rows } = createWorld()
  await mfa.import('alice', { totpSecret, name: 'Old phone', recoveryCodes: ['abcdefgh', 'ijklmnop'] })
  await mfa.stepUp(alice, { code: 'abcdefgh' })
  const row = await rows.get('alice')
  const again: ImportInput = { totpSecret, name: 'Other', digits: 8, recoveryCodes: ['abcdefgh'] }
  await expect(mfa.import('alice', again)).resolves.toEqual({ imported: false })
  expect(await rows.get('alice')).toEqual(row)
  expect((await refusal(mfa.stepUp(alice, { code: 'abcdefgh' }))).code).toBe('invalid_code')
  await mfa.stepUp(alice, { code: app.code(clock.now()) })
  await mfa.import('alice', again)
  expect((await refusal(mfa.stepUp(alice, { code: app.code(clock.now()) }))).code).toBe('invalid_code')
})

test('without recovery codes there are none until the user makes some', async () => {
  const { mfa, alice, clock } = createWorld()
  await mfa.import('alice', { totpSecret })
  await expect(mfa.status('alice')).resolves.toMatchObject({
    mfaEnabled: true,
    methods: ['totp'],
    recoveryCodesRemaining: 0,
  })
  const { provedAt } = await mfa.stepUp(alice, { code: app.code(clock.now()) })
  await expect(mfa.recoveryCodes('alice', { provedAt })).resolves.toEqual({ codes: [], remaining: 0 })
  const codes = await mfa.regenerateRecoveryCodes('alice', { provedAt })
  await expect(mfa.stepUp(alice, { code: codes[0] })).resolves.toMatchObject({ factor: 'recovery_code' })
})

test('beside an enrolled one: both work, the codes stay, and what was in flight ends', async () => {
  const world = createWorld()
  const { app: own } = await enroll(world)
  const token = await login(world)
  const createdAt = (await world.mfa.status('alice')).createdAt
  await world.mfa.import('alice', { totpSecret, name: 'From before' })
  await expect(world.mfa.status('alice')).resolves.toMatchObject({ createdAt, recoveryCodesRemaining: 10 })
  await expect(world.mfa.authenticators('alice')).resolves.toMatchObject([
    { name: 'Authenticator 1' },
    { name: 'From before' },
  ])
  expect((await refusal(world.mfa.verify(token, { code: own.nextCode(world.clock.now()) }))).code).toBe('invalid_token')
  await world.mfa.stepUp(world.alice, { code: own.nextCode(world.clock.now()) })
  await world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
})

test('beyond the limit nothing is imported', async () => {
  const world = createWorld({ totp: { authenticators: 1 } })
  await enroll(world)
  const row = await world.rows.get('alice')
  expect((await refusal(world.mfa.import('alice', { totpSecret }))).code).toBe('authenticator_limit')
  expect(await world.rows.get('alice')).toEqual(row)
})

describe('a mistake names its field', () => {
  const mistakes: readonly (readonly [string, object])[] = [
    ['totpSecret', { totpSecret: 'not base32!' }],
    ['totpSecret', { totpSecret: '' }],
    ['totpSecret', { totpSecret: undefined }],
    ['totpSecret', { totpSecret: Buffer.from('secret') }],
    ['algorithm', { algorithm: 'MD5' }],
    ['algorithm', { algorithm: 'sha1' }],
    ['digits', { digits: 5 }],
    ['digits', { digits: '6' }],
    ['period', { period: 10 }],
    ['period', { period: 30.5 }],
    ['name', { name: '' }],
    ['name', { name: 'a\nb' }],
    ['name', { name: 7 }],
  ]
  test.each(mistakes)('%s: %j', async (field, mistake) => {
    const { mfa, rows } = createWorld()
    const error = await refusal(mfa.import('alice', { totpSecret, ...mistake } as ImportInput))
    expect(error).toMatchObject({ code: 'invalid_request', status: 400, errors: [{ field }] })
    expect(error.message).not.toContain(totpSecret)
    expect(await rows.get('alice')).toBeNull()
  })
})

describe('another factor', () => {
  const withPhrases = () => {
    const phrase = fixedPhrase('correct horse')
    const { enrollment } = phrase as Required<Factor>
    const importable = {
      ...enrollment,
      import: (from: Body) => ({ data: { freeAt: Number(from['freeAt']) }, isSame: () => false }),
    }
    return createWorld({ factors: [{ ...phrase, enrollment: importable }, fixedPhrase('other', 'plain')] })
  }

  test('is taken over by its own reader, as the first factor and without codes', async () => {
    const { mfa, alice } = withPhrases()
    await expect(mfa.import('alice', { factor: 'phrase', freeAt: 0, name: 'Card' })).resolves.toEqual({
      imported: true,
    })
    expect(await mfa.status('alice')).toMatchObject({ mfaEnabled: true, methods: ['phrase'] })
    await expect(mfa.stepUp(alice, { phrase: 'correct horse' })).resolves.toMatchObject({ factor: 'phrase' })
  })

  test('that takes over nothing is a mistake', async () => {
    const { mfa } = withPhrases()
    await expect(mfa.import('alice', { factor: 'plain' })).rejects.toThrow(
      "no authenticator of 'plain' can be taken over",
    )
    await expect(mfa.import('alice', { factor: 'nothing' })).rejects.toThrow(TypeError)
  })
})
