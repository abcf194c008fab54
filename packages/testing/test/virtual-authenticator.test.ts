/** The rule guarded here: the virtual app shows what a real one shows (RFC 6238), and knows which codes it has shown. */
import { describe, expect, test } from 'vitest'
import { virtualAuthenticator } from '../src/index.ts'

const base32 = {
  sha1: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
  sha256: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA',
}

describe('codes', () => {
  // RFC 6238, appendix B.
  test.each([
    [59, 'SHA1', base32.sha1, '94287082'],
    [1_111_111_109, 'SHA1', base32.sha1, '07081804'],
    [20_000_000_000, 'SHA1', base32.sha1, '65353130'],
    [59, 'SHA256', base32.sha256, '46119246'],
    [1_234_567_890, 'SHA256', base32.sha256, '91819424'],
  ])('at %i s with %s are those of the RFC', (seconds, algorithm, secret, code) => {
    const app = virtualAuthenticator({ secret, algorithm, digits: 8 })
    expect(app.code(seconds * 1000)).toBe(code)
    expect(app.codeAt(Math.floor(seconds / 30))).toBe(code)
  })

  test('last exactly one period', () => {
    const app = virtualAuthenticator({ secret: base32.sha1, period: 60 })
    expect(app.code(59_999)).toBe(app.code(0))
    expect(app.code(60_000)).not.toBe(app.code(0))
    expect([app.step(59_999), app.step(60_000)]).toEqual([0, 1])
  })
})

describe('enrollment', () => {
  test('takes every parameter from the URL', () => {
    const url = `otpauth://totp/ACME%20Co:alice%40example.com?secret=${base32.sha256}&issuer=ACME%20Co&algorithm=SHA256&digits=8&period=60`
    expect(virtualAuthenticator(url)).toMatchObject({
      secret: base32.sha256,
      issuer: 'ACME Co',
      label: 'alice@example.com',
      algorithm: 'SHA256',
      digits: 8,
      period: 60,
    })
  })

  test('takes what is not said as every app takes it', () => {
    const usual = { algorithm: 'SHA1', digits: 6, period: 30 }
    expect(virtualAuthenticator(`otpauth://totp/alice?secret=${base32.sha1}`)).toMatchObject({
      ...usual,
      label: 'alice',
      issuer: '',
    })
    expect(virtualAuthenticator({ secret: base32.sha1, digits: undefined })).toMatchObject({
      ...usual,
      label: '',
      issuer: '',
    })
  })

  test.each([
    ['no URL', 'alice', 'URI'],
    ['no secret', 'otpauth://totp/alice?issuer=x', 'secret'],
    ['an empty secret', 'otpauth://totp/alice?secret=', 'secret'],
    ['a counter', `otpauth://hotp/alice?secret=${base32.sha1}&counter=1`, 'otpauth://totp/'],
    ['an unknown algorithm', `otpauth://totp/alice?secret=${base32.sha1}&algorithm=MD5`, 'algorithm'],
  ])('refuses %s', (_, url, said) => {
    expect(() => virtualAuthenticator(url)).toThrow(said)
  })

  test('refuses an empty secret without a URL', () => {
    expect(() => virtualAuthenticator({ secret: '' })).toThrow(TypeError)
  })
})

describe('memory', () => {
  test('nextCode never shows a code twice, and catches up with the time', () => {
    const app = virtualAuthenticator({ secret: base32.sha1 })
    const twin = virtualAuthenticator({ secret: base32.sha1 })
    expect(app.lastStep).toBeNull()
    expect(app.nextCode(90_000)).toBe(twin.codeAt(3))
    expect(app.nextCode(90_000)).toBe(twin.codeAt(4))
    expect(app.lastStep).toBe(4)
    expect(app.nextCode(300_000)).toBe(twin.codeAt(10))
  })

  test('nextCode knows what code showed, and an older code does not take that back', () => {
    const app = virtualAuthenticator({ secret: base32.sha1 })
    app.code(90_000)
    app.codeAt(1)
    expect(app.lastStep).toBe(3)
    expect(app.nextCode(0)).toBe(virtualAuthenticator({ secret: base32.sha1 }).codeAt(4))
  })

  test('wrongCode is none of the codes around, and uses no step', () => {
    const app = virtualAuthenticator({ secret: base32.sha1 })
    const twin = virtualAuthenticator({ secret: base32.sha1 })
    const wrong = app.wrongCode(3_000_000)
    expect(wrong).toMatch(/^\d{6}$/)
    for (let step = 80; step <= 120; step += 1) expect(twin.codeAt(step)).not.toBe(wrong)
    expect(app.lastStep).toBeNull()
  })
})
