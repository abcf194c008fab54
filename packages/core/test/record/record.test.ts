// The record: a row of a later version or a damaged one is a fault of the storage, never a user without a second factor.

import { expect, test } from 'vitest'
import { decodeRecord, encodeRecord } from '../../src/record/codec.ts'
import { emptyRecord, forgetExpired, isEnabled } from '../../src/record/record.ts'

test('what is encoded decodes to the same', () => {
  const record = { ...emptyRecord, epoch: 7, enabledAt: 1, spent: { a: 2 }, states: { totp: { n: [1, null, 'é'] } } }
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
})

test('a record of before there were families reads as one with none, and takes no more room', () => {
  const { families: _, ...before } = { ...emptyRecord, epoch: 7, enabledAt: 1 }
  const text = JSON.stringify(before)
  expect(decodeRecord(text)).toEqual({ ...before, families: {} })
  expect(encodeRecord(decodeRecord(text))).toBe(text)
})

test('families are kept, and forgotten when they have expired', () => {
  const family = { generation: 3, signedInAt: 1, lastUsedAt: 2, amr: ['pwd'], factor: null, provedAt: null }
  const record = { ...emptyRecord, families: { a: { ...family, expiresAt: 1000 }, b: { ...family, expiresAt: 2000 } } }
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
  expect(forgetExpired(record, 999)).toBe(record)
  expect(Object.keys(forgetExpired(record, 1000).families)).toEqual(['b'])
})

test.each([
  ['null', 'null'],
  ['a number', '1'],
  ['an empty object', '{}'],
  ['a later format', '{"format":2,"epoch":0,"authenticators":[]}'],
  ['a format as text', '{"format":"1","epoch":0,"authenticators":[]}'],
  ['no authenticators', '{"format":1,"epoch":0}'],
  ['authenticators that are no list', '{"format":1,"epoch":0,"authenticators":{}}'],
  ['no epoch', '{"format":1,"authenticators":[]}'],
  ['an epoch that is no whole number', '{"format":1,"epoch":0.5,"authenticators":[]}'],
])('%s is not read', (_, text) => {
  expect(() => decodeRecord(text)).toThrow(/^the record (has a format this version does not know|is damaged)$/)
})

test('text that is no JSON is not repeated in the error', () => {
  expect(() => decodeRecord('JBSWY3DPEHPK3PXP')).toThrow('the record is damaged')
})

test('a user nobody has stored has no second factor', () => {
  expect(isEnabled(emptyRecord)).toBe(false)
  expect(isEnabled({ ...emptyRecord, enabledAt: 0 })).toBe(true)
})

test('a spent token is forgotten when it has expired, not before', () => {
  const record = { ...emptyRecord, spent: { a: 1000, b: 2000 } }
  expect(forgetExpired(record, 999)).toBe(record)
  expect(forgetExpired(record, 1000).spent).toEqual({ b: 2000 })
  expect(forgetExpired(record, 5000).spent).toEqual({})
  expect(record.spent).toEqual({ a: 1000, b: 2000 })
})
