/** The rule guarded here: messages are counted as they are sent, over ten minutes and a day, and what was not sent is not. */
import { expect, test } from 'vitest'
import { readState, type SentCode, type State, waitMs, withoutSent, withSent } from '../src/state.ts'

const pace = { limits: { tenMinutes: 3, day: 10 }, pauseSeconds: 60 }
const startMs = 1_767_225_600_000

const codeOf = (serial: string): SentCode => ({
  serial,
  purpose: 'login',
  tokenId: 'token',
  authenticatorId: 'id',
  code: '123456',
  expiresAt: startMs + 300_000,
})

/** Sends as soon as may be, so often; the seconds each had to wait. */
function sendInARow(times: number, limits = pace.limits): { readonly waits: readonly number[]; readonly state: State } {
  let [state, nowMs] = [readState({}), startMs]
  const waits: number[] = []
  for (let sent = 0; sent < times; sent += 1) {
    const wait = waitMs(state, { ...pace, limits }, nowMs)
    waits.push(wait / 1000)
    nowMs += wait
    state = withSent(state, codeOf(String(sent)), { pauseSeconds: 60, nowMs })
  }
  return { waits, state }
}

test('60 s between two, 3 in ten minutes, 10 a day', () => {
  expect(sendInARow(12).waits).toEqual([0, 60, 60, 480, 60, 60, 480, 60, 60, 480, 84_600, 60])
})

test('no more is kept than what counts', () => {
  const { state } = sendInARow(40)
  expect(state.sends.length).toBeLessThanOrEqual(11)
})

test('a wait is never told longer than it can be, whatever the clock did', () => {
  const state = withSent(readState({}), codeOf('a'), { pauseSeconds: 60, nowMs: startMs })
  expect(waitMs(state, pace, startMs - 86_400_000)).toBe(60_000)
  expect(waitMs(state, { ...pace, limits: { tenMinutes: 1, day: 10 } }, startMs - 1000)).toBe(600_000)
  expect(waitMs(state, pace, startMs + 59_999)).toBe(1)
  expect(waitMs(state, pace, startMs + 60_000)).toBe(0)
})

test('what was not sent gives back its code, its place and its pause', () => {
  const before = readState({ sends: [startMs - 1000] })
  const sent = withSent(before, codeOf('a'), { pauseSeconds: 60, nowMs: startMs })
  expect(withoutSent(sent, { serial: 'a', sentAt: startMs, hung: false })).toEqual(before)
})

test('where it hung the pause goes on', () => {
  const sent = withSent(readState({}), codeOf('a'), { pauseSeconds: 60, nowMs: startMs })
  const left = withoutSent(sent, { serial: 'a', sentAt: startMs, hung: true })
  expect(left).toEqual({ sends: [], pausedUntil: startMs + 60_000, sent: null })
})

test.each([true, false])('a newer code is left alone, hung or not: %s', (hung) => {
  const first = withSent(readState({}), codeOf('a'), { pauseSeconds: 1, nowMs: startMs })
  const second = withSent(first, codeOf('b'), { pauseSeconds: 60, nowMs: startMs + 1000 })
  const left = withoutSent(second, { serial: 'a', sentAt: startMs, hung })
  expect(left).toEqual({ sends: [startMs + 1000], pausedUntil: startMs + 61_000, sent: codeOf('b') })
})

test('of a state that has forgotten it nothing is taken', () => {
  const state = { sends: [startMs], pausedUntil: 5, sent: null }
  expect(withoutSent(state, { serial: 'a', sentAt: startMs - 1, hung: false })).toEqual(state)
})
