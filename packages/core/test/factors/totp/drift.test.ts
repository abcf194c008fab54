// Drift: a phone whose clock keeps being off is looked for where it is, in as many steps as before and not far away.

import { virtualAuthenticator } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createWorld } from '../../world.ts'

const totpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const app = virtualAuthenticator({ secret: totpSecret })

async function imported(window = 1) {
  const world = createWorld({ totp: { window }, attempts: { suspendAfter: 100, waitAfter: 100 } })
  await world.mfa.import('alice', { totpSecret })
  /** Whether a code that is so far off is taken; ten steps later than the last one, so that none is taken twice. */
  const isTaken = async (offset: number): Promise<boolean> => {
    world.clock.advance(300)
    const code = app.codeAt(app.step(world.clock.now()) + offset)
    return world.mfa.stepUp(world.alice, { code }).then(
      () => true,
      () => false,
    )
  }
  /** Takes codes that are so far off, one after the other. */
  const use = async (...offsets: readonly number[]): Promise<void> => {
    for (const offset of offsets) expect({ offset, isTaken: await isTaken(offset) }).toEqual({ offset, isTaken: true })
  }
  return { ...world, isTaken, use }
}

test.each([1, -1])('a drift of %i that shows in three codes running moves the window, and no wider', async (side) => {
  for (const offset of [3, 2, 1, 0, -1, -2, -3]) {
    const { use, isTaken } = await imported()
    await use(side, side, side)
    expect({ offset, taken: await isTaken(offset * side) }).toEqual({ offset, taken: offset >= 0 && offset <= 2 })
  }
})

test('two do not, nor three to both sides', async () => {
  const shown = [
    [1, 1],
    [1, 1, 0],
    [1, 0, 1],
    [0, 1, 1],
    [1, -1, 1],
    [1, 1, -1],
  ]
  for (const offsets of shown) {
    const { use, isTaken } = await imported()
    await use(...offsets)
    expect({ offsets, taken: await isTaken(2) }).toEqual({ offsets, taken: false })
  }
})

test('it follows no farther than the window, however long it goes on', async () => {
  const { use, isTaken } = await imported()
  await use(1, 1, 1, 2, 2, 2, 2, 2)
  expect(await isTaken(3)).toBe(false)
  expect(await isTaken(0)).toBe(true)
})

test('a code of the right time makes it forget', async () => {
  const { use, isTaken } = await imported()
  await use(1, 1, 1, 0)
  expect(await isTaken(2)).toBe(false)
  expect(await isTaken(-1)).toBe(true)
})

test('what three codes have in common is what is learned', async () => {
  const { use, isTaken } = await imported(2)
  await use(2, 1, 2)
  expect(await isTaken(-2)).toBe(false)
  expect(await isTaken(3)).toBe(true)
  await use(2, 2)
  expect(await isTaken(4)).toBe(true)
  expect(await isTaken(5)).toBe(false)
})

test('a window of one step learns nothing', async () => {
  const { use, isTaken } = await imported(0)
  await use(0, 0, 0)
  for (const offset of [1, -1]) expect(await isTaken(offset)).toBe(false)
})

test('a wrong code teaches nothing', async () => {
  const { use, isTaken } = await imported()
  await use(1, 1)
  for (let time = 0; time < 3; time += 1) expect(await isTaken(2)).toBe(false)
  await use(0)
})

describe('what an event says', () => {
  test('the drift of a code is counted from the time, whatever was learned', async () => {
    const { use, isTaken, events } = await imported()
    await use(1, 1, 1, 2)
    expect(events.at(-1)).toMatchObject({ result: 'success', driftSteps: 2 })
    expect(await isTaken(5)).toBe(false)
    expect(events.at(-1)).toMatchObject({ reason: 'drifted', driftSteps: 5 })
    expect(await isTaken(-1)).toBe(false)
    expect(events.at(-1)).toMatchObject({ reason: 'drifted', driftSteps: -1 })
  })
})

test('one authenticator learns nothing from another', async () => {
  const { mfa, alice, clock, use } = await imported()
  await use(1, 1, 1)
  const begun = await mfa.begin('totp', alice, { provedAt: clock.now() })
  const other = virtualAuthenticator(begun.totpUrl)
  const { activationToken } = begun
  await mfa.confirm('totp', alice, { activationToken, code: other.code(clock.now()) })
  clock.advance(300)
  const early = mfa.stepUp(alice, { code: other.codeAt(other.step(clock.now()) + 2) })
  await expect(early).rejects.toMatchObject({ code: 'invalid_code' })
})
