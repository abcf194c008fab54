// `npm start` serves what the environment says, keeps its secret to itself, and says what is missing.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createAuthenticator } from '../express-session/demo/authenticator.mjs'
import { createBrowser } from '../express-session/demo/browser.mjs'
import { type Running, start } from './example-process.ts'
import { allowSlowTests } from './slow-tests.ts'
import { temporaryFolder } from './temporary-folder.ts'

const alice = { username: 'alice', password: 'correct horse battery staple' }
const secret = 'Tn9XjC2Xc1lQmJr0b0m1r2c9m7s8VYkq3hQpL5uZ4w8='

/** @param folder of the example */
export function serverContract(folder: string): void {
  allowSlowTests()
  const serving = (env: Record<string, string>) => start({ folder, env: { PORT: '0', ...env } })
  const database = () => join(temporaryFolder(), 'of', 'the', 'bank.db')

  test('npm start serves on a free port and prints it', async () => {
    const browser = createBrowser(await addressOf(serving({ DATABASE: ':memory:' })))
    expect(await browser.send('POST', '/auth/login', { body: alice })).toMatchObject({ status: 200 })
    expect(await browser.send('GET', '/account')).toMatchObject({ status: 200, body: { user: { name: 'alice' } } })
  })

  test('the data and the secret survive a restart', async () => {
    const file = database()
    const first = serving({ DATABASE: file })
    const authenticator = await enroll(await addressOf(first))
    expect(first.output).toContain(`kept in ${file}.secret`)
    const kept = readFileSync(`${file}.secret`, 'utf8')
    await first.stop()

    const second = serving({ DATABASE: file })
    const browser = createBrowser(await addressOf(second))
    const { body } = await browser.send('POST', '/auth/login', { body: alice })
    const answer = { ephemeral_token: body['ephemeral_token'], code: authenticator.nextCode() }
    expect(await browser.send('POST', '/auth/mfa/verify', { body: answer })).toMatchObject({ status: 200 })
    expect(second.output).toContain(`from ${file}.secret`)
    expect(readFileSync(`${file}.secret`, 'utf8')).toBe(kept)
    expect(second.output + first.output).not.toContain(kept.trim())
  })

  describe('the secret', () => {
    test('is made once, for its owner only', async () => {
      const file = database()
      await addressOf(serving({ DATABASE: file }))
      expect(statSync(`${file}.secret`).mode & 0o777).toBe(0o600)
    })

    test('of LATCHKEY_SECRET is written nowhere', async () => {
      const file = database()
      const server = serving({ DATABASE: file, LATCHKEY_SECRET: secret })
      await addressOf(server)
      expect(existsSync(`${file}.secret`)).toBe(false)
      expect(server.output).not.toContain(secret)
    })

    test('of a database in memory is made anew, and that is said', async () => {
      const server = serving({ DATABASE: ':memory:' })
      await addressOf(server)
      expect(server.output).toContain('made anew')
    })
  })

  describe('it ends with a word on what is wrong:', () => {
    test.each([
      ['a port that is none', { PORT: '80a' }, /PORT must be/],
      ['a port out of range', { PORT: '65536' }, /PORT must be/],
      ['a short secret', { LATCHKEY_SECRET: 'short' }, /options\.secret must be/],
    ])('%s', async (_name, env, message) => {
      const server = serving({ DATABASE: ':memory:', ...env })
      expect(await server.ended).toBe(1)
      expect(server.output).toMatch(message)
      expect(server.output).not.toMatch(/^\s+at /m)
    })

    test('a port that is taken', async () => {
      const { port } = new URL(await addressOf(serving({ DATABASE: ':memory:' })))
      const server = serving({ DATABASE: ':memory:', PORT: port })
      expect(await server.ended).toBe(1)
      expect(server.output).toContain('EADDRINUSE')
    })

    test('a database whose secret is gone', async () => {
      const file = database()
      const first = serving({ DATABASE: file, LATCHKEY_SECRET: secret })
      await enroll(await addressOf(first))
      await first.stop()
      const server = serving({ DATABASE: file })
      expect(await server.ended).toBe(1)
      expect(server.output).toContain('LATCHKEY_SECRET')
      expect(existsSync(`${file}.secret`)).toBe(false)
    })

    test('a workspace that is not installed', async () => {
      const copy = temporaryFolder()
      for (const name of ['app.js', 'package.json', 'server.js', 'settings.js', 'users.js']) {
        cpSync(join(folder, name), join(copy, name))
      }
      const server = start({ folder: copy })
      expect(await server.ended).toBe(1)
      expect(server.output).toContain('the workspace is not installed')
      expect(server.output).toContain('npm run demo -- --exit')
    })

    test('a workspace that is not built', async () => {
      const copy = temporaryFolder()
      const core = join(copy, 'node_modules', '@latchkey', 'core')
      for (const name of ['package.json', 'server.js', 'settings.js']) cpSync(join(folder, name), join(copy, name))
      writeFileSync(join(copy, 'app.js'), "import '@latchkey/core'\n")
      mkdirSync(core, { recursive: true })
      writeFileSync(join(core, 'package.json'), JSON.stringify({ exports: './dist/index.js' }))
      const server = start({ folder: copy })
      expect(await server.ended).toBe(1)
      expect(server.output).toContain('the workspace is not built')
    })
  })

  test('without settings it is port 3000 and a file beside the app', async () => {
    const { copy, readSettings } = await settingsIn(folder)
    expect(readSettings({})).toMatchObject({ port: 3000, database: join(copy, 'data', 'latchkey.db') })
    expect(readSettings({ PORT: '', DATABASE: '', LATCHKEY_SECRET: '' })).toEqual(readSettings({}))
  })

  test('the address of a database server makes no file, takes a secret, and is printed without a password', async () => {
    const { copy, readSettings, printable } = await settingsIn(folder)
    const address = 'postgres://app:pass@word@db.example/bank'
    onTestFinished(chdir(copy))
    expect(() => readSettings({ DATABASE: address })).toThrow('LATCHKEY_SECRET')
    expect(readSettings({ DATABASE: address, LATCHKEY_SECRET: secret })).toMatchObject({ database: address, secret })
    expect(readdirSync(copy)).toEqual(['settings.mjs'])
    expect(printable(address)).toBe('postgres://db.example/bank')
    expect(printable('/data/a@b.db')).toBe('/data/a@b.db')
  })
}

/** The settings of a copy, which has its own folder. */
async function settingsIn(folder: string) {
  const copy = temporaryFolder()
  cpSync(join(folder, 'settings.js'), join(copy, 'settings.mjs'))
  const settings = (await import(join(copy, 'settings.mjs'))) as typeof import('../express-session/settings.js')
  return { copy, ...settings }
}

/** Goes there. @returns the way back */
function chdir(folder: string): () => void {
  const before = process.cwd()
  process.chdir(folder)
  return () => process.chdir(before)
}

async function addressOf(server: Running): Promise<string> {
  const [, url = ''] = await server.printed(/^Listening on (http:\S+)$/m)
  return url
}

/** Enrolls alice by the real clock. @returns the authenticator, which knows a code that is not used yet */
async function enroll(url: string) {
  const browser = createBrowser(url)
  await browser.send('POST', '/auth/login', { body: alice })
  const begun = await browser.send('GET', '/auth/mfa/totp/activate')
  const app = createAuthenticator(String(begun.body['totp_url']))
  const step = app.step(Date.now())
  const answer = { activation_token: begun.body['activation_token'], code: app.code(step) }
  expect(await browser.send('POST', '/auth/mfa/totp/activate', { body: answer })).toMatchObject({ status: 200 })
  return { nextCode: () => app.code(Math.max(app.step(Date.now()), step + 1)) }
}
