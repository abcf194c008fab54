/** The rule guarded here: time moves when a test says so, and only then. */
import { expect, test } from 'vitest'
import { manualClock } from '../src/index.ts'

test('starts at the start of a time step, and stands still', () => {
  const clock = manualClock()
  expect(clock.now()).toBe(Date.parse('2026-01-01T00:00:00Z'))
  expect((clock.now() / 1000) % 30).toBe(0)
  expect(clock.now()).toBe(clock.now())
})

test('moves by seconds, also back, and to a time in milliseconds', () => {
  const clock = manualClock(5)
  expect(clock.advance(30)).toBe(30_005)
  expect(clock.advance(-0.5)).toBe(29_505)
  clock.set(7)
  expect(clock.now()).toBe(7)
})

test('hands out a function that needs no `this`', () => {
  const { now, advance } = manualClock(0)
  advance(1)
  expect(now()).toBe(1000)
})
