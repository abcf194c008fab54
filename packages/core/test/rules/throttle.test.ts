// Guessing: waits of 30 s that double to an hour, suspension at the hundredth failure (NIST SP 800-63B-4 section 3.2.2).

import { describe, expect, test } from 'vitest'
import { emptyRecord, type MfaRecord } from '../../src/record/record.ts'
import { attemptsRemaining, charge, clear, gate, tooManyAttempts } from '../../src/rules/throttle.ts'

const limits = { waitAfter: 5, waitSeconds: 30, maxWaitSeconds: 3600, suspendAfter: 100 }
const nowMs = 1_767_225_600_000

/** A record after so many failures, each looked at as soon as it could be. */
function failed(count: number): { record: MfaRecord; nowMs: number } {
  let record = emptyRecord
  let atMs = nowMs
  for (let made = 0; made < count; made += 1) {
    atMs = Math.max(atMs, record.failures['totp']?.waitUntil ?? 0)
    record = charge(record, ['totp'], { limits, nowMs: atMs })
  }
  return { record, nowMs: atMs }
}

function retryAfter(record: MfaRecord, atMs: number): number | undefined {
  const state = gate(record.failures['totp'], limits, atMs)
  return state.open ? 0 : state.retryAfterSeconds
}

test.each([
  [0, 0, 5],
  [1, 0, 4],
  [4, 0, 1],
  [5, 30, 0],
  [6, 60, 0],
  [7, 120, 0],
  [8, 240, 0],
  [9, 480, 0],
  [10, 960, 0],
  [11, 1920, 0],
  [12, 3600, 0],
  [13, 3600, 0],
  [99, 3600, 0],
])('after %i failures in a row: a wait of %i s, %i tries left', (count, wait, left) => {
  const { record, nowMs: atMs } = failed(count)
  expect(retryAfter(record, atMs)).toBe(wait)
  expect(attemptsRemaining(record, ['totp'], { limits, nowMs: atMs })).toBe(left)
})

test('after the wait one try is looked at, a millisecond sooner none', () => {
  const { record, nowMs: atMs } = failed(5)
  expect(retryAfter(record, atMs + 29_999)).toBe(1)
  expect(gate(record.failures['totp'], limits, atMs + 30_000)).toEqual({ open: true, attemptsRemaining: 1 })
})

test('the hundredth failure suspends, for good and without a time', () => {
  const { record, nowMs: atMs } = failed(100)
  expect(gate(record.failures['totp'], limits, atMs + 10 ** 12)).toEqual({ open: false, retryAfterSeconds: undefined })
})

describe('a clock that was set back', () => {
  test('tells of no longer wait than the longest', () => {
    const { record, nowMs: atMs } = failed(5)
    expect(retryAfter(record, atMs - 86_400_000)).toBe(3600)
  })

  test('opens nothing', () => {
    const { record, nowMs: atMs } = failed(5)
    expect(gate(record.failures['totp'], limits, atMs - 300_000).open).toBe(false)
  })
})

describe('counts are apart', () => {
  const record = charge(charge(emptyRecord, ['totp', 'recovery_code'], { limits, nowMs }), ['totp'], { limits, nowMs })

  test('a failure is charged to those that were looked at', () => {
    expect(record.failures).toEqual({
      totp: { count: 2, waitUntil: 0 },
      recovery_code: { count: 1, waitUntil: 0 },
    })
  })

  test('a success clears its own and leaves the record alone where there is nothing to clear', () => {
    expect(clear(record, ['totp']).failures).toEqual({ recovery_code: { count: 1, waitUntil: 0 } })
    expect(clear(record, ['password'])).toBe(record)
    expect(clear(emptyRecord, ['totp', 'toString'])).toBe(emptyRecord)
  })

  test('the tightest tells how many tries are left', () => {
    expect(attemptsRemaining(record, ['recovery_code', 'totp'], { limits, nowMs })).toBe(3)
    expect(attemptsRemaining(record, ['recovery_code'], { limits, nowMs })).toBe(4)
  })

  test('nothing is changed in place', () => {
    expect(emptyRecord.failures).toEqual({})
  })
})

describe('the answer where all wait', () => {
  const waiting = (seconds: number | undefined) => ({ open: false, retryAfterSeconds: seconds }) as const

  test('names the shortest wait', () => {
    expect(tooManyAttempts([waiting(60), waiting(undefined), waiting(30)])).toMatchObject({
      code: 'too_many_attempts',
      retryAfterSeconds: 30,
    })
  })

  test('names none where all are suspended', () => {
    expect(tooManyAttempts([waiting(undefined)])).not.toHaveProperty('retryAfterSeconds')
  })

  test('looks at no count that is open', () => {
    expect(tooManyAttempts([{ open: true, attemptsRemaining: 1 }, waiting(60)]).retryAfterSeconds).toBe(60)
  })
})

test('other limits are kept as well', () => {
  const strict = { waitAfter: 1, waitSeconds: 10, maxWaitSeconds: 15, suspendAfter: 3 }
  const waits = [1, 2, 3].map((count) => {
    let record = emptyRecord
    for (let made = 0; made < count; made += 1) record = charge(record, ['totp'], { limits: strict, nowMs })
    const state = gate(record.failures['totp'], strict, nowMs)
    return state.open ? 0 : state.retryAfterSeconds
  })
  expect(waits).toEqual([10, 15, undefined])
})
