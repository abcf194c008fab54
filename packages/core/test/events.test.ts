// Events are for listening only: whatever a listener does changes nothing, and without one a broken storage still shows.

import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { createEvents } from '../src/events.ts'
import type { MfaEvent, MfaEventListener } from '../src/index.ts'
import { createWorld, enroll, refusal } from './world.ts'

const event: MfaEvent = {
  type: 'verify',
  result: 'success',
  reason: null,
  userId: 'alice',
  factor: 'totp',
  authenticatorId: 'a1',
  at: 0,
  requestId: null,
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('listeners', () => {
  test('hear one type or all, until they are done', () => {
    const heard: string[] = []
    const events = createEvents((one) => heard.push(`option ${one.type}`))
    const offAll = events.on('*', (one) => heard.push(`all ${one.type}`))
    const offOne = events.on('reset', (one) => {
      expectTypeOf(one.type).toEqualTypeOf<'reset'>()
      heard.push(`one ${one.type}`)
    })
    events.emit(event)
    events.emit({ ...event, type: 'reset' })
    offAll()
    offOne()
    offOne()
    events.emit({ ...event, type: 'reset' })
    expect(heard).toEqual(['option verify', 'all verify', 'option reset', 'all reset', 'one reset', 'option reset'])
  })

  test('that are the same function hear twice, and end apart', () => {
    const listener = vi.fn<MfaEventListener>()
    const events = createEvents(undefined)
    const off = events.on('*', listener)
    events.on('verify', listener)
    events.emit(event)
    off()
    events.emit(event)
    expect(listener).toHaveBeenCalledTimes(3)
  })

  test('cannot change what others hear', () => {
    const events = createEvents((one) => Object.assign(one, { userId: 'mallory' }))
    const heard = vi.fn<MfaEventListener>()
    events.on('*', heard)
    events.emit({ ...event })
    expect(heard).toHaveBeenCalledWith(event)
  })

  test('may come and go while one is told', () => {
    const heard: string[] = []
    const events = createEvents(undefined)
    const off = events.on('*', () => {
      heard.push('first')
      off()
      events.on('*', () => heard.push('later'))
    })
    events.on('*', () => heard.push('second'))
    events.emit(event)
    expect(heard).toEqual(['first', 'second'])
    events.emit(event)
    expect(heard).toEqual(['first', 'second', 'second', 'later'])
  })
})

function broken(): never {
  throw new Error('listener')
}

const bad: readonly (readonly [string, MfaEventListener])[] = [
  ['throws', broken],
  [
    'throws no error',
    () => {
      // oxlint-disable-next-line typescript/only-throw-error -- somebody else's listener may
      throw null
    },
  ],
  ['rejects', () => Promise.reject(new Error('listener'))],
  ['hangs', () => new Promise(() => undefined)],
  // oxlint-disable-next-line unicorn/no-thenable -- somebody else's promise may be broken
  ['returns a thenable that throws', () => Object.defineProperty({}, 'then', { value: broken })],
  // oxlint-disable-next-line unicorn/no-thenable -- somebody else's promise may be broken
  ['returns a thenable that cannot be read', () => Object.defineProperty({}, 'then', { get: broken })],
]

test.each(bad)('a listener that %s changes nothing and stops no other', async (_, onEvent) => {
  const unhandled = vi.fn<() => void>()
  process.on('unhandledRejection', unhandled)
  const world = createWorld({ onEvent })
  const heard: string[] = []
  world.mfa.on('*', (one) => heard.push(one.type))
  const { app } = await enroll(world)
  await world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) })
  await refusal(world.mfa.stepUp(world.alice, { code: app.code(world.clock.now()) }))
  await new Promise(setImmediate)
  process.off('unhandledRejection', unhandled)
  expect(heard).toEqual(['begin', 'confirm', 'step_up', 'step_up'])
  expect(unhandled).not.toHaveBeenCalled()
})

describe('without a listener', () => {
  async function warned(outcome: (world: ReturnType<typeof createWorld>) => Promise<unknown>): Promise<unknown[][]> {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue()
    await outcome(createWorld({ onEvent: undefined }))
    return emitWarning.mock.calls
  }

  test('a storage that fails is a warning of the process', async () => {
    const calls = await warned(async ({ mfa, storage }) => {
      storage.inject('get', 'throw_before')
      await refusal(mfa.status('alice'))
    })
    expect(calls).toEqual([
      [
        'status failed: faultyStorage: get was told to throw before it took effect',
        { type: 'LatchkeyWarning', code: 'LATCHKEY_STORAGE' },
      ],
    ])
  })

  test('so is one that throws no error', async () => {
    const calls = await warned(async (world) => {
      const storage = { ...world.rows, get: () => Promise.reject('down' as unknown as Error) }
      await refusal(createWorld({ onEvent: undefined, storage }).mfa.status('alice'))
    })
    expect(calls[0]?.[0]).toBe('status failed: unknown cause')
  })

  test('a wrong code is none', async () => {
    const calls = await warned(async (world) => {
      const { app } = await enroll(world)
      await refusal(world.mfa.stepUp(world.alice, { code: app.wrongCode(world.clock.now()) }))
    })
    expect(calls).toEqual([])
  })

  test('with one there is no warning', async () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { mfa, storage, events } = createWorld()
    storage.inject('get', 'throw_before')
    await refusal(mfa.status('alice'))
    expect(events).toHaveLength(1)
    expect(emitWarning).not.toHaveBeenCalled()
  })
})
