// Whatever is given as options, the app starts with sound settings or not at all, and says which option it was.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMfa, type MfaOptions, memoryStorage } from '../../src/index.ts'
import { readMfaOptions } from '../../src/options/options.ts'
import { secret } from '../world.ts'

const good: MfaOptions = { secret, issuer: 'Acme', storage: memoryStorage(), findUser: () => null }
const names = [
  ...['secret', 'storage', 'findUser', 'issuer', 'totp', 'recoveryCodes', 'factors', 'ephemeralTokenSeconds'],
  ...['activationTokenSeconds', 'attempts', 'stepUpSeconds', 'routes', 'allowedOrigins', 'limiter', 'onEvent'],
  ...['storageTimeoutSeconds', 'now', 'randomBytes', 'enrollment', 'bearer'],
]

/** What the options make of it: sound, or a TypeError that names one of them. */
function outcome(options: unknown): string {
  try {
    createMfa(options as MfaOptions)
    return 'started'
  } catch (error) {
    return error instanceof TypeError && /^options(\.|:| must)/.test(error.message) ? 'named' : `threw ${String(error)}`
  }
}

test('anything for one option', () => {
  const values = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true })
  const property = fc.property(fc.constantFrom(...names), values, (name, value) =>
    ['started', 'named'].includes(outcome({ ...good, [name]: value })),
  )
  expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow()
})

test('anything for all of them', () => {
  const property = fc.property(fc.anything(), (value) => outcome(value) === 'named')
  expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow()
})

test('any numbers: what is taken is within its limits', () => {
  const number = fc.oneof(fc.integer({ min: -10, max: 200 }), fc.double(), fc.constantFrom(3600, 86_400, 86_401))
  const limits = fc.record({ waitAfter: number, waitSeconds: number, maxWaitSeconds: number, suspendAfter: number })
  const totp = fc.record({
    digits: number,
    period: number,
    window: number,
    authenticators: number,
    secretBytes: number,
  })
  const property = fc.property(limits, totp, (attempts, parameters) => {
    try {
      const settings = readMfaOptions({ ...good, attempts, totp: parameters })
      const { waitAfter, waitSeconds, maxWaitSeconds, suspendAfter } = settings.attempts
      expect(waitAfter >= 1 && waitAfter <= suspendAfter && suspendAfter <= 100).toBe(true)
      expect(waitSeconds >= 1 && waitSeconds <= maxWaitSeconds && maxWaitSeconds <= 86_400).toBe(true)
      const { digits, period, window, authenticators, secretBytes } = settings.totp
      expect([6, 7, 8].includes(digits) && period >= 15 && period <= 120).toBe(true)
      expect([0, 1, 2].includes(window) && authenticators <= 20 && secretBytes >= 16).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
    }
  })
  expect(() => fc.assert(property, { numRuns: 2000 })).not.toThrow()
})
