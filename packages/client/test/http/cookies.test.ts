/** The rule guarded here: cookies are kept as RFC 6265 says, for the app's own host, and none goes where it does not belong. */
import { describe, expect, test } from 'vitest'
import { afterAnswer, cookieHeader } from '../../src/http/cookies.ts'

const nowMs = 1_767_225_600_000
const url = new URL('https://app.example/auth/login')

function kept(...lines: readonly string[]) {
  return afterAnswer([], lines, { url, nowMs })
}

function sentTo(address: string, ...lines: readonly string[]): string | null {
  return cookieHeader(kept(...lines), new URL(address), nowMs)
}

describe('kept', () => {
  test.each([
    ['sid=1', { name: 'sid', value: '1', path: '/auth', secure: false }],
    ['sid=1; Path=/; Secure; HttpOnly; SameSite=Lax', { name: 'sid', value: '1', path: '/', secure: true }],
    ['sid="a=b"; path=/x', { name: 'sid', value: '"a=b"', path: '/x', secure: false }],
    ['sid=1; Path=relative', { name: 'sid', value: '1', path: '/auth', secure: false }],
    [
      'sid=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/',
      { name: 'sid', value: '1', path: '/', secure: false, expiresAtMs: nowMs + 60_000 },
    ],
    ['sid=1; Domain=app.example; Path=/', { name: 'sid', value: '1', path: '/', secure: false }],
  ])('%s', (line, cookie) => {
    expect(kept(line)).toEqual([cookie])
  })

  test.each([
    '',
    'sid',
    '=1',
    'sid=1; Domain=other.example',
    'sid=1; Domain=pp.example',
    'sid=1; Max-Age=0',
    'sid=1; Max-Age=-1',
  ])('not: %j', (line) => {
    expect(kept(line)).toEqual([])
  })

  test('the same name and path once, the latest; another path beside it', () => {
    expect(kept('sid=1; Path=/', 'sid=2; Path=/', 'sid=3; Path=/auth').map(({ value }) => value)).toEqual(['2', '3'])
  })

  test('until it is over, or taken back', () => {
    const cookies = kept('sid=1; Path=/; Max-Age=10')
    expect(cookieHeader(cookies, url, nowMs + 9999)).toBe('sid=1')
    expect(cookieHeader(cookies, url, nowMs + 10_000)).toBeNull()
    const taken = ['sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT']
    expect(afterAnswer(cookies, taken, { url, nowMs })).toEqual([])
  })
})

describe('sent', () => {
  test.each([
    ['https://app.example/auth', 'sid=1'],
    ['https://app.example/auth/mfa/verify', 'sid=1'],
    ['https://app.example/authority', null],
    ['https://app.example/', null],
  ])('below its path: %s', (address, header) => {
    expect(sentTo(address, 'sid=1; Path=/auth')).toBe(header)
  })

  test.each([
    ['https://app.example/', 'sid=1'],
    ['http://app.example/', null],
    ['http://localhost:3000/', 'sid=1'],
    ['http://127.0.0.1:3000/', 'sid=1'],
    ['http://127.0.0.1.example/', null],
    ['http://localhost.example/', null],
  ])('a secure one, if nobody listens: %s', (address, header) => {
    expect(sentTo(address, 'sid=1; Path=/; Secure')).toBe(header)
  })

  test('the longest path first', () => {
    expect(sentTo('https://app.example/auth/x', 'a=1; Path=/', 'b=2; Path=/auth')).toBe('b=2; a=1')
  })
})
