/** The rule guarded here: a program with a TOTP secret logs in by itself, and its owner manages five apps, as PACER's SDK tells it. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Client, ClientOptions, Setup } from '@latchkey/client'
import type { MfaEvent, MfaOptions } from '@latchkey/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { modulesOfPng } from '../../packages/core/test/factors/totp/qr-images.ts'
import { readQr } from '../../packages/core/test/factors/totp/read-qr.ts'
import { bundled } from '../processes/bundle.ts'
import { type Account, currentCode, readUrl, scan } from './authenticator-app.ts'
import { patientClient } from './patient-client.ts'
import { openTokenApp, type TokenStack, tokenStacks } from './token-app.ts'

const account = { username: 'your_username', password: 'your_password' }
const execute = promisify(execFile)
const found = { username: 'your_username' }

/** What a program is for: logs in, and searches. */
async function searchCases(client: Client): Promise<unknown> {
  await client.login(account)
  return (await client.fetch('/cases?caseTitle=Smith')).json()
}

/** Runs the program in a process of its own, which has the clock of the machine. */
async function runProgram(site: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const program = await bundled(join(import.meta.dirname, 'pacer-program.ts'))
  const PACER_STEPS = join(newFolder(), 'steps.json')
  const own = { PACER_SITE: site, PACER_USERNAME: account.username, PACER_PASSWORD: account.password, PACER_STEPS }
  const { stdout } = await execute(process.execPath, [program], { env: { ...own, ...env } })
  return JSON.parse(stdout)
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-pacer-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The court's app, and clients of that account. */
async function open(stack: TokenStack, mfa: Partial<MfaOptions> = {}) {
  const failures: MfaEvent[] = []
  const app = await openTokenApp(stack, {
    mount: '/account',
    page: '/cases',
    passwords: { your_username: 'your_password' },
    mfa: { issuer: 'PACER', onEvent: (event) => event.result === 'failure' && failures.push(event), ...mfa },
  })
  const { url, clock } = app
  const program = (secret?: string, more: Partial<ClientOptions> = {}) => {
    const totp = secret === undefined ? {} : { totp: secret }
    return patientClient({ baseUrl: `${url}/account`, clock }, { ...totp, ...more })
  }
  return {
    ...{ ...app, failures, program },
    /** Somebody at Settings > Manage MFA Settings. */
    owner: async (code?: string): Promise<Client> => {
      const client = program()
      await (code === undefined ? client.login(account) : client.loginWith({ credentials: account, code }))
      return client
    },
    codeOf: (secret: string) => currentCode({ secret }, clock.now()),
    /** Add App, and its secret saved. */
    addApp: async (owner: Client, name: string) => {
      const { secret } = await owner.setup()
      if (secret === null) throw new Error('there is no secret')
      const { authenticator, recoveryCodes } = await owner.confirm(currentCode({ secret }, clock.now()), { name })
      return { id: authenticator.id, secret, recoveryCodes }
    },
    apps: async (owner: Client) => (await owner.authenticators()).map(({ name }) => name),
  }
}

describe.each(tokenStacks)('on $name', (stack) => {
  describe('Using MFA with PCLClient', () => {
    test('the secret is optional: only required if MFA is enabled on the account', async () => {
      const { program, owner, addApp } = await open(stack)
      expect(await searchCases(program())).toEqual(found)
      const { secret } = await addApp(await owner(), 'program')
      await expect(searchCases(program())).rejects.toMatchObject({ code: 'mfa_required' })
      expect(await searchCases(program(secret))).toEqual(found)
    })

    test('a secret that is configured before MFA is enabled does no harm', async () => {
      const { program } = await open(stack)
      expect(await searchCases(program('GEZDGNBVGY3TQOJQ'))).toEqual(found)
    })

    test('the client makes a valid code for each login by itself, day after day', async () => {
      const { program, owner, addApp, clock, failures } = await open(stack)
      const { secret } = await addApp(await owner(), 'program')
      const client = program(secret)
      for (const seconds of [30, 30, 31, 3600, 86_400, 31_536_000]) {
        clock.advance(seconds)
        expect(await searchCases(client)).toEqual(found)
      }
      expect(failures).toEqual([])
    })

    test('two logins within the same 30 s: each code gets in once, so the second waits for the next code', async () => {
      const { program, owner, addApp, clock, failures } = await open(stack)
      const { secret } = await addApp(await owner(), 'program')
      const start = clock.advance(30)
      expect(await searchCases(program(secret))).toEqual(found)
      expect(clock.now()).toBe(start)
      expect(await searchCases(program(secret))).toEqual(found)
      expect(clock.now()).toBeGreaterThanOrEqual(start + 29_000)
      expect(failures).toEqual([])
    })

    test.each([
      ['about 30 seconds: to the end of the next one, by default', {}, 59],
      ['exactly 30 seconds, where the app allows for no drift', { totp: { window: 0 } }, 29],
    ])('each code is valid for %s', async (_, mfa, seconds) => {
      const { owner, addApp, codeOf, clock } = await open(stack, mfa)
      const { secret } = await addApp(await owner(), 'program')
      const first = clock.advance(60)
      const code = codeOf(secret)
      clock.advance(seconds)
      const client = await owner(code)
      expect(await (await client.fetch('/cases')).json()).toEqual(found)
      clock.set(first + 120_000)
      const late = codeOf(secret)
      clock.advance(seconds + 1)
      await expect(owner(late)).rejects.toMatchObject({ code: 'invalid_code' })
    })

    test('production and QA are two sites: the secret of one is none at the other', async () => {
      const [production, qa] = [await open(stack), await open(stack)]
      const { secret: ofProduction } = await production.addApp(await production.owner(), 'program')
      const { secret: ofQa } = await qa.addApp(await qa.owner(), 'program')
      for (const [site, own, other] of [
        [production, ofProduction, ofQa],
        [qa, ofQa, ofProduction],
      ] as const) {
        await expect(searchCases(site.program(other))).rejects.toMatchObject({ code: 'invalid_code' })
        expect(await searchCases(site.program(own))).toEqual(found)
      }
    })
  })

  describe('Managing Your MFA Secret', () => {
    test('up to five registered apps; the sixth is refused and told to remove one; deleting one makes space', async () => {
      const { owner, addApp, apps } = await open(stack)
      const client = await owner()
      const names = ['phone', 'tablet', 'program', 'spare', 'safe']
      const added: { id: string }[] = []
      for (const name of names) added.push(await addApp(client, name))
      expect(await apps(client)).toEqual(names)
      await expect(client.setup()).rejects.toMatchObject({
        ...{ status: 409, code: 'authenticator_limit', message: expect.stringMatching(/remove one/i) },
      })
      await client.remove(added[1]?.id ?? '')
      await addApp(client, 'new phone')
      expect(await apps(client)).toEqual(['phone', 'program', 'spare', 'safe', 'new phone'])
    })

    test('every one of the five makes codes that log in', async () => {
      const { program, owner, addApp, clock } = await open(stack)
      const client = await owner()
      const secrets: string[] = []
      for (const name of ['1', '2', '3', '4', '5']) secrets.push((await addApp(client, name)).secret)
      clock.advance(30)
      for (const secret of secrets) expect(await searchCases(program(secret))).toEqual(found)
    })

    test('Add App gives a new secret and QR code each time, and registers nothing yet', async () => {
      const { program, owner, apps } = await open(stack)
      const client = await owner()
      const [first, second] = [await client.setup(), await client.setup()]
      expect(first.secret).not.toBe(second.secret)
      expect(first.qrCodeDataUri).not.toBe(second.qrCodeDataUri)
      expect(await apps(client)).toEqual([])
      expect(await searchCases(program())).toEqual(found)
    })

    test.each<[string, (setup: Setup, png: Uint8Array) => Account]>([
      ['scan the QR code', ({ qrCodeDataUri }) => scan(qrCodeDataUri ?? '')],
      ['scan it from the PNG', (_, png) => readUrl(readQr(modulesOfPng(Buffer.from(png), 6)))],
      ['manually enter the secret', ({ secret }) => ({ secret: secret ?? '' })],
      ['enter it in small letters, in groups of four', ({ secret }) => ({ secret: grouped(secret ?? '') })],
    ])('%s, and complete the setup by the current code from the app', async (_, read) => {
      const { program, owner, apps, clock } = await open(stack)
      const client = await owner()
      const app = read(await client.setup(), await client.qrCode())
      const old = currentCode(app, clock.now() - 3_600_000)
      await expect(client.confirm(old)).rejects.toMatchObject({ status: 400, code: 'invalid_code' })
      expect(await apps(client)).toEqual([])
      await client.confirm(currentCode(app, clock.now()))
      expect(await apps(client)).toEqual(['Authenticator 1'])
      clock.advance(30)
      expect(await searchCases(program(app.secret))).toEqual(found)
    })

    test('save the secret, configure it in the environment, and run the program again', async () => {
      const { url, owner, addApp, codeOf, clock } = await open(stack)
      const runWith = (env: Record<string, string>) => {
        clock.set(Date.now())
        return runProgram(url, env)
      }
      clock.set(Date.now() - 60_000)
      const old = await addApp(await owner(), 'old')
      clock.advance(30)
      const client = await owner(codeOf(old.secret))
      const { secret } = await addApp(client, 'program')
      await client.remove(old.id)
      expect(await runWith({})).toEqual({ error: 'mfa_required' })
      expect(await runWith({ PACER_MFA_SECRET: old.secret })).toEqual({ error: 'invalid_code' })
      expect(await runWith({ PACER_MFA_SECRET: secret })).toEqual(found)
    })

    test('the secret is effectively a password: it is never shown again', async () => {
      const { owner, addApp, codeOf, clock, mfa } = await open(stack)
      const told: string[] = []
      mfa.on('confirm', (event) => void told.push(JSON.stringify(event)))
      const { secret } = await addApp(await owner(), 'program')
      clock.advance(30)
      const client = await owner(codeOf(secret))
      for (const path of ['status', 'authenticators', 'recovery-codes', 'totp/activate'])
        told.push(await (await client.fetch(`/account/mfa/${path}`)).text())
      told.push(JSON.stringify(await client.held()))
      expect(told).toHaveLength(6)
      expect(told.join()).not.toContain(secret)
    })

    test('a compromised one: its app is deleted and a new one added; the codes of the old are dead', async () => {
      const { program, owner, addApp, codeOf, clock } = await open(stack)
      const stolen = await addApp(await owner(), 'program')
      clock.advance(30)
      const client = await owner(codeOf(stolen.secret))
      const { secret } = await addApp(client, 'program, anew')
      await client.remove(stolen.id)
      clock.advance(30)
      await expect(searchCases(program(stolen.secret))).rejects.toMatchObject({ code: 'invalid_code' })
      expect(await searchCases(program(secret))).toEqual(found)
    })

    test('an inaccessible one: a recovery code logs in, its app is deleted and a new one added', async () => {
      const { program, owner, addApp, apps, clock } = await open(stack)
      const lost = await addApp(await owner(), 'lost')
      clock.advance(86_400)
      const client = await owner(lost.recoveryCodes[0])
      const { secret } = await addApp(client, 'new')
      await client.remove(lost.id)
      expect(await apps(client)).toEqual(['new'])
      clock.advance(30)
      expect(await searchCases(program(secret))).toEqual(found)
      await expect(searchCases(program(lost.secret))).rejects.toMatchObject({ code: 'invalid_code' })
    })
  })
})

test('two processes with one secret log in at the same time: one waits for the step after that of the other', async () => {
  const [stack] = tokenStacks as readonly [TokenStack]
  const { url, owner, failures, mfa } = await open(stack, { totp: { period: 15, window: 2 }, now: Date.now })
  const client = await owner()
  const { totpUrl } = await client.setup()
  const app = readUrl(totpUrl ?? '')
  // Of the step before, so that the one that is running is free.
  await client.confirm(currentCode(app, Date.now() - 15_000))
  const entered: string[] = []
  mfa.on('verify', ({ result }) => void entered.push(result))
  const env = { PACER_MFA_SECRET: totpUrl ?? '', PACER_STEPS: join(newFolder(), 'steps.json') }
  expect(await Promise.all([runProgram(url, env), runProgram(url, env)])).toEqual([found, found])
  expect(failures).toEqual([])
  expect(entered).toEqual(['success', 'success'])
})

function grouped(secret: string): string {
  return secret.toLowerCase().replaceAll(/.{4}(?=.)/g, '$& ')
}
