/** The rule guarded here: the server's time is known as exactly as its headers tell it, and a clock that was set is believed anew. */
import { expect, test } from 'vitest'
import { createServerClock } from '../../src/http/server-clock.ts'

const startMs = 1_767_225_600_000
const date = (ms: number) => new Date(ms).toUTCString()

function open({ maxSkewMs = 600_000 } = {}) {
  const time = { ms: startMs }
  return { time, clock: createServerClock({ now: () => time.ms, maxSkewMs }) }
}

test('nothing is known before the first answer: this machine counts', () => {
  const { clock } = open()
  expect(clock.reading()).toBeNull()
  expect(clock.now()).toEqual({ nowMs: startMs, precisionMs: 0 })
})

test.each([null, '', 'yesterday'])('a Date of %j teaches nothing', (given) => {
  const { clock } = open()
  clock.learn(given, startMs, startMs)
  expect(clock.reading()).toBeNull()
})

test('an answer that came before it was asked for teaches nothing: the clock was set back meanwhile', () => {
  const { clock } = open()
  clock.learn(date(startMs), startMs, startMs - 1)
  expect(clock.reading()).toBeNull()
})

test('one answer tells the time to half a second and half of the round trip', () => {
  const { clock } = open()
  clock.learn(date(startMs + 40_000), startMs, startMs + 200)
  expect(clock.reading()).toEqual({ offsetSeconds: 40.4, precisionSeconds: 0.6 })
})

test('more answers narrow it', () => {
  const { clock } = open()
  // The server is 250 ms ahead.
  for (const ms of [0, 300, 740, 760, 999]) {
    const serverMs = startMs + ms + 250
    clock.learn(date(serverMs - (serverMs % 1000)), startMs + ms, startMs + ms)
  }
  const { offsetSeconds = 0, precisionSeconds = 1 } = clock.reading() ?? {}
  expect(Math.abs(offsetSeconds - 0.25)).toBeLessThanOrEqual(precisionSeconds)
  expect(precisionSeconds).toBeLessThan(0.02)
})

test('a clock that was set is believed anew', () => {
  const { clock } = open()
  clock.learn(date(startMs), startMs, startMs)
  clock.learn(date(startMs + 60_000), startMs, startMs)
  expect(clock.reading()).toEqual({ offsetSeconds: 60.5, precisionSeconds: 0.5 })
})

test.each([
  [599, true],
  [-600, true],
  [601, false],
  [-602, false],
])('%i s off, of 600 that are allowed: %s', (seconds, isFine) => {
  const { clock } = open()
  clock.learn(date(startMs + seconds * 1000), startMs, startMs)
  if (isFine) expect(clock.now().precisionMs).toBe(500)
  else expect(() => clock.now()).toThrow(expect.objectContaining({ code: 'clock_skew' }) as Error)
})
