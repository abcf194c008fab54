// The demo says nothing is wrong only where nothing is, and what it leaves behind can be used.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { type Running, start } from '../../contract/example-process.ts'
import { readQr } from '../../contract/qr-reader.ts'
import { serve } from '../../contract/serve.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { temporaryFolder } from '../../contract/temporary-folder.ts'
import { hasTool } from '../../contract/tools.ts'
import { buildApp } from '../app.js'
import { createAuthenticator } from '../demo/authenticator.mjs'
import { drawQr } from '../demo/terminal.mjs'

const folder = fileURLToPath(new URL('../', import.meta.url))
const hasCurl = hasTool('curl', 'enrolling with the commands that the demo prints')

function runDemo(args: readonly string[]): Running {
  const command = [process.execPath, 'demo/run.mjs', ...args] as const
  return start({ folder, command: [...command], env: { PORT: '0', TMPDIR: temporaryFolder() } })
}

allowSlowTests()

test('with --exit it ends with 0 after a journey that was right', async () => {
  const demo = runDemo(['--exit'])
  expect(await demo.ended).toBe(0)
  expect(demo.output).toContain('Everything was as it should be.')
  expect(demo.output).toContain('replayed')
  expect(demo.output).not.toContain('\u001b[')
})

test('it ends with 1, and tells both, if a used code is accepted', async () => {
  const app = await buildApp()
  const url = await serve((req, res) => {
    if (req.url !== '/auth/mfa/verify') return void app(req, res)
    res.setHeader('Content-Type', 'application/json').end('{"user":{"id":"1","name":"alice"}}')
  })
  const demo = runDemo(['--exit', '--url', url])
  expect(await demo.ended).toBe(1)
  expect(demo.output).toMatch(/Not as it should be: POST \/auth\/mfa\/verify, in "5\./)
  expect(demo.output).toMatch(/expected {2}\{"status":400,.*"code":"invalid_code"/)
  expect(demo.output).toMatch(/got {7}\{"status":200,.*"name":"alice"/)
  expect(demo.output).not.toContain('Everything was as it should be.')
})

test.each([
  ['nobody answers', ['--exit', '--url', 'http://127.0.0.1:1']],
  ['an option is unknown', ['--exits']],
])('it ends with 1 if %s', async (_where, args) => {
  const demo = runDemo(args)
  expect(await demo.ended).toBe(1)
  expect(demo.output).not.toMatch(/^\s+at /m)
})

test('it walks through an app that is running already', async () => {
  const url = await serve(await buildApp())
  expect(await runDemo(['--url', url]).ended).toBe(0)
})

test.each([
  ['with colours', true, 'dark'],
  ['without colours, on a dark terminal', false, 'light'],
] as const)('a QR code can be scanned %s', (_how, hasColour, drawn) => {
  const text = 'otpauth://totp/Example%20Bank:alice?issuer=Example%20Bank&secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  expect(readQr(drawQr(text, hasColour), drawn)).toBe(text)
})

test.skipIf(!hasCurl)('bob enrolls by the QR code and the commands it leaves', async () => {
  const demo = runDemo([])
  const [, tried = ''] = await demo.printed(/Try it yourself(.*)The server goes on/s)
  const commands = tried.match(/^ {4}.*$/gm)?.join('\n') ?? ''
  const phone = createAuthenticator(readQr(tried, 'light') ?? '')
  const step = phone.step(Date.now())
  const codes = [phone.code(step), phone.code(step + 1)]
  const script = commands
    .replace(/^.*demo\/qr\.mjs.*$|^.*-o \$KEEP\/phone$/gm, '')
    .replaceAll(/CODE=\d+/g, () => `CODE=${codes.shift()}`)
  const shell = start({ folder, command: ['sh', '-eu', '-c', script] })
  expect(await shell.ended).toBe(0)
  const answers = shell.output.trim().split('\n')
  expect(answers.at(-3)).toMatch(/^\{"recovery_codes":\["/)
  expect(answers.at(-2)).toMatch(/^\{"mfa_required":true/)
  expect(answers.at(-1)).toBe('{"user":{"id":"2","name":"bob"}}')
})
