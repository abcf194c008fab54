import { gzipSync } from 'node:zlib'
import { describe, test } from 'vitest'
import type { BodyMode, Framework } from '../framework.ts'
import type { Answer, Sent } from '../http-client.ts'
import { expectJson, expectProblem, openSetting, password } from '../setting.ts'

const login = JSON.stringify({ username: 'alice', password })
const json = { 'Content-Type': 'application/json' }

/** Which bodies are read, and how the rest is refused. */
export function bodyCases(framework: Framework): void {
  const send = async (body: BodyMode, sent: Sent) => {
    const { client } = await openSetting(framework, { body })
    return client.send('POST', '/auth/login', sent)
  }

  describe.each<BodyMode>(['unread', 'parsed', 'text', 'buffer'])('with a body %s', (mode) => {
    test.each([
      'application/json',
      'application/json; charset=utf-8',
      'Application/JSON;charset="UTF-8"',
      'application/vnd.app+json',
    ])('%s is read', async (type) => {
      expectJson(await send(mode, { body: login, headers: { 'Content-Type': type } }))
    })

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/jsonp',
    ])('%s is not', async (type) => {
      const answer = await send(mode, { body: login, headers: { 'Content-Type': type } })
      expectProblem(answer, 415, 'unsupported_media_type')
    })

    test('a body without a content type is refused, an absent one is {}', async () => {
      expectProblem(await send(mode, { body: login }), 415, 'unsupported_media_type')
      expectProblem(await send(mode, {}), 401, 'invalid_credentials')
      expectProblem(await send(mode, { headers: json }), 401, 'invalid_credentials')
      expectProblem(await send(mode, { body: '', headers: json }), 401, 'invalid_credentials')
    })

    test('an array is malformed', async () => {
      expectProblem(await send(mode, { body: '[]', headers: json }), 400, 'malformed_body')
      expectProblem(await send(mode, { body: `[${login}]`, headers: json }), 400, 'malformed_body')
    })
  })

  describe.each<BodyMode>(['unread', 'text', 'buffer'])('read by Latchkey from a body %s', (mode) => {
    test.each(['{', 'null', '"text"', '1', '{"a":1}x', '\u0000'])('%j is malformed', async (body) => {
      expectProblem(await send(mode, { body, headers: json }), 400, 'malformed_body')
    })

    test('members that every object inherits are no fields', async () => {
      const { client } = await openSetting(framework, { body: mode })
      const body = '{"__proto__":{"ephemeral_token":"x","code":"000000"}}'
      const answer = await client.send('POST', '/auth/mfa/verify', { body, headers: json })
      expectProblem(answer, 400, 'invalid_request')
    })

    test('a byte order mark is dropped', async () => {
      expectJson(await send(mode, { body: `\ufeff${login}`, headers: json }))
    })

    test('chunks do not hide how large it is', async () => {
      const body = JSON.stringify({ username: 'alice', password, filler: 'x'.repeat(16_384) })
      const headers = { ...json, 'Transfer-Encoding': 'chunked' }
      expectProblem(await send(mode, { body, headers }), 413, 'body_too_large')
      expectJson(await send(mode, { body: login, headers }))
    })

    test('more than 16 KiB is too large, and 16 KiB are not', async () => {
      const filled = (size: number) => `${login}${' '.repeat(size - login.length)}`
      expectJson(await send(mode, { body: filled(16_384), headers: json }))
      expectProblem(await send(mode, { body: filled(16_385), headers: json }), 413, 'body_too_large')
    })
  })

  describe('unread', () => {
    unreadCases((sent) => send('unread', sent))
  })

  test('a body that somebody read and dropped is malformed', async () => {
    expectProblem(await send('consumed', { body: login, headers: json }), 400, 'malformed_body')
  })
}

/** What a body parser of the app would have answered itself. */
function unreadCases(send: (sent: Sent) => Promise<Answer>): void {
  test.each([
    { ...json, 'Content-Encoding': 'gzip' },
    { ...json, 'Content-Encoding': 'deflate' },
    { 'Content-Type': 'application/json; charset=utf-16' },
    { 'Content-Type': 'application/json; charset=iso-8859-1' },
  ])('%j is not read', async (headers) => {
    const body = 'Content-Encoding' in headers ? gzipSync(login) : login
    expectProblem(await send({ body, headers }), 415, 'unsupported_media_type')
  })

  test('bad UTF-8 is malformed', async () => {
    const body = Buffer.from('{"username":"\xff"}', 'latin1')
    expectProblem(await send({ body, headers: json }), 400, 'malformed_body')
  })

  test.each([16_385, 100_000, 1_000_000])('the client of a body of %i bytes sees the answer', async (size) => {
    const body = 'x'.repeat(size)
    expectProblem(await send({ body, headers: json }), 413, 'body_too_large')
    expectProblem(await send({ body, headers: { ...json, 'Transfer-Encoding': 'chunked' } }), 413, 'body_too_large')
  })
}
