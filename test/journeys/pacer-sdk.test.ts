/** The rule guarded here: a program with a TOTP secret logs in by itself, and its owner manages five apps, as PACER's SDK tells it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { MfaOptions } from '@latchkey/core'
import type { HttpAnswer } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { modulesOfPng } from '../../packages/core/test/factors/totp/qr-images.ts'
import { readQr } from '../../packages/core/test/factors/totp/read-qr.ts'
import { bundled } from '../processes/bundle.ts'
import { expectPassed } from '../security/person.ts'
import { type Account, currentCode, readUrl, scan } from './authenticator-app.ts'
import { PclClient, type PclClientOptions } from './pacer-client.ts'
import { openTokenApp, type TokenStack, tokenStacks } from './token-app.ts'

const account = { username: 'your_username', password: 'your_password' }
const run = promisify(execFile)

/** The court's app, the page where one manages MFA, and a client of that account. */
async function open(stack: TokenStack, mfa: Partial<MfaOptions> = {}) {
  const app = await openTokenApp(stack, {
    mount: '/account',
    page: '/cases',
    passwords: { your_username: 'your_password' },
    mfa: { issuer: 'PACER', ...mfa },
  })
  const { clock, send } = app
  const sites = { production: app.url, qa: app.url }
  const client = (more: Partial<PclClientOptions> = {}) =>
    new PclClient({ sites, environment: 'qa', ...account, now: clock.now, ...more })
  /** A key of somebody who gave the password, and the code of a secret where there is one. */
  const logIn = async (secret?: string) => {
    const code = secret === undefined ? {} : { code: currentCode({ secret }, clock.now()) }
    const answer = await send('POST', '/account/login', { json: { ...account, ...code } })
    return String(expectPassed(answer)['key'])
  }
  return { ...app, client, logIn, settings: settingsOf(app) }
}

/** Settings > Manage MFA Settings. */
function settingsOf({ clock, send }: Pick<Awaited<ReturnType<typeof openTokenApp>>, 'clock' | 'send'>) {
  const begin = (key: string) => send('GET', '/account/mfa/totp/activate', { key })
  const complete = (key: string, json: object) => send('POST', '/account/mfa/totp/activate', { key, json })
  return {
    begin,
    complete,
    /** Add App, and its secret saved. */
    async addApp(key: string, name: string): Promise<{ id: string; secret: string; recoveryCodes: readonly string[] }> {
      const begun = expectPassed(await begin(key)) as Record<string, string>
      const { secret = '', activation_token } = begun
      const code = currentCode({ secret }, clock.now())
      const { authenticator, recovery_codes } = expectPassed(await complete(key, { activation_token, code, name }))
      const { id } = authenticator as { id: string }
      return { id, secret, recoveryCodes: recovery_codes as readonly string[] }
    },
    async apps(key: string): Promise<readonly string[]> {
      const { authenticators } = expectPassed(await send('GET', '/account/mfa/authenticators', { key }))
      return (authenticators as { name: string }[]).map(({ name }) => name)
    },
    deleteApp: (key: string, id: string) => send('DELETE', `/account/mfa/authenticators/${id}`, { key }),
  }
}

const query = { caseTitle: 'Smith' }
const found = { username: 'your_username' }

function expectProblem(answer: HttpAnswer, status: number, code: string): void {
  expect({ status: answer.status, body: answer.json() }).toMatchObject({ status, body: { code } })
}

describe.each(tokenStacks)('on $name', (stack) => {
  describe('Using MFA with PCLClient', () => {
    test('the secret is optional: only required if MFA is enabled on the account', async () => {
      const { client, logIn, settings, clock } = await open(stack)
      expect(await client().searchCases(query)).toEqual(found)
      const { secret } = await settings.addApp(await logIn(), 'program')
      clock.advance(30)
      await expect(client().searchCases(query)).rejects.toThrow('mfa_required')
      expect(await client({ secret }).searchCases(query)).toEqual(found)
    })

    test('a secret that is configured before MFA is enabled does no harm', async () => {
      const { client } = await open(stack)
      expect(await client({ secret: 'GEZDGNBVGY3TQOJQ' }).searchCases(query)).toEqual(found)
    })

    test('the client makes a valid code for each login by itself, day after day', async () => {
      const { client, logIn, settings, clock } = await open(stack)
      const { secret } = await settings.addApp(await logIn(), 'program')
      const program = client({ secret })
      for (const seconds of [30, 30, 31, 3600, 86_400, 31_536_000]) {
        clock.advance(seconds)
        expect(await program.searchCases(query)).toEqual(found)
      }
    })

    test('two logins within the same 30 s: each code gets in once, so the second takes the next code', async () => {
      const { client, logIn, settings, clock } = await open(stack)
      const { secret } = await settings.addApp(await logIn(), 'program')
      const program = client({ secret })
      clock.advance(30)
      expect(await program.searchCases(query)).toEqual(found)
      await expect(program.searchCases(query)).rejects.toThrow('invalid_code')
      clock.advance(30)
      expect(await program.searchCases(query)).toEqual(found)
    })

    test.each([
      ['about 30 seconds: to the end of the next one, by default', {}, 59],
      ['exactly 30 seconds, where the app allows for no drift', { totp: { window: 0 } }, 29],
    ])('each code is valid for %s', async (_, mfa, seconds) => {
      const { client, logIn, settings, clock } = await open(stack, mfa)
      const { secret } = await settings.addApp(await logIn(), 'program')
      const madeAt = (ms: number) => client({ secret, now: () => ms })
      const first = clock.advance(60)
      clock.advance(seconds)
      expect(await madeAt(first).searchCases(query)).toEqual(found)
      clock.set(first)
      const second = clock.advance(120)
      clock.advance(seconds + 1)
      await expect(madeAt(second).searchCases(query)).rejects.toThrow('invalid_code')
    })

    test('production and QA are two sites: the secret of one is none at the other', async () => {
      const [production, qa] = [await open(stack), await open(stack)]
      const sites = { production: production.url, qa: qa.url }
      const secrets = {
        production: (await production.settings.addApp(await production.logIn(), 'program')).secret,
        qa: (await qa.settings.addApp(await qa.logIn(), 'program')).secret,
      }
      for (const { clock } of [production, qa]) clock.advance(30)
      for (const environment of ['production', 'qa'] as const) {
        const other = environment === 'qa' ? secrets.production : secrets.qa
        const here = { sites, environment }
        await expect(qa.client({ ...here, secret: other }).searchCases(query)).rejects.toThrow('invalid_code')
        expect(await qa.client({ ...here, secret: secrets[environment] }).searchCases(query)).toEqual(found)
      }
    })
  })

  describe('Managing Your MFA Secret', () => {
    test('up to five registered apps; the sixth is refused and told to remove one; deleting one makes space', async () => {
      const { logIn, settings } = await open(stack)
      const key = await logIn()
      const names = ['phone', 'tablet', 'program', 'spare', 'safe']
      const apps: { id: string }[] = []
      for (const name of names) apps.push(await settings.addApp(key, name))
      expect(await settings.apps(key)).toEqual(names)
      const refused = await settings.begin(key)
      expectProblem(refused, 409, 'authenticator_limit')
      expect(refused.json()).toMatchObject({ detail: expect.stringMatching(/remove one/i) })
      expect((await settings.deleteApp(key, apps[1]?.id ?? '')).status).toBe(204)
      await settings.addApp(key, 'new phone')
      expect(await settings.apps(key)).toEqual(['phone', 'program', 'spare', 'safe', 'new phone'])
    })

    test('every one of the five makes codes that log in', async () => {
      const { client, logIn, settings, clock } = await open(stack)
      const key = await logIn()
      const secrets: string[] = []
      for (const name of ['1', '2', '3', '4', '5']) secrets.push((await settings.addApp(key, name)).secret)
      clock.advance(30)
      for (const secret of secrets) expect(await client({ secret }).searchCases(query)).toEqual(found)
    })

    test('Add App gives a new secret and QR code each time, and registers nothing yet', async () => {
      const { logIn, settings, client } = await open(stack)
      const key = await logIn()
      const [first, second] = [expectPassed(await settings.begin(key)), expectPassed(await settings.begin(key))]
      expect(first['secret']).not.toBe(second['secret'])
      expect(await settings.apps(key)).toEqual([])
      expect(await client().searchCases(query)).toEqual(found)
    })

    test.each<[string, (begun: Record<string, string>, png: Uint8Array) => Account]>([
      ['scan the QR code', ({ qr_code_data_uri = '' }) => scan(qr_code_data_uri)],
      ['scan it from the PNG', (_, png) => readUrl(readQr(modulesOfPng(png, 6)))],
      ['manually enter the secret', ({ secret = '' }) => ({ secret })],
      ['enter it in small letters, in groups of four', ({ secret = '' }) => ({ secret: grouped(secret) })],
    ])('%s, and complete the setup by the current code from the app', async (_, read) => {
      const { logIn, settings, send, client, clock } = await open(stack)
      const key = await logIn()
      const begun = expectPassed(await settings.begin(key)) as Record<string, string>
      const { activation_token } = begun
      const png = await send('POST', '/account/mfa/totp/qr', { key, json: { activation_token } })
      const app = read(begun, png.bytes)
      const old = currentCode(app, clock.now() - 3_600_000)
      expectProblem(await settings.complete(key, { activation_token, code: old }), 400, 'invalid_code')
      expect(await settings.apps(key)).toEqual([])
      expectPassed(await settings.complete(key, { activation_token, code: currentCode(app, clock.now()) }))
      expect(await settings.apps(key)).toEqual(['Authenticator 1'])
      clock.advance(30)
      expect(await client({ secret: app.secret }).searchCases(query)).toEqual(found)
    })

    test('save the secret, configure it in the environment, and run the program again', async () => {
      const { url, logIn, settings, clock } = await open(stack)
      const program = await bundled(join(import.meta.dirname, 'pacer-program.ts'))
      const runWith = async (env: Record<string, string>) => {
        // The program is a process of its own, with the clock of the machine.
        clock.set(Date.now())
        const given = { PACER_SITE: url, PACER_USERNAME: account.username, PACER_PASSWORD: account.password, ...env }
        return JSON.parse((await run(process.execPath, [program], { env: given })).stdout) as unknown
      }
      clock.set(Date.now() - 60_000)
      const old = await settings.addApp(await logIn(), 'old')
      clock.advance(30)
      const key = await logIn(old.secret)
      const { secret } = await settings.addApp(key, 'program')
      expect((await settings.deleteApp(key, old.id)).status).toBe(204)
      expect(await runWith({})).toEqual({ error: 'mfa_required' })
      expect(await runWith({ PACER_MFA_SECRET: old.secret })).toEqual({ error: '400 invalid_code' })
      expect(await runWith({ PACER_MFA_SECRET: secret })).toEqual(found)
    })

    test('the secret is effectively a password: it is never shown again', async () => {
      const { logIn, settings, send, clock, mfa } = await open(stack)
      const told: string[] = []
      mfa.on('confirm', (event) => void told.push(JSON.stringify(event)))
      const { secret } = await settings.addApp(await logIn(), 'program')
      clock.advance(30)
      const key = await logIn(secret)
      for (const path of ['status', 'authenticators', 'recovery-codes', 'totp/activate'])
        told.push((await send('GET', `/account/mfa/${path}`, { key })).text)
      expect(told).toHaveLength(5)
      expect(told.join()).not.toContain(secret)
    })

    test('a compromised one: its app is deleted and a new one added; the codes of the old are dead', async () => {
      const { client, logIn, settings, clock } = await open(stack)
      const stolen = await settings.addApp(await logIn(), 'program')
      clock.advance(30)
      const key = await logIn(stolen.secret)
      const { secret } = await settings.addApp(key, 'program, anew')
      expect((await settings.deleteApp(key, stolen.id)).status).toBe(204)
      clock.advance(30)
      await expect(client({ secret: stolen.secret }).searchCases(query)).rejects.toThrow('invalid_code')
      expect(await client({ secret }).searchCases(query)).toEqual(found)
    })

    test('an inaccessible one: a recovery code logs in, its app is deleted and a new one added', async () => {
      const { client, logIn, settings, send, clock } = await open(stack)
      const lost = await settings.addApp(await logIn(), 'lost')
      clock.advance(86_400)
      const json = { ...account, code: lost.recoveryCodes[0] }
      const key = String(expectPassed(await send('POST', '/account/login', { json }))['key'])
      const { secret } = await settings.addApp(key, 'new')
      expect((await settings.deleteApp(key, lost.id)).status).toBe(204)
      expect(await settings.apps(key)).toEqual(['new'])
      clock.advance(30)
      expect(await client({ secret }).searchCases(query)).toEqual(found)
      await expect(client({ secret: lost.secret }).searchCases(query)).rejects.toThrow('invalid_code')
    })
  })
})

function grouped(secret: string): string {
  return secret.toLowerCase().replaceAll(/.{4}(?=.)/g, '$& ')
}
