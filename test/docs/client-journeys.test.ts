/** The promise guarded here: the programs that the client's page shows run as they stand, each as a process of its own. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PendingLogin, Session } from '@latchkey/client'
import { type MfaEvent, questions } from '@latchkey/core'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test, vi } from 'vitest'
import { credentials, openApp, type TestApp } from '../../packages/client/test/open-app.ts'
import { load } from './load.ts'
import { programFolder, runProgram } from './page-program.ts'
import { blocksBelow } from './pages.ts'

vi.setConfig({ testTimeout: 60_000 })

const page = 'packages/client/README.md'
const question = 'Which town do you live in?'
const town = questions({
  onlyFactor: true,
  next: () => ({ question, propositions: ['LYON', 'PARIS'] }),
  check: ({ answer }) => answer === 'PARIS',
})

/** An app on the machine's clock, and what a program there needs. */
async function open(factors?: readonly [typeof town]) {
  const events: MfaEvent[] = []
  const onEvent = (event: MfaEvent) => events.push(event)
  const app = await openApp({ mfa: { onEvent, ...(factors === undefined ? {} : { factors }) } })
  app.clock.set(Date.now())
  const setting = { url: app.url, folder: programFolder(), env: { APP_PASSWORD: credentials.password } }
  const failures = () => events.filter(({ result }) => result === 'failure')
  return { app, setting, failures }
}

async function enrollTown({ mfa, clock }: TestApp): Promise<void> {
  const alice = { id: '1', name: 'alice', stamp: '1' }
  const { activationToken } = await mfa.begin('question', alice, { provedAt: clock.now() })
  await mfa.confirm('question', alice, { activationToken, answer: 'PARIS' })
}

test.each(['A program at night', 'Answers that are remembered', 'Step by step'])(
  '%s: the program has less than 15 lines',
  (heading) => {
    expect(blocksBelow(page, heading)[0]?.text.split('\n').length).toBeLessThan(15)
  },
)

test('a program at night logs in by the secret in its environment, and remembers the step', async () => {
  const { app, setting, failures } = await open()
  app.clock.advance(-30)
  const { secret } = await app.enroll()
  const env = { ...setting.env, APP_TOTP_SECRET: secret }
  const printed = await runProgram(page, 'A program at night', { ...setting, env }).ended
  expect(printed).toBe("{ paid: 'alice' }\n")
  expect(failures()).toEqual([])
  const steps = join(setting.folder, 'state', 'steps.json')
  expect(Object.values(JSON.parse(readFileSync(steps, 'utf8')) as object)).toEqual([expect.any(Number)])
  expect(statSync(steps).mode & 0o777).toBe(0o600)
})

test('a program at night without its secret says which variable is missing', async () => {
  const { app, setting } = await open()
  await app.enroll()
  const { ended } = runProgram(page, 'A program at night', setting)
  await expect(ended).rejects.toThrow(/invalid_secret/)
  await expect(ended).rejects.toThrow(/APP_TOTP_SECRET/)
})

test('answers that are remembered: the first run asks a person, the second nobody', async () => {
  const { app, setting, failures } = await open([town])
  await enrollTown(app)
  const first = runProgram(page, 'Answers that are remembered', setting)
  await first.printed(/Which town do you live in\? \(LYON, PARIS\) /)
  first.type('PARIS')
  expect(await first.ended).toMatch(/access_token/)
  expect(readFileSync(join(setting.folder, 'answers.json'), 'utf8')).toBe(
    JSON.stringify({ [question]: ['PARIS'] }, null, 2),
  )
  expect(await runProgram(page, 'Answers that are remembered', setting).ended).not.toContain(question)
  expect(failures()).toEqual([])
})

test('step by step: it enrolls, logs in in two steps and in one call, and refreshes', async () => {
  const { app, setting, failures } = await open()
  const program = runProgram(page, 'Step by step', setting)
  const phone = virtualAuthenticator(await program.printed(/^(otpauth:\S+)$/m))
  for (const _code of ['of the enrollment', 'of the login']) {
    await program.printed(/Code: /)
    program.type(phone.nextCode(app.clock.now()))
  }
  await program.ended
  expect(app.requests.filter((request) => request.startsWith('POST'))).toEqual([
    ...['POST /auth/login', 'POST /auth/mfa/totp/activate'],
    ...['POST /auth/login', 'POST /auth/mfa/verify'],
    ...['POST /auth/login', 'POST /auth/token/refresh'],
  ])
  expect(failures()).toEqual([])
})

test('a login that waits goes on in another client', async () => {
  const { app } = await open()
  const phone = await app.enroll()
  vi.stubGlobal('fetch', (address: URL, init: RequestInit) => {
    return realFetch(address.href.replace('https://app.example', app.url), init)
  })
  const { firstStep, secondStep } = (await load(page, 'A login that waits, elsewhere')) as {
    firstStep: (username: string, password: string) => Promise<PendingLogin | null>
    secondStep: (pending: PendingLogin, code: string) => Promise<Session>
  }
  const pending = await firstStep(credentials.username, credentials.password)
  const kept = JSON.parse(JSON.stringify(pending)) as PendingLogin
  expect(kept).toMatchObject({ methods: ['totp', 'recovery_code'] })
  expect((await secondStep(kept, phone.code(app.clock.now()))).tokens).toMatchObject({
    authorization: expect.any(String),
  })
  vi.unstubAllGlobals()
})

const realFetch = fetch
