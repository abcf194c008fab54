/** The rule guarded here: a secret is read at the moment when it is needed, and one that others may read is reported. */
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { environmentSecret, fileSecret } from '../../src/node/index.ts'
import type { Notice } from '../../src/ports.ts'
import { failure, freshPath, refusal } from './folder.ts'

test('a variable is read anew at each call', () => {
  const env: Record<string, string> = { TOTP: ' JBSWY3DP\n' }
  const secret = environmentSecret('TOTP', env)
  expect(secret()).toBe('JBSWY3DP')
  env['TOTP'] = 'GEZDGNBV'
  expect(secret()).toBe('GEZDGNBV')
})

test.each([undefined, '', ' \n'])('a variable of %o is refused with its name', (value) => {
  const secret = environmentSecret('TOTP', { TOTP: value })
  expect(secret).toThrow(expect.objectContaining({ code: 'invalid_secret', message: expect.stringContaining('TOTP') }))
})

test('the process’s own environment is the default', () => {
  expect(environmentSecret('PATH')()).toBe(process.env['PATH'])
})

test.each(['', undefined])('%o names neither a variable nor a file', (name) => {
  expect(() => environmentSecret(name as string)).toThrow(TypeError)
  expect(() => fileSecret(name as string)).toThrow(TypeError)
})

test.each([
  ['JBSWY3DP', 'JBSWY3DP'],
  ['\ufeff# of the app\r\n\r\n  JBSWY3DP  \r\nGEZDGNBV\r\n', 'JBSWY3DP'],
  ['#JBSWY3DP\n\t# x\nGEZDGNBV#1', 'GEZDGNBV#1'],
])('of a file %j the first line counts that says something', async (content, secret) => {
  const path = freshPath('secret')
  writeFileSync(path, content, { mode: 0o600 })
  expect(await fileSecret(path)()).toBe(secret)
})

test('a file is read anew at each call', async () => {
  const path = freshPath('secret')
  const secret = fileSecret(path)
  expect(await refusal(secret())).toBe('invalid_secret')
  for (const one of ['JBSWY3DP', 'GEZDGNBV']) {
    writeFileSync(path, one)
    expect(await secret()).toBe(one)
  }
  rmSync(path)
  expect(await failure(secret())).toMatchObject({ code: 'invalid_secret', message: expect.stringContaining(path) })
})

test.each(['', '\n', '# JBSWY3DP\n'])('a file of %j holds none', async (content) => {
  const path = freshPath('secret')
  writeFileSync(path, content)
  expect(await refusal(fileSecret(path)())).toBe('invalid_secret')
})

test('a file that others may read is repaired and told', async () => {
  const path = freshPath('secret')
  const notices: Notice[] = []
  writeFileSync(path, '# Acme\nJBSWY3DPEHPK3PXP\n', { mode: 0o644 })
  await fileSecret(path, { onNotice: (notice) => notices.push(notice) })()
  expect(notices).toEqual([{ type: 'mode_repaired', file: path }])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a file that a container mounts for others too is taken as it is, if the option says so', async () => {
  const path = freshPath('secret')
  const notices: Notice[] = []
  writeFileSync(path, 'JBSWY3DP', { mode: 0o444 })
  expect(await fileSecret(path, { sharedFile: true, onNotice: (notice) => notices.push(notice) })()).toBe('JBSWY3DP')
  expect(notices).toEqual([])
  expect(statSync(path).mode & 0o777).toBe(0o444)
})

test('a file whose line is no secret is not taken from others', async () => {
  const path = freshPath('secret')
  writeFileSync(path, 'root:x:0:0:root:/root:/bin/sh\n', { mode: 0o644 })
  await fileSecret(path)()
  expect(statSync(path).mode & 0o777).toBe(0o644)
})

test('a folder is an invalid file', async () => {
  const path = freshPath('secret')
  mkdirSync(path)
  expect(await refusal(fileSecret(path)())).toBe('invalid_file')
})
