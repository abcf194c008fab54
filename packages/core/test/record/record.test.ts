// The record: a row of a later version or a damaged one is a fault of the storage, never a user without a second factor.

import { expect, test } from 'vitest'
import { decodeRecord, encodeRecord } from '../../src/record/codec.ts'
import { emptyRecord, forgetExpired, isEnabled } from '../../src/record/record.ts'

test('what is encoded decodes to the same', () => {
  const record = {
    ...emptyRecord,
    epoch: 7,
    enabledAt: 1,
    spent: new Map([['a', 2]]),
    states: { totp: { n: [1, null, 'é'] } },
  }
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
})

test('a record of before there were families reads as one with none, and takes no more room', () => {
  const { families: _, ...before } = { ...emptyRecord, epoch: 7, enabledAt: 1 }
  const text = JSON.stringify({ ...before, spent: [] })
  expect(decodeRecord(text)).toEqual({ ...before, families: new Map() })
  expect(encodeRecord(decodeRecord(text))).toBe(text)
})

test('a record of before there were pairs reads as the same, and is written as pairs', () => {
  const earlier = { ...emptyRecord, enabledAt: 1, spent: { a: 1000, b: 2000 }, families: { c: { generation: 3 } } }
  const record = decodeRecord(JSON.stringify(earlier))
  expect([...record.spent]).toEqual(Object.entries(earlier.spent))
  expect([...record.families]).toEqual(Object.entries(earlier.families))
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
})

test('pairs that are none are damage', () => {
  expect(() => decodeRecord('{"format":1,"epoch":0,"authenticators":[],"spent":["a"]}')).toThrow(TypeError)
  expect(() => decodeRecord('{"format":1,"epoch":0,"authenticators":[],"families":null}')).toThrow(TypeError)
})

test('families are kept, and forgotten when they have expired', () => {
  const family = {
    generation: 3,
    signedInAt: 1,
    lastUsedAt: 2,
    amr: ['pwd'],
    factor: null,
    authenticatorId: null,
    provedAt: null,
  }
  const record = {
    ...emptyRecord,
    families: new Map([
      ['a', { ...family, expiresAt: 1000 }],
      ['b', { ...family, expiresAt: 2000 }],
    ]),
  }
  expect(decodeRecord(encodeRecord(record))).toEqual(record)
  expect(forgetExpired(record, 999)).toBe(record)
  expect([...forgetExpired(record, 1000).families.keys()]).toEqual(['b'])
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
  const spent = new Map([
    ['a', 1000],
    ['b', 2000],
  ])
  const record = { ...emptyRecord, spent }
  expect(forgetExpired(record, 999)).toBe(record)
  expect(forgetExpired(record, 1000).spent).toEqual(new Map([['b', 2000]]))
  expect(forgetExpired(record, 5000).spent).toEqual(new Map())
  expect([...spent.keys()]).toEqual(['a', 'b'])
})
