// Slow, broken and endless bodies: each ends in an answer, and is read no further than needed.

import { PassThrough, Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { chunked, outcome } from './body.ts'

describe('a stream', () => {
  const headers = { ...chunked, 'content-type': 'application/json' }

  test('in pieces, in the middle of a character', async () => {
    const bytes = Buffer.from('{"code":"💡"}')
    const stream = Readable.from(
      Array.from(bytes, (byte) => Buffer.of(byte)),
      { objectMode: false },
    )
    expect(await outcome({ stream, headers })).toEqual({ code: '💡' })
  })

  test('of the web, as fetch has it', async () => {
    const { body } = new Response('{"code":"1"}')
    expect(await outcome({ stream: body as AsyncIterable<Uint8Array> | null, headers })).toEqual({ code: '1' })
  })

  test('that is cut off', async () => {
    const stream = new PassThrough()
    const reading = outcome({ stream, headers })
    stream.write('{"code":')
    stream.destroy()
    expect(await reading).toBe('malformed_body')
  })

  test('that fails', async () => {
    const stream = new PassThrough()
    const reading = outcome({ stream, headers })
    stream.destroy(new Error('socket'))
    expect(await reading).toBe('malformed_body')
  })

  test('that was cut off before anybody looked', async () => {
    const stream = new PassThrough()
    stream.destroy()
    expect(await outcome({ stream, headers })).toBe('malformed_body')
  })

  test('that does not end: read to the second limit, then left alone, and not ended', async () => {
    let [pieces, hasEnded] = [0, false]
    const stream = {
      [Symbol.asyncIterator]: () => ({
        async next() {
          pieces += 1
          return { done: false, value: new Uint8Array(64 * 1024) } as const
        },
        async return() {
          hasEnded = true
          return { done: true, value: undefined } as const
        },
      }),
    }
    expect(await outcome({ stream, headers })).toBe('body_too_large')
    expect([pieces, hasEnded]).toEqual([17, false])
  })

  test('that says how long it is, and is over the second limit, is not read at all', async () => {
    const stream = { [Symbol.asyncIterator]: () => expect.unreachable() }
    const length = { 'content-length': String(1024 * 1024 + 1), 'content-type': 'application/json' }
    expect(await outcome({ stream, headers: length })).toBe('body_too_large')
  })
})
