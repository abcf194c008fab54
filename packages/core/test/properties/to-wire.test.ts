// On the wire keys are snake_case and times ISO 8601; values are never touched, whatever they hold.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { asIs, instantOf, toWire } from '../../src/wire.ts'

const key = fc.stringMatching(/^[a-z]+([A-Z][a-z]+){0,3}$/)
const plain = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    ...[fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.date({ noInvalidDate: true })],
    ...[fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(key, tie('value'), { maxKeys: 4 })],
  ),
}))

test.each([
  ['recoveryCodesRemaining', 'recovery_codes_remaining'],
  ['qrCodeDataUri', 'qr_code_data_uri'],
  ['mfaEnabled', 'mfa_enabled'],
  ['id', 'id'],
])('%s is %s', (given, expected) => {
  expect(toWire({ [given]: 'aB' })).toEqual({ [expected]: 'aB' })
})

test('any value: keys alone change, and come back', () => {
  const property = fc.property(plain.value, (value) => {
    const wire = toWire(value)
    expect(JSON.parse(JSON.stringify(wire))).toEqual(wire)
    expect(camelCased(wire)).toEqual(JSON.parse(JSON.stringify(value)))
    for (const name of keysOf(wire)) expect(name).toMatch(/^[a-z_]+$/)
  })
  expect(() => fc.assert(property, { numRuns: 1000 })).not.toThrow()
})

test('it makes new values and leaves the old ones alone', () => {
  const given = Object.freeze({ createdAt: Object.freeze(new Date(0)), list: Object.freeze([{ aB: 1 }]) })
  expect(toWire(given)).toEqual({ created_at: '1970-01-01T00:00:00.000Z', list: [{ a_b: 1 }] })
})

function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased)
  if (typeof value !== 'object' || value === null) return value
  const back = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [back(name), camelCased(member)]))
}

function keysOf(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [...(Array.isArray(value) ? [] : [name]), ...keysOf(member)])
}

test('what is marked stays as it is, and all within it', () => {
  const options = asIs({ rpId: 'a', allowCredentials: [{ credentialId: 'b' }] })
  expect(toWire({ signInOptions: options, expiresIn: 1 })).toEqual({ sign_in_options: { ...options }, expires_in: 1 })
  expect(Object.isFrozen(options)).toBe(true)
})

test('a time is on the wire in ISO 8601, and no time is null', () => {
  expect([instantOf(0), instantOf(null)]).toEqual(['1970-01-01T00:00:00.000Z', null])
})
