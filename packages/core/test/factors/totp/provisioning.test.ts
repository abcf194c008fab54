// What an authenticator app reads: whatever an account is called, the URL and both pictures say the same secret.

import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { qrPng, qrSvgDataUri, totpUrl } from '../../../src/factors/totp/provisioning.ts'
import { createWorld } from '../../world.ts'
import { modulesOfPng, modulesOfSvg } from './qr-images.ts'
import { readQr } from './read-qr.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const source = { secret, algorithm: 'SHA1', digits: 6, period: 30 } as const
const pixels = 6

/** What an app may show, by what the account is called. */
const labels: readonly (readonly [string, string])[] = [
  ['alice@example.com', 'alice@example.com'],
  ['alice', 'alice'],
  ['Acme:alice', 'Acme.alice'],
  ['a:b:c', 'a.b.c'],
  ['alice&secret=AAAAAAAA', 'alice&secret=AAAAAAAA'],
  ['alice?secret=AAAAAAAA#x', 'alice?secret=AAAAAAAA#x'],
  ['alice%3Aevil', 'alice%3Aevil'],
  ['a/b', 'a/b'],
  ['../..', '../..'],
  ['alice\r\nSet-Cookie: x', 'aliceSet-Cookie. x'],
  ['alice\u2028\u2029\u0085\0', 'alice'],
  ['"alice" <b>&\'', '"alice" <b>&\''],
  ['</svg><script>alert(1)</script>', '</svg><script>alert(1)</script>'],
  ['名前 💡 é', '名前 💡 é'],
  ['  alice  ', 'alice'],
  ['a\ud800b', 'a\ufffdb'],
  ['', 'user'],
  [' \n ', 'user'],
  [':', '.'],
  ['x'.repeat(1_000_000), 'x'.repeat(64)],
  ['💡'.repeat(1_000_000), '💡'.repeat(64)],
  ['\n'.repeat(1_000_000), 'user'],
]

test.each(labels.map(([name, shown]) => [name.slice(0, 40), name, shown] as const))(
  'an account called %j',
  async (_, name, shown) => {
    const { mfa, alice } = createWorld({ issuer: 'Acme & Söhne?' })
    const beganMs = performance.now()
    const begun = await mfa.begin('totp', { ...alice, name })
    expect(performance.now() - beganMs).toBeLessThan(1000)
    expect(virtualAuthenticator(begun.totpUrl)).toMatchObject({
      ...{ issuer: 'Acme & Söhne?', label: shown, secret: begun.secret },
      ...{ algorithm: 'SHA1', digits: 6, period: 30 },
    })
    expect(begun.totpUrl).toMatch(/^[\x21-\x7e]+$/)
    expect(new URL(begun.totpUrl).searchParams.getAll('secret')).toEqual([begun.secret])
    expect(readQr(modulesOfSvg(begun.qrCodeDataUri))).toBe(begun.totpUrl)
    expect(begun.qrCodeDataUri).toMatch(/^data:image\/svg\+xml;base64,[\w+/]+=*$/)
  },
)

test.each([
  ['Acme', 'Acme'],
  ['A&secret=AAAA', 'A&secret=AAAA'],
  ['"><script>', '"><script>'],
  ['Café 💡', 'Café 💡'],
  ['100%', '100%'],
  ['a/b?c#d', 'a/b?c#d'],
])('an issuer called %j', async (issuer, shown) => {
  const { mfa, alice } = createWorld({ issuer })
  const { totpUrl: url, secret: own } = await mfa.begin('totp', alice)
  expect(virtualAuthenticator(url)).toMatchObject({ issuer: shown, label: alice.name, secret: own })
  expect(new URL(url).searchParams.getAll('secret')).toEqual([own])
})

test('the longest URL there can be still fits a QR code and a token', async () => {
  const longest = '💡'.repeat(64)
  const world = createWorld({ issuer: longest, totp: { algorithm: 'SHA512', digits: 8, period: 120, secretBytes: 64 } })
  const user = { id: '\u0001'.repeat(256), name: longest }
  const begun = await world.mfa.begin('totp', user)
  expect(readQr(modulesOfSvg(begun.qrCodeDataUri))).toBe(begun.totpUrl)
  expect(begun.totpUrl.length).toBeGreaterThan(2400)
  const { activationToken } = begun
  const code = virtualAuthenticator(begun.totpUrl).code(world.clock.now())
  await expect(world.mfa.confirm('totp', user, { activationToken, code })).resolves.toHaveProperty('proof')
})

test.each([
  ['letters', 'HELLO'],
  ['digits', '0123456789'],
  ['one character', 'a'],
  ['a URL', 'otpauth://totp/Acme:alice?secret=JBSWY3DP&issuer=Acme'],
  ['300 bytes', 'x'.repeat(300)],
  ['all of it', 'A1:%a'.repeat(400)],
])('the pictures of %s say so', (_, text) => {
  expect(readQr(modulesOfSvg(qrSvgDataUri(text)))).toBe(text)
  expect(readQr(modulesOfPng(qrPng(text), pixels))).toBe(text)
})

test('secrets are drawn in the length the options say, and never twice', async () => {
  const { mfa, alice } = createWorld({ totp: { secretBytes: 64 } })
  const secrets = await Promise.all(Array.from({ length: 20 }, async () => (await mfa.begin('totp', alice)).secret))
  expect(new Set(secrets).size).toBe(20)
  for (const drawn of secrets) expect(drawn).toMatch(/^[A-Z2-7]{103}$/)
})

test('the URL names every parameter, so that no app has to guess', () => {
  const url = new URL(
    totpUrl({ ...source, algorithm: 'SHA512', digits: 8, period: 60 }, { issuer: 'Acme', label: 'a' }),
  )
  expect(url.protocol).toBe('otpauth:')
  expect(Object.fromEntries(url.searchParams)).toEqual({
    ...{ issuer: 'Acme', secret, algorithm: 'SHA512', digits: '8', period: '60' },
  })
})
