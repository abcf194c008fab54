// The window: how many steps around the current one are taken, each once, never one before another that was taken.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { diagnoseDrift, matchingSteps, timeStep } from '../../../src/factors/totp/steps.ts'
import { createWorld, refusal } from '../../world.ts'

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const source = { secret: totpSecret, algorithm: 'SHA1', digits: 6, period: 30 } as const
const app = virtualAuthenticator({ secret: totpSecret })

async function imported(window: number) {
  const world = createWorld({ totp: { window } })
  await world.mfa.import('alice', { totpSecret })
  const step = app.step(world.clock.now())
  const tryStep = async (offset: number): Promise<string> => {
    const before = world.events.length
    await world.mfa.stepUp(world.alice, { code: app.codeAt(step + offset) }).catch(() => undefined)
    const [event] = world.events.slice(before)
    return event?.reason ?? `drift ${event?.driftSteps}`
  }
  return { ...world, tryStep }
}

describe.each([0, 1, 2])('with a window of %i', (window) => {
  test.each([-3, -2, -1, 0, 1, 2, 3])('the code %i steps away', async (offset) => {
    const { tryStep } = await imported(window)
    expect(await tryStep(offset)).toBe(Math.abs(offset) <= window ? `drift ${offset}` : 'drifted')
    expect(await tryStep(offset)).toBe(Math.abs(offset) <= window ? 'replayed' : 'drifted')
  })
})

test('after a step no earlier one is taken, though it is in the window', async () => {
  const { tryStep } = await imported(2)
  expect(await tryStep(1)).toBe('drift 1')
  for (const earlier of [0, -1, -2, 1]) expect(await tryStep(earlier)).toBe('replayed')
  expect(await tryStep(2)).toBe('drift 2')
})

test('every step of the window in turn, each once', async () => {
  const { tryStep } = await imported(2)
  const taken: string[] = []
  for (const offset of [-2, -1, 0, 1, 2]) taken.push(await tryStep(offset))
  expect(taken).toEqual(['drift -2', 'drift -1', 'drift 0', 'drift 1', 'drift 2'])
})

test('the last millisecond of a step and the first of the next', async () => {
  const { mfa, clock, alice } = await imported(0)
  const code = app.code(clock.now())
  clock.advance(29.999)
  await expect(mfa.stepUp(alice, { code })).resolves.toMatchObject({ factor: 'totp' })
  const next = app.codeAt(app.step(clock.now()) + 1)
  expect((await refusal(mfa.stepUp(alice, { code: next }))).code).toBe('invalid_code')
  clock.advance(0.001)
  await expect(mfa.stepUp(alice, { code: next })).resolves.toMatchObject({ factor: 'totp' })
})

test('a code taken early is not taken again 31 s and 61 s later', async () => {
  const { mfa, clock, alice } = await imported(1)
  const code = app.codeAt(app.step(clock.now()) + 1)
  await mfa.stepUp(alice, { code })
  for (const seconds of [1, 30, 30]) {
    clock.advance(seconds)
    expect((await refusal(mfa.stepUp(alice, { code }))).code).toBe('invalid_code')
  }
})

test('a clock set back takes nothing a second time', async () => {
  const { mfa, clock, alice } = await imported(1)
  const code = app.code(clock.now())
  await mfa.stepUp(alice, { code })
  clock.advance(-300)
  const tried = [code, app.code(clock.now()), app.codeAt(app.step(clock.now()) + 1)]
  for (const old of tried) expect((await refusal(mfa.stepUp(alice, { code: old }))).code).toBe('invalid_code')
  clock.advance(330)
  await expect(mfa.stepUp(alice, { code: app.code(clock.now()) })).resolves.toMatchObject({ factor: 'totp' })
})

describe('the drift of a wrong code', () => {
  const nowMs = 1_767_225_600_000
  const step = timeStep(nowMs, 30)

  test.each([-11, -10, -2, 2, 5, 11])('%i steps', (offset) => {
    expect(diagnoseDrift(app.codeAt(step + offset), source, { nowMs, window: 1 })).toBe(offset)
  })

  test.each([-12, 12])('%i steps is no drift but a wrong code', (offset) => {
    expect(diagnoseDrift(app.codeAt(step + offset), source, { nowMs, window: 1 })).toBeNull()
  })

  test('is the nearest, where a code stands for two steps', () => {
    const { earlier, later } = twoStepsOfOneCode()
    const atMs = (later + 3) * 30_000
    expect(diagnoseDrift(app.codeAt(later), source, { nowMs: atMs, window: 1 })).toBe(-3)
    expect(diagnoseDrift(app.codeAt(later), source, { nowMs: (earlier - 3) * 30_000, window: 1 })).toBe(3)
    const between = { nowMs: (later - 1) * 30_000, window: 0 }
    expect(later - earlier).toBeGreaterThan(2)
    expect(diagnoseDrift(app.codeAt(later), source, between)).toBe(1)
  })

  test('has no steps before the first', () => {
    expect(matchingSteps(app.codeAt(0), source, { nowMs: 0, window: 2 })).toEqual([0])
    expect(diagnoseDrift('000000', source, { nowMs: 0, window: 2 })).toBeNull()
  })
})

/** Two steps of one code that are less than 13 apart: with six digits there is a pair within some 100 000 steps. */
function twoStepsOfOneCode(): { earlier: number; later: number } {
  const recent: string[] = []
  for (let step = 0; ; step += 1) {
    const code = app.codeAt(step)
    const at = recent.indexOf(code)
    if (at !== -1) return { earlier: step - recent.length + at, later: step }
    recent.push(code)
    if (recent.length > 6) recent.shift()
  }
}
