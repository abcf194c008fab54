/**
 * The threat here: a server, or a file that came from one, sends control characters (C0, C1, ANSI, bidi) in a question, a
 * proposition, an address or an error. They move the cursor, repaint the lines above, or make a text look like another.
 */

import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { plainJson, plainText } from '../../../src/command/terminal/plain-text.ts'
import { runCommand, serverOf } from '../run-command.ts'
import { freshFolder, hasTerminal, keys, openTerminal } from '../terminal.ts'

vi.setConfig({ testTimeout: 30_000 })

const evil = [
  ...[
    '\u001b[2J',
    '\u001b]0;owned\u0007',
    '\u001b]8;;http://evil\u001b\\',
    '\u009b31m',
    '\u009d0;owned\u009c',
    '\u0007',
  ],
  ...[
    '\b\b\b',
    '\r',
    '\u007f',
    '\u0000',
    '\u202e',
    '\u2066',
    '\u200f',
    '\u061c',
    '\u2028',
    '\u200b',
    '\ufeff',
    '\u{e0041}',
  ],
]
/** Code points that may do something; a line feed ends one of the command's own lines. */
const ranges = [
  ...[
    [0x00, 0x09],
    [0x0b, 0x1f],
    [0x7f, 0x9f],
    [0x61c, 0x61c],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x206f],
  ],
  ...[
    [0xfeff, 0xfeff],
    [0xe0000, 0xe007f],
  ],
] as const

function unsafeIn(text: string): readonly string[] {
  const isUnsafe = (point: number) => ranges.some(([from = 0, to = 0]) => point >= from && point <= to)
  return [...text].filter((letter) => isUnsafe(letter.codePointAt(0) ?? 0)).map((letter) => JSON.stringify(letter))
}

const hostile = `safe${evil.join('x')}end`
const credentials = { LATCHKEY_PASSWORD: 'wonderland' }

test.each(evil.map((text) => [JSON.stringify(text), text]))('%s does not reach the terminal', (_name, text) => {
  expect(unsafeIn(plainText(`a${text}b\nc`))).toEqual([])
  expect(plainText(`a${text}b\nc`)).not.toContain('\n')
  expect(unsafeIn(plainJson({ text }))).toEqual([])
  expect(JSON.parse(plainJson({ text }))).toEqual({ text })
})

test('texts of all languages stay as they are', () => {
  const text = 'Où habitez-vous ? 東京 Ω किताब ไทย שלום 👩🏽 …'
  expect([plainText(text), JSON.parse(plainJson(text))]).toEqual([text, text])
})

const step = { mfa_required: true, ephemeral_token: 'e', expires_in: 300, methods: ['question', hostile] }
const asked = { question: hostile, propositions: [hostile, 'other'] }
const refused = {
  code: 'invalid_credentials',
  title: hostile,
  detail: hostile,
  errors: [{ field: hostile, message: hostile }],
}

test.each([
  ['a question', { '/auth/login': [200, step], '/auth/mfa/question': [200, asked] }],
  ['a refusal', { '/auth/login': [401, refused] }],
  ['a field at fault', { '/auth/login': [422, { ...refused, code: 'invalid_request' }] }],
  ['an answer that signs in', { '/auth/login': [200, { access_token: 'a', hello: hostile }] }],
] as const)('%s of a hostile server comes plain, for people and as JSON', async (_name, answers) => {
  for (const words of [[], ['--json']]) {
    const argv = ['login', 'https://app.example/auth', '--username', 'alice', ...words]
    const { stdout, stderr } = await runCommand(argv, { env: credentials, fetch: serverOf(answers) })
    expect(`${stdout}${stderr}`).toContain('safe')
    expect(unsafeIn(stdout)).toEqual([])
    expect(unsafeIn(stderr)).toEqual([])
  }
})

test('questions and answers from a file are printed plain', async () => {
  const file = join(freshFolder(), 'answers.json')
  writeFileSync(file, JSON.stringify({ [hostile]: [hostile] }), { mode: 0o600 })
  for (const words of [['list', '--show'], ['validate'], ['list', '--show', '--json']]) {
    const { stdout, stderr, exitCode } = await runCommand(['answers', ...words, '--file', file])
    expect([exitCode, ...unsafeIn(stdout), ...unsafeIn(stderr)]).toEqual([0])
  }
})

describe.skipIf(!hasTerminal())('at a terminal', () => {
  test('a hostile question and its propositions are asked in plain', async () => {
    const server = createServer((request, response) => {
      const body = request.url === '/auth/login' ? step : asked
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const words = ['login', `http://127.0.0.1:${port}/auth`, '--username', 'alice']
    const terminal = await openTerminal(words, { env: credentials })
    await terminal.until('navigate')
    for (const text of ['\u001b[2J', '\u001b]', '\u009b', '\u009d', '\u0007', '\u202e', '\b']) {
      expect(terminal.raw()).not.toContain(text)
    }
    expect(terminal.screen()).toContain('safe')
    terminal.type(keys.ctrlC)
    expect(await terminal.exitCode).toBe(130)
  })
})
