// A program logs in by itself, a restart ends nothing, and the command finds the way.

import { readFileSync, writeFileSync } from 'node:fs'
import { fileSecret, stepFile } from '@latchkey/client/node'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { runPiped } from '../../../packages/client/test/command/terminal.ts'
import { alice, pay } from '../../contract/open-example.ts'
import { serve } from '../../contract/serve.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { buildApp } from '../app.js'
import { nobodyAnswers, openBank, paid } from './open-bank.ts'

allowSlowTests()

test('a program enrolls itself, and logs in twenty times in a row, each time with its own step', async () => {
  const { client, clock, file, told } = await openBank()
  const [secretFile, stepsFile] = [file('totp'), file('steps.json')]
  const totp = { secret: fileSecret(secretFile), steps: stepFile(stepsFile) }
  const program = client({ totp })
  await program.login(alice)
  const { totpUrl } = await program.setup()
  writeFileSync(secretFile, `# of the bank\n${totpUrl}\n`, { mode: 0o600 })
  expect((await program.confirm()).recoveryCodes).toHaveLength(10)
  const start = clock.now()
  // Clients that share nothing but the file.
  for (let count = 0; count < 20; count += 1) await client({ totp }).login(alice)
  expect(told('confirm')).toEqual(['success'])
  expect(told('verify')).toEqual(Array(20).fill('success'))
  // The enrollment has used the first step already.
  expect(clock.now() - start).toBeGreaterThan(19 * 29_000)
  expect(clock.now() - start).toBeLessThan(21 * 31_000)
  expect(Object.values(JSON.parse(readFileSync(stepsFile, 'utf8')) as object)).toEqual([
    Math.floor(clock.now() / 30_000),
  ])
})

test('over a restart a login that waits goes on, and so do tokens', async () => {
  const { client, clock, enrolled, refreshes, restart } = await openBank()
  const phone = virtualAuthenticator({ secret: await enrolled() })
  const [signedIn, waiting] = [client({ totp: phone.secret }), client()]
  await signedIn.login(alice)
  await nobodyAnswers(waiting.login(alice))
  await restart()
  // These may meet a connection of the old server, and are sent again then; a typed code would not be.
  expect((await waiting.fetch('/account')).status).toBe(401)
  expect((await signedIn.fetch('/account')).status).toBe(200)
  clock.advance(60)
  await waiting.submit(phone.code(clock.now()))
  expect(await pay(waiting)).toEqual(paid)
  clock.advance(901)
  await restart()
  expect((await signedIn.fetch('/account')).status).toBe(200)
  expect(refreshes()).toBe(1)
})

test('the command finds the server, and says what it offers', async () => {
  const url = `${await serve(await buildApp())}/auth`
  const { exitCode, stdout } = await runPiped(['doctor', url, '--json'])
  const { offer, findings } = JSON.parse(stdout) as { offer: object; findings: readonly object[] }
  expect(offer).toMatchObject({ registers: true, bearer: true, diagnoses: true })
  expect(offer).toMatchObject({
    methods: expect.arrayContaining(['totp', 'recovery_code', 'question', 'one_time_code']),
  })
  expect(findings).toContainEqual(expect.objectContaining({ level: 'ok', about: 'server' }))
  expect(exitCode).toBe(0)
})
