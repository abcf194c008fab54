/** The rule guarded here: secrets are random and long enough, codes follow RFC 6238, and the doctor says what is wrong. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schema as sqlSchema } from '@latchkey/sql'
import { manualClock } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { runCommand, serverOf } from '../run-command.ts'
import { freshFolder } from '../terminal.ts'

test.each([
  [[], 32],
  [['--bytes', '32'], 32],
  [['--bytes', '128'], 128],
] as const)('secret %o has so many bytes: %s', async (words, length) => {
  const [first, second] = [await runCommand(['secret', ...words]), await runCommand(['secret', ...words, '--json'])]
  expect(Buffer.from(first.stdout.trim(), 'base64')).toHaveLength(length)
  expect(first.stdout.trim()).not.toBe((JSON.parse(second.stdout) as { secret: string }).secret)
})

test.each(['sqlite', 'postgres', 'mysql'] as const)('schema %s prints what @latchkey/sql says', async (database) => {
  expect((await runCommand(['schema', database])).stdout).toBe(sqlSchema(database))
  const { stdout } = await runCommand(['schema', database, '--table', 'mine', '--json'])
  expect(JSON.parse(stdout)).toEqual({ sql: sqlSchema(database, { table: 'mine' }) })
})

/** RFC 6238, appendix B: the time in seconds, and the code of eight digits. */
const rfc = [
  [59, 'SHA1', '12345678901234567890', '94287082'],
  [1111111109, 'SHA256', '12345678901234567890123456789012', '68084774'],
  [20000000000, 'SHA512', '1234567890123456789012345678901234567890123456789012345678901234', '47863826'],
] as const

function base32(text: string): string {
  const bits = [...Buffer.from(text)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const digits = bits.match(/.{1,5}/g) ?? []
  return digits
    .map((five) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(Number.parseInt(five.padEnd(5, '0'), 2)))
    .join('')
}

test.each(rfc)('at %s with %s the code is the one in the RFC', async (seconds, algorithm, key, code) => {
  const now = () => seconds * 1000
  const secret = base32(key)
  const words = ['code', '--digits', '8', '--algorithm', algorithm]
  const byEnvironment = await runCommand(words, { env: { LATCHKEY_TOTP_SECRET: secret }, now })
  expect(byEnvironment).toEqual({ exitCode: 0, stdout: `${code}\n`, stderr: `${30 - (seconds % 30)} s left\n` })
  const file = join(freshFolder(), 'secret')
  writeFileSync(file, `# a comment\n${secret}\n`, { mode: 0o600 })
  expect((await runCommand([...words, '--secret-file', file], { now })).stdout).toContain(code)
  const url = `otpauth://totp/a?secret=${secret}&digits=8&algorithm=${algorithm}`
  const { stdout } = await runCommand(['code', '-', '--json'], { input: url, now })
  expect(JSON.parse(stdout)).toEqual({ code, secondsLeft: 30 - (seconds % 30) })
})

test.each([
  [['code'], {}, 2],
  [['code', '--secret-env', 'NONE'], {}, 1],
  [['code', '--secret-file', '/nowhere/secret'], {}, 1],
  [['code'], { LATCHKEY_TOTP_SECRET: 'not base 32: 0189' }, 1],
] as const)('without a good secret there is no code: %o', async (argv, env, exitCode) => {
  const ran = await runCommand(argv, { env })
  expect([ran.exitCode, ran.stdout]).toEqual([exitCode, ''])
  expect(ran.stderr).not.toContain('0189')
})

test('--fresh gives each time step once, and says that it waits', async () => {
  const clock = manualClock()
  const waits: number[] = []
  const sleep = async (ms: number) => {
    waits.push(ms)
    clock.advance(ms / 1000)
  }
  const env = { LATCHKEY_TOTP_SECRET: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', LATCHKEY_HOME: freshFolder() }
  const fresh = () => runCommand(['code', '--fresh'], { env, now: clock.now, sleep })
  const [first, second, third] = [await fresh(), await fresh(), await fresh()]
  expect(new Set([first.stdout, second.stdout, third.stdout].map((line) => line.slice(0, 6))).size).toBe(3)
  expect(waits).toHaveLength(2)
  expect([second.stderr, third.stderr].every((text) => text.startsWith('Waiting'))).toBe(true)
})

const there = { code: 'method_not_allowed', title: 'No' }
const latchkey = {
  '/auth/mfa/verify': [405, there],
  '/auth/mfa/totp/deactivate': [405, there],
  '/auth/token/refresh': [405, there],
} as const

test.each([
  [0, 'ok', 0],
  [10, 'warning', 0],
  [-10, 'warning', 0],
  [90, 'failure', 1],
])('doctor: a clock that is %s s off is %s', async (offSeconds, level, exitCode) => {
  const clock = manualClock()
  const date = new Date(clock.now() + offSeconds * 1000).toUTCString()
  const options = { fetch: serverOf(latchkey, { Date: date }), now: clock.now }
  const ran = await runCommand(['doctor', 'https://app.example/auth', '--json'], options)
  const { offer, findings } = JSON.parse(ran.stdout) as { offer: object; findings: { about: string; level: string }[] }
  expect([ran.exitCode, findings.find(({ about }) => about === 'clock')?.level]).toEqual([exitCode, level])
  expect(offer).toMatchObject({ methods: ['totp'], bearer: true, registers: false })
  expect((await runCommand(['doctor', 'https://app.example/auth'], options)).stdout).toContain(level)
})

test('doctor: http is a warning except within this machine, and a server without Latchkey is a failure', async () => {
  for (const [host, level] of [
    ['app.example', 'warning'],
    ['localhost', 'ok'],
    ['127.0.0.1:3000', 'ok'],
  ]) {
    const http = await runCommand(['doctor', `http://${host}/auth`], { fetch: serverOf(latchkey) })
    expect([http.exitCode, http.stdout]).toEqual([0, expect.stringMatching(new RegExp(`^${level} +connection`, 'm'))])
  }
  const other = await runCommand(['doctor', 'https://app.example/auth'], { fetch: serverOf({}) })
  expect([other.exitCode, other.stdout]).toEqual([1, expect.stringMatching(/^failure +server/m)])
})
