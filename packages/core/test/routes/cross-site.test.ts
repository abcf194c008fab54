// Cross-site requests: a page elsewhere can make a browser send, and must not change anything by it.

import { expect, test } from 'vitest'
import { MfaError } from '../../src/index.ts'
import { refuseCrossSite } from '../../src/routes/cross-site.ts'
import { requestOf } from './app.ts'

function outcome(
  headers: Readonly<Record<string, string>>,
  own = 'https://app.example',
  allowed?: readonly string[],
): string {
  try {
    refuseCrossSite(requestOf('POST', '/login', { headers, origin: own }), allowed)
    return 'passed'
  } catch (error) {
    return error instanceof MfaError ? error.code : 'threw'
  }
}

test.each([
  ['no browser at all', {}],
  ['its own page', { origin: 'https://app.example', 'sec-fetch-site': 'same-origin' }],
  ['its own page, by an old browser', { origin: 'https://app.example' }],
  ['a page that sends no origin', { 'sec-fetch-site': 'same-origin' }],
  ['the address bar', { 'sec-fetch-site': 'none' }],
])('%s passes', (_, headers) => {
  expect(outcome(headers)).toBe('passed')
})

test.each([
  ['another site', { origin: 'https://evil.example' }],
  ['another site that says it is the same', { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' }],
  ['a frame without an origin', { origin: 'null' }],
  ['an empty origin', { origin: '' }],
  ['a look-alike', { origin: 'https://app.example.evil.example' }],
  ['a longer one', { origin: 'https://evilapp.example' }],
  ['another port', { origin: 'https://app.example:8443' }],
  ['another scheme', { origin: 'http://app.example' }],
  ['a subdomain', { origin: 'https://www.app.example' }],
  ['an origin with a path', { origin: 'https://app.example/' }],
  ['an origin in upper case', { origin: 'https://APP.example' }],
  ['two origins', { origin: 'https://app.example, https://evil.example' }],
  ['a cross-site request without an origin', { 'sec-fetch-site': 'cross-site' }],
  ['a sibling without an origin', { 'sec-fetch-site': 'same-site' }],
  ['what no browser says', { 'sec-fetch-site': 'Same-Origin' }],
])('%s does not', (_, headers) => {
  expect(outcome(headers)).toBe('cross_site_request')
})

test.each([
  ['https://APP.example', 'https://app.example'],
  ['https://app.example:443', 'https://app.example'],
  ['http://app.example:80', 'http://app.example'],
  ['http://app.example:8080', 'http://app.example:8080'],
  ['http://[::1]:3000', 'http://[::1]:3000'],
])('an app at %s is %s to a browser', (own, origin) => {
  expect(outcome({ origin }, own)).toBe('passed')
})

test.each(['', '://', 'app.example', 'https://'])('an app that does not know where it is (%j) is nowhere', (own) => {
  expect(outcome({ origin: 'https://app.example' }, own)).toBe('cross_site_request')
  expect(outcome({}, own)).toBe('passed')
})

test('where origins are listed, these pass and no other, not even its own', () => {
  const allowed = ['https://front.example', 'http://localhost:3000']
  expect(outcome({ origin: 'https://front.example' }, undefined, allowed)).toBe('passed')
  expect(outcome({ origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, undefined, allowed)).toBe(
    'passed',
  )
  expect(outcome({ origin: 'https://app.example' }, undefined, allowed)).toBe('cross_site_request')
})
