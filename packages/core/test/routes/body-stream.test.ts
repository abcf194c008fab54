// Slow, broken and endless bodies: each ends in an answer, holds no listener and is read no further than needed.

import type { EventEmitter } from 'node:events'
import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { chunked, outcome, stream } from './body.ts'

describe('a stream', () => {
  const headers = { ...chunked, 'content-type': 'application/json' }
  const listeners = (message: EventEmitter) =>
    ['data', 'end', 'error', 'close'].map((name) => message.listenerCount(name))

  test('in pieces, in the middle of a character', async () => {
    const bytes = Buffer.from('{"code":"💡"}')
    const message = Readable.from(
      Array.from(bytes, (byte) => Buffer.of(byte)),
      { objectMode: false },
    )
    expect(await outcome({ message, headers })).toEqual({ code: '💡' })
  })

  test('that is cut off', async () => {
    const message = new PassThrough()
    const reading = outcome({ message, headers })
    message.write('{"code":')
    message.destroy()
    expect(await reading).toBe('malformed_body')
  })

  test('that fails', async () => {
    const message = new PassThrough()
    const reading = outcome({ message, headers })
    message.destroy(new Error('socket'))
    expect(await reading).toBe('malformed_body')
  })

  test('that was cut off before anybody looked', async () => {
    const message = new PassThrough()
    message.destroy()
    expect(await outcome({ message, headers })).toBe('malformed_body')
  })

  test('that is gone and will say nothing more', async () => {
    expect(await outcome({ message: { ...stream(), destroyed: true }, headers })).toBe('malformed_body')
  })

  test('that does not end: read to the second limit, then paused and left alone', async () => {
    const message = stream()
    const reading = outcome({ message, headers })
    for (let size = 0; size <= 1024 * 1024; size += 64 * 1024) message.emit('data', Buffer.alloc(64 * 1024))
    expect(await reading).toBe('body_too_large')
    expect(message.paused).toBe(true)
    expect(listeners(message)).toEqual([0, 0, 0, 0])
  })

  test('leaves no listener behind', async () => {
    const message = stream()
    const reading = outcome({ message, headers })
    expect(listeners(message)).toEqual([1, 1, 1, 1])
    message.emit('data', Buffer.from('{}'))
    message.emit('end')
    expect(await reading).toEqual({})
    expect(listeners(message)).toEqual([0, 0, 0, 0])
  })
})
