import { gzipSync } from 'node:zlib'
import type { HttpAnswer, RequestParts } from '../../http-client.ts'
import { readJson, readProblem } from '../answers.ts'
import type { BodyMode } from '../app-setup.ts'
import { type AdapterRule, type Open, within } from '../rule.ts'
import { password } from '../setting.ts'

const login = JSON.stringify({ username: 'alice', password })
const json = { 'Content-Type': 'application/json' }

/** Which bodies are read, and how the rest is refused. */
export const bodyRules: readonly AdapterRule[] = [
  ...(['unread', 'parsed', 'text', 'buffer'] as const).flatMap((mode) =>
    within(`with a body ${mode}`, everyMode(mode)),
  ),
  ...(['unread', 'text', 'buffer'] as const).flatMap((mode) =>
    within(`read by Latchkey from a body ${mode}`, readByLatchkey(mode)),
  ),
  ...within('unread', unreadRules()),
  {
    name: 'a body that somebody read and dropped is malformed',
    async check(open) {
      readProblem(await send(open, 'consumed', { body: login, headers: json }), 400, 'malformed_body')
    },
  },
]

async function send(open: Open, body: BodyMode, parts: RequestParts): Promise<HttpAnswer> {
  const { client } = await open({ body })
  return client.send('POST', '/auth/login', parts)
}

function everyMode(mode: BodyMode): readonly AdapterRule[] {
  const read = ['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"']
  const unread = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']
  return [
    ...[...read, 'application/vnd.app+json'].map(
      (type): AdapterRule => ({
        name: `${type} is read`,
        async check(open) {
          readJson(await send(open, mode, { body: login, headers: { 'Content-Type': type } }))
        },
      }),
    ),
    ...[...unread, 'application/jsonp'].map(
      (type): AdapterRule => ({
        name: `${type} is not`,
        async check(open) {
          const answer = await send(open, mode, { body: login, headers: { 'Content-Type': type } })
          readProblem(answer, 415, 'unsupported_media_type')
        },
      }),
    ),
    {
      name: 'a body without a content type is refused, an absent one is {}',
      async check(open) {
        readProblem(await send(open, mode, { body: login }), 415, 'unsupported_media_type')
        readProblem(await send(open, mode, {}), 401, 'invalid_credentials')
        readProblem(await send(open, mode, { headers: json }), 401, 'invalid_credentials')
        readProblem(await send(open, mode, { body: '', headers: json }), 401, 'invalid_credentials')
      },
    },
    {
      name: 'an array is malformed',
      async check(open) {
        readProblem(await send(open, mode, { body: '[]', headers: json }), 400, 'malformed_body')
        readProblem(await send(open, mode, { body: `[${login}]`, headers: json }), 400, 'malformed_body')
      },
    },
  ]
}

function readByLatchkey(mode: BodyMode): readonly AdapterRule[] {
  return [
    ...['{', 'null', '"text"', '1', '{"a":1}x', '\u0000'].map(
      (body): AdapterRule => ({
        name: `${JSON.stringify(body)} is malformed`,
        async check(open) {
          readProblem(await send(open, mode, { body, headers: json }), 400, 'malformed_body')
        },
      }),
    ),
    {
      name: 'members that every object inherits are no fields',
      async check(open) {
        const { client } = await open({ body: mode })
        const body = '{"__proto__":{"ephemeral_token":"x","code":"000000"}}'
        const answer = await client.send('POST', '/auth/mfa/verify', { body, headers: json })
        readProblem(answer, 400, 'invalid_request')
      },
    },
    {
      name: 'a byte order mark is dropped',
      async check(open) {
        readJson(await send(open, mode, { body: `\ufeff${login}`, headers: json }))
      },
    },
    {
      name: 'chunks do not hide how large it is',
      async check(open) {
        const body = JSON.stringify({ username: 'alice', password, filler: 'x'.repeat(16_384) })
        const headers = { ...json, 'Transfer-Encoding': 'chunked' }
        readProblem(await send(open, mode, { body, headers }), 413, 'body_too_large')
        readJson(await send(open, mode, { body: login, headers }))
      },
    },
    {
      name: 'more than 16 KiB is too large, and 16 KiB are not',
      async check(open) {
        const filled = (size: number) => `${login}${' '.repeat(size - login.length)}`
        readJson(await send(open, mode, { body: filled(16_384), headers: json }))
        readProblem(await send(open, mode, { body: filled(16_385), headers: json }), 413, 'body_too_large')
      },
    },
  ]
}

/** What a body parser of the app would have answered itself. */
function unreadRules(): readonly AdapterRule[] {
  const undecoded: readonly Record<string, string>[] = [
    { ...json, 'Content-Encoding': 'gzip' },
    { ...json, 'Content-Encoding': 'deflate' },
    { 'Content-Type': 'application/json; charset=utf-16' },
    { 'Content-Type': 'application/json; charset=iso-8859-1' },
  ]
  return [
    ...undecoded.map(
      (headers): AdapterRule => ({
        name: `${JSON.stringify(headers)} is not read`,
        async check(open) {
          const body = 'Content-Encoding' in headers ? gzipSync(login) : login
          readProblem(await send(open, 'unread', { body, headers }), 415, 'unsupported_media_type')
        },
      }),
    ),
    {
      name: 'bad UTF-8 is malformed',
      async check(open) {
        const body = Buffer.from('{"username":"\xff"}', 'latin1')
        readProblem(await send(open, 'unread', { body, headers: json }), 400, 'malformed_body')
      },
    },
    ...[16_385, 100_000, 1_000_000].map(
      (size): AdapterRule => ({
        name: `the client of a body of ${size} bytes sees the answer`,
        async check(open) {
          const body = 'x'.repeat(size)
          const chunked = { ...json, 'Transfer-Encoding': 'chunked' }
          for (const headers of [json, chunked]) {
            readProblem(await send(open, 'unread', { body, headers }), 413, 'body_too_large')
          }
        },
      }),
    ),
  ]
}
