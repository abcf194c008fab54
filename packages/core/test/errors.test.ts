// One class of error: its code is the wire's, it is told by a brand, and it carries nothing but what it was given.

import { expect, test } from 'vitest'
import { isMfaError, MfaError, type MfaErrorCode } from '../src/index.ts'

const statuses: Readonly<Record<MfaErrorCode, number>> = {
  malformed_body: 400,
  invalid_request: 400,
  invalid_code: 400,
  invalid_token: 400,
  invalid_credentials: 401,
  unauthenticated: 401,
  step_up_required: 401,
  cross_site_request: 403,
  not_found: 404,
  method_not_allowed: 405,
  not_enabled: 409,
  authenticator_limit: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  too_many_attempts: 429,
  too_many_messages: 429,
  delivery_failed: 503,
  storage_unavailable: 503,
}

test.each(Object.entries(statuses))('%s answers %i', (code, status) => {
  const error = new MfaError(code as MfaErrorCode)
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'MfaError', code, status })
  expect(error.title).toMatch(/^[A-Z].*[^.]$/)
  expect(error.message).toBe(error.title)
})

test('details that are not there are no members', () => {
  const bare = new MfaError('too_many_attempts', { retryAfterSeconds: undefined })
  expect(Object.keys(bare).toSorted()).toEqual(['code', 'name', 'status', 'title'])
  expect('cause' in bare).toBe(false)
})

test('details that are there are members', () => {
  const cause = new Error('disk full')
  const errors = [{ field: 'code', message: 'is required' }]
  const error = new MfaError('invalid_request', { detail: 'why', cause, errors, allow: ['GET'], maxAgeSeconds: 300 })
  expect(error).toMatchObject({ message: 'why', cause, errors, allow: ['GET'], maxAgeSeconds: 300 })
})

test('an error of another copy of the package is known by its brand', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('latchkey.MfaError')]: true })
  expect(isMfaError(foreign)).toBe(true)
  expect(isMfaError(new MfaError('invalid_code'))).toBe(true)
})

test.each([
  [null],
  [undefined],
  ['invalid_code'],
  [new Error('invalid_code')],
  [{ code: 'invalid_code', name: 'MfaError' }],
])('%j is none', (value) => expect(isMfaError(value)).toBe(false))
