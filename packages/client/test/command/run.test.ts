/** The rule guarded here: wrong usage is reported on one line with exit code 2, and programs read results and errors as JSON. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commands } from '../../src/command/commands/table.ts'
import { exitCodes } from '../../src/command/exit-codes.ts'
import { runCommand, serverOf } from './run-command.ts'
import { freshFolder } from './terminal.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const url = 'https://app.example/auth'
const env = { LATCHKEY_PASSWORD: 'wonderland' }

test('the help lists each command and each exit code', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['--help'])
  expect([exitCode, stderr]).toEqual([0, ''])
  for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  for (const code of Object.keys(exitCodes)) expect(stdout).toMatch(new RegExp(`^  ${code} `, 'm'))
  expect((await runCommand(['help'])).stdout).toBe(stdout)
})

test.each(commands.map((command) => [command.name, command] as const))(
  '%s --help tells its options',
  async (name, command) => {
    const { exitCode, stdout } = await runCommand([name, '--help'])
    expect(exitCode).toBe(0)
    for (const option of [...Object.keys(command.options), 'json', 'help']) expect(stdout).toContain(`--${option}`)
    expect((await runCommand(['help', name])).stdout).toBe(stdout)
  },
)

test.each([[['--version']], [['-V']], [['secret', '--version']]])('%o prints the version', async (argv) => {
  expect(await runCommand(argv)).toEqual({ exitCode: 0, stdout: '1.2.3\n', stderr: '' })
})

test.each([
  [['logn'], 'login'],
  [['answer'], 'answers'],
  [['answers', 'lst'], 'list'],
  [['code', '--digts', '6'], '--digits'],
  [['--hlep'], '--help'],
  [['help', 'scret'], 'secret'],
])('%o is wrong usage, and the nearest is %s', async (argv, near) => {
  const { exitCode, stdout, stderr } = await runCommand(argv)
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^latchkey: .*\n$/)
  expect(stderr).toContain(`did you mean ${near}?`)
})

test.each([
  [[]],
  [['qqqqqqqq']],
  [['secret', 'more']],
  [['login']],
  [['login', 'nowhere']],
  [['login', 'http://app.example/auth', '--username', 'a']],
  [['login', url, '--username', 'a', '--max-attempts', '99']],
  [['login', url, '--username', 'a', '--timeout', 'x']],
  [['login', url, '--field', 'none']],
  [['secret', '--bytes', '16']],
  [['schema', 'oracle']],
  [['code', '--secret-env', 'A', '--secret-file', 'b']],
  [['code', '--algorithm', 'MD5']],
  [['answers']],
  [['answers', 'remove']],
  [['enroll', url, '--method', 'one_time_code', '--username', 'a']],
])('%o is wrong usage', async (argv) => {
  const { exitCode, stdout, stderr } = await runCommand(argv, { env, fetch: serverOf({ '/auth/login': [200, {}] }) })
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(/^latchkey: .*\n$/)
})

test.each([
  [['code', secret]],
  [['code', '--secret', secret]],
  [[secret]],
  [['login', url, '--field', `password=${secret}`]],
])('a secret as an argument is refused, and not repeated: %o', async (argv) => {
  for (const words of [argv, [...argv, '--json']]) {
    const { exitCode, stdout, stderr } = await runCommand(words, { env })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).not.toContain(secret)
  }
})

test('the fields of a login come from the options, and the password of a file is taken exactly', async () => {
  const file = join(freshFolder(), 'password')
  writeFileSync(file, '# no comment \nmore\n', { mode: 0o600 })
  const bodies: unknown[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    bodies.push(await new Request(input, init).json())
    return Response.json({ user: 1 })
  }
  const argv = ['login', url, '--field', 'email=a=b@c.example', '--password-file', file]
  expect((await runCommand(argv, { fetch })).exitCode).toBe(0)
  expect(bodies).toEqual([{ email: 'a=b@c.example', password: '# no comment ' }])
  writeFileSync(file, '\nmore\n')
  expect((await runCommand(argv, { fetch })).exitCode).toBe(1)
})

test('an error is one JSON object on standard error with --json', async () => {
  const { exitCode, stdout, stderr } = await runCommand(['logn', '--json'])
  expect([exitCode, stdout]).toEqual([2, ''])
  expect(JSON.parse(stderr)).toEqual({ error: { code: 'usage', message: expect.stringContaining('login') } })
})

test.each([
  ['invalid_credentials', 401, 1],
  ['too_many_attempts', 429, 5],
])('%s has its exit code and its JSON', async (code, status, exitCode) => {
  const fetch = serverOf({ '/auth/login': [status, { code, title: 'No', detail: 'no' }] }, { 'Retry-After': '7' })
  const ran = await runCommand(['login', url, '--username', 'alice', '--json'], { env, fetch })
  expect(ran.exitCode).toBe(exitCode)
  expect(JSON.parse(ran.stderr)).toMatchObject({ error: { code, status } })
  const plain = await runCommand(['login', url, '--username', 'alice'], { env, fetch })
  expect(plain.stderr).toContain(code)
  expect(plain.stderr).not.toMatch(/\n\s+at /)
})

test('a server without Latchkey, or one that is down, gives exit code 4', async () => {
  const html: typeof fetch = async () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })
  const away: typeof fetch = async () => Promise.reject(new TypeError('fetch failed'))
  for (const fetch of [html, away]) {
    const sleep = async () => undefined
    const { exitCode } = await runCommand(['login', url, '--username', 'alice'], { env, fetch, sleep })
    expect(exitCode).toBe(4)
  }
})

test('a command that was ended has exit code 130, whatever its result', async () => {
  const controller = new AbortController()
  const fetch: typeof globalThis.fetch = async () => {
    controller.abort()
    throw new TypeError('fetch failed')
  }
  const { exitCode, stderr } = await runCommand(['login', url, '--username', 'a'], {
    env,
    fetch,
    signal: controller.signal,
  })
  expect([exitCode, stderr]).toEqual([130, ''])
  expect((await runCommand(['secret'], { signal: AbortSignal.abort() })).exitCode).toBe(130)
})

test.each([
  [{}, false, false],
  [{}, true, true],
  [{ NO_COLOR: '1' }, true, false],
  [{ TERM: 'dumb' }, true, false],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
])('with %o and a terminal: %s, there are colours: %s', async (colours, isTerminal, expected) => {
  const { stderr } = await runCommand(['logn'], { env: colours, isTerminal })
  expect(stderr.includes('\u001b[')).toBe(expected)
})
