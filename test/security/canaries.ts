import { inspect } from 'node:util'
import { expect } from 'vitest'

/** What a secret is, and so where it may be told. */
export type Kind = 'app secret' | 'password' | 'stamp' | 'TOTP secret' | 'code' | 'recovery code' | 'token'

/** Every secret of a test, to be looked for wherever it has no business. */
export interface Canaries {
  add(kind: Kind, ...secrets: readonly string[]): void
  /** Asserts that no secret is in the text, but those of the kinds that belong there. */
  expectNone(where: string, text: string, allowed?: readonly Kind[]): void
}

export function createCanaries(): Canaries {
  const known = new Map<string, Kind>()
  return {
    add(kind, ...secrets) {
      for (const secret of secrets) for (const form of formsOf(kind, secret)) known.set(form, kind)
    },
    expectNone(where, text, allowed = []) {
      // Quotes inside of quotes are escaped.
      const bare = text.replaceAll('\\', '')
      const found = [...known].filter(
        ([form, kind]) => !allowed.includes(kind) && (text.includes(form) || bare.includes(form)),
      )
      expect({ where, found }).toEqual({ where, found: [] })
    },
  }
}

/** The ways in which a secret could be written. */
function formsOf(kind: Kind, secret: string): readonly string[] {
  const bytes = kind === 'TOTP secret' ? bytesOf(secret) : Buffer.from(secret)
  // Six digits are in many a number; what surrounds them tells a code from a coincidence.
  if (kind === 'code') return [`"${secret}"`, `'${secret}'`, ` ${secret}`, `:${secret}`, `=${secret}`]
  const forms = [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ]
  if (kind === 'recovery code') forms.push(secret.replaceAll('-', ''), secret.replaceAll('-', '').toUpperCase())
  return forms
}

/** RFC 4648 section 6. */
function bytesOf(base32: string): Buffer {
  const bits = [...base32].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

/** All that an object would tell in the noisiest log. */
export function toldBy(value: unknown): string {
  const shown = inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden: true,
    getters: true,
    maxStringLength: null,
  })
  const own = value instanceof Error ? `${value.stack}${value.message}${toldBy(value.cause)}` : ''
  return `${shown}\n${JSON.stringify(value)}\n${String(value)}\n${own}`
}
