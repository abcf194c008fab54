// What people type: any spelling of a code reads to the same code, reading twice changes nothing, and nothing throws.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  characterOf,
  formatRecoveryCode,
  isOfAlphabet,
  normalizeRecoveryCode,
  numberOf,
} from '../../src/factors/recovery-code/alphabet.ts'
import { normalizeBase32 } from '../../src/factors/totp/base32.ts'
import { normalizeCode } from '../../src/index.ts'

const noise = fc.array(fc.constantFrom(' ', '-'), { maxLength: 3 }).map((signs) => signs.join(''))

/** A text with spaces and dashes put in anywhere. */
function spelled(text: string, signs: readonly string[]): string {
  return [...text].map((character, at) => (signs[at % Math.max(1, signs.length)] ?? '') + character).join('')
}

/** What a property fails with, or null. */
function failure<Inputs extends readonly unknown[]>(property: fc.IProperty<Inputs>): string | null {
  const { failed, counterexample } = fc.check(property, { numRuns: 2000 })
  return failed ? fc.stringify(counterexample) : null
}

describe('an authenticator code', () => {
  const digits = fc.stringMatching(/^[0-9]{6,8}$/)

  test('reads to its digits', () => {
    expect(
      failure(fc.property(digits, fc.array(noise), (code, signs) => normalizeCode(spelled(code, signs)) === code)),
    ).toBeNull()
  })

  test('reads the same twice', () => {
    expect(
      failure(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          const once = normalizeCode(text)
          return once === null || normalizeCode(once) === once
        }),
      ),
    ).toBeNull()
  })

  test('is ASCII or nothing, whatever is sent', () => {
    expect(failure(fc.property(fc.anything(), (value) => /^[\x21-\x7e]*$/.test(normalizeCode(value) ?? '')))).toBeNull()
    expect(
      failure(fc.property(fc.string({ unit: 'binary' }), (value) => /^[\x21-\x7e]*$/.test(normalizeCode(value) ?? ''))),
    ).toBeNull()
  })

  test('keeps every character but space and dash', () => {
    expect(
      failure(
        fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
          const kept = text.replaceAll(' ', '').replaceAll('-', '')
          const isAscii = [...kept].every((character) => character > ' ' && character < '\u007f')
          return normalizeCode(text) === (isAscii ? kept.toUpperCase() : null)
        }),
      ),
    ).toBeNull()
  })
})

describe('a recovery code', () => {
  const code = fc.array(fc.nat(31), { minLength: 8, maxLength: 32 }).map((numbers) => numbers.map(characterOf).join(''))

  test('reads back from the form it is shown in', () => {
    expect(failure(fc.property(code, (text) => normalizeRecoveryCode(formatRecoveryCode(text)) === text))).toBeNull()
  })

  test('reads back in any case, with look-alikes, spaces and dashes', () => {
    expect(
      failure(
        fc.property(
          code,
          fc.array(noise),
          fc.boolean(),
          fc.constantFrom('I', 'L', 'i', 'l'),
          (text, signs, lower, one) => {
            const alike = text.replaceAll('0', lower ? 'o' : 'O').replaceAll('1', one)
            return normalizeRecoveryCode(spelled(lower ? alike.toLowerCase() : alike, signs)) === text
          },
        ),
      ),
    ).toBeNull()
  })

  test('reads the same twice, and is letters and digits or nothing', () => {
    expect(
      failure(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          const once = normalizeRecoveryCode(text)
          return once === null || (/^[0-9A-Z]+$/.test(once) && normalizeRecoveryCode(once) === once)
        }),
      ),
    ).toBeNull()
  })

  test('is of the alphabet where each character stands for a number', () => {
    expect(
      failure(
        fc.property(fc.stringMatching(/^[0-9A-Z]{8}$/), (text) => {
          const normalized = normalizeRecoveryCode(text) ?? ''
          return isOfAlphabet(normalized) === [...normalized].every((character) => numberOf(character) !== -1)
        }),
      ),
    ).toBeNull()
  })

  test('numbers and characters stand for each other', () => {
    expect(failure(fc.property(fc.nat(31), (value) => numberOf(characterOf(value)) === value))).toBeNull()
  })
})

describe('a base32 secret', () => {
  const groups = fc.stringMatching(/^([A-Z2-7]{8}){1,10}$/)

  test('reads back in any spelling', () => {
    expect(
      failure(
        fc.property(groups, fc.array(noise), fc.nat(6), (text, signs, padding) => {
          const spelling = spelled(text, signs) + '='.repeat(padding)
          return normalizeBase32(spelling) === text && normalizeBase32(spelling.toLowerCase()) === text
        }),
      ),
    ).toBeNull()
  })

  test('reads the same twice, and is base32 or nothing', () => {
    expect(
      failure(
        fc.property(fc.string({ unit: 'binary' }), (text) => {
          const once = normalizeBase32(text)
          return once === null || (/^[A-Z2-7]+$/.test(once) && normalizeBase32(once) === once)
        }),
      ),
    ).toBeNull()
  })
})
