// Request bodies: read by us or by the host's parser, the same fields reach the same checks, and nothing else does.

import { describe, expect, test } from 'vitest'
import { readBody } from '../../src/routes/read-body.ts'
import { requestOf, type Sent } from './app.ts'
import { chunked, outcome } from './body.ts'

const limit = 16 * 1024
/** A JSON object of exactly so many bytes. */
const ofSize = (bytes: number) => JSON.stringify({ a: 'x'.repeat(bytes - 8) })

describe('read by us', () => {
  test.each<[string, Sent, unknown]>([
    ['an object', { body: { code: '1' } }, { code: '1' }],
    ['an object in chunks', { bytes: '{"code":"1"}', headers: chunked }, { code: '1' }],
    ['white space around', { bytes: ' \r\n{"code":"1"}\t' }, { code: '1' }],
    ['a BOM', { bytes: '\ufeff{"code":"1"}' }, { code: '1' }],
    ['any script', { bytes: '{"code":"١é💡"}' }, { code: '١é💡' }],
    ['the last of two alike', { bytes: '{"code":"1","code":"2"}' }, { code: '2' }],
    ['as large as can be', { bytes: ofSize(limit) }, { a: 'x'.repeat(limit - 8) }],
    ['nothing, by its length', { headers: { 'content-length': '0', 'content-type': 'application/json' } }, {}],
    ['nothing, by its length, of no type', { headers: { 'content-length': '0' } }, {}],
    [
      'something in chunks of no type',
      { bytes: '{}', headers: { ...chunked, 'content-type': undefined } },
      'unsupported_media_type',
    ],
    ['nothing, without a length', { headers: { 'content-type': 'application/json' } }, {}],
    ['nothing at all', {}, {}],
    ['a truncated one', { bytes: '{"code":' }, 'malformed_body'],
    ['an array', { bytes: '[1]' }, 'malformed_body'],
    ['null', { bytes: 'null' }, 'malformed_body'],
    ['a string', { bytes: '"code"' }, 'malformed_body'],
    ['a number', { bytes: '1' }, 'malformed_body'],
    ['no JSON', { bytes: 'code=1' }, 'malformed_body'],
    ['two objects', { bytes: '{}{}' }, 'malformed_body'],
    ['white space', { bytes: '  ' }, 'malformed_body'],
    ['bad UTF-8', { bytes: Buffer.from('7b2261223a22ff227d', 'hex') }, 'malformed_body'],
    ['UTF-16', { bytes: Buffer.from('{"code":"1"}', 'utf16le') }, 'malformed_body'],
    ['100 000 levels', { bytes: '['.repeat(8000) + ']'.repeat(8000) }, 'malformed_body'],
    ['one byte too many', { bytes: ofSize(limit + 1) }, 'body_too_large'],
    ['one byte too many in chunks', { bytes: ofSize(limit + 1), headers: chunked }, 'body_too_large'],
    ['a megabyte', { bytes: ofSize(1024 * 1024) }, 'body_too_large'],
    ['more than is read', { bytes: ofSize(1024 * 1024 + 1) }, 'body_too_large'],
    ['more than is read, in chunks', { bytes: ofSize(1024 * 1024 + 1), headers: chunked }, 'body_too_large'],
  ])('%s', async (_, sent, expected) => {
    expect(await outcome(sent)).toEqual(expected)
  })

  test('keys that all objects have are members like others', async () => {
    const body = await outcome({ bytes: '{"__proto__":{"code":"1"},"constructor":{"prototype":{"x":1}}}' })
    expect(Object.keys(body as object)).toEqual(['__proto__', 'constructor'])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
    expect(({} as Record<string, unknown>)['code']).toBeUndefined()
  })

  test('an error does not repeat the body', async () => {
    const request = requestOf('POST', '/login', { bytes: '{"password":"hunter2"' })
    await expect(readBody(request)).rejects.toThrow('the body is not JSON')
  })
})

describe('the media type', () => {
  const json = '{"code":"1"}'
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=UTF8',
    'Application/JSON',
    'application/vnd.api+json',
    'application/problem+json; x=y',
  ])('%s is read', async (type) => {
    expect(await outcome({ bytes: json, headers: { 'content-type': type } })).toEqual({ code: '1' })
  })

  test.each([
    undefined,
    '',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json+xml',
    'application/json, text/plain',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset=utf-7',
    'xapplication/json',
    'application/ +json',
  ])('%s is not', async (type) => {
    expect(await outcome({ bytes: json, headers: { 'content-type': type } })).toBe('unsupported_media_type')
    const parsed = { bytes: json, headers: { 'content-type': type }, parsedBody: { code: '1' } }
    expect(await outcome(parsed)).toBe('unsupported_media_type')
  })

  test.each(['gzip', 'br', 'deflate', 'identity, gzip', 'x'])('the encoding %s is not', async (encoding) => {
    expect(await outcome({ bytes: json, headers: { 'content-encoding': encoding } })).toBe('unsupported_media_type')
  })

  test.each(['identity', ' Identity '])('the encoding %s is', async (encoding) => {
    expect(await outcome({ bytes: json, headers: { 'content-encoding': encoding } })).toEqual({ code: '1' })
  })
})

describe("read by the host's parser", () => {
  const parsed = (parsedBody: unknown, headers = {}): Sent => ({
    bytes: '{"code":"1"}',
    stream: null,
    parsedBody,
    headers,
  })

  test.each<[string, Sent, unknown]>([
    ['an object', parsed({ code: '1' }), { code: '1' }],
    ['an object without a prototype', parsed(Object.assign(Object.create(null), { code: '1' })), { code: '1' }],
    ['an empty object', parsed({}), {}],
    ['a text', parsed('{"code":"1"}'), { code: '1' }],
    ['a text with a BOM', parsed('\ufeff{"code":"1"}'), { code: '1' }],
    ['bytes', parsed(Buffer.from('{"code":"1"}')), { code: '1' }],
    ['an empty text', parsed(''), {}],
    ['no bytes', parsed(Buffer.alloc(0)), {}],
    ['a broken text', parsed('{'), 'malformed_body'],
    ['bytes that are no UTF-8', parsed(Buffer.from([0xff])), 'malformed_body'],
    ['an array', parsed(['x']), 'malformed_body'],
    ['a number', parsed(7), 'malformed_body'],
    ['null', parsed(null), 'malformed_body'],
    ['nothing: it was dropped', parsed(undefined), 'malformed_body'],
    ['a text that is too large', parsed(ofSize(limit + 1)), 'body_too_large'],
    ['as large as can be, by its length', parsed({ code: '1' }, { 'content-length': String(limit) }), { code: '1' }],
    ['too large by its length', parsed({ code: '1' }, { 'content-length': String(limit + 1) }), 'body_too_large'],
    ['a chunked object', parsed({ code: '1', list: [null, 1, true] }, chunked), { code: '1', list: [null, 1, true] }],
    ['a chunked object that is too large', parsed({ a: 'x'.repeat(limit + 1) }, chunked), 'body_too_large'],
    [
      'a chunked object of many keys',
      parsed(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [at, 0])), chunked),
      'body_too_large',
    ],
    ['nothing sent, nothing parsed', { parsedBody: undefined }, {}],
    ['nothing sent, an object left', { parsedBody: {} }, {}],
    ['nothing sent, an empty text left', { parsedBody: '' }, {}],
  ])('%s', async (_, sent, expected) => {
    expect(await outcome(sent)).toEqual(expected)
  })

  test('an empty object left behind by a parser that did not read is no body: it is read', async () => {
    expect(await outcome({ body: { code: '1' }, parsedBody: {} })).toEqual({ code: '1' })
  })

  test('a body that was parsed is not read again', async () => {
    expect(await outcome({ body: { code: '1' }, parsedBody: { code: '2' } })).toEqual({ code: '2' })
  })
})
