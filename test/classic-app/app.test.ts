/**
 * The promise guarded here: a classic CommonJS app with passport, forms and redirects gets its second factor from
 * Latchkey's functions alone, and `require` of the built packages works.
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { type ManualClock, manualClock, virtualAuthenticator } from '@latchkey/testing'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Browser, openBrowser, type Page } from './browser.ts'

const root = new URL('../../', import.meta.url)
const tsc = 'node_modules/@typescript/native/bin/tsc'
let clock: ManualClock
let app: ChildProcess
let url: string

// The app is loaded by Node itself, so it sees what is built and not the sources.
beforeAll(() => {
  execFileSync(process.execPath, [tsc, '-b', 'packages/express/tsconfig.build.json'], { cwd: root })
}, 120_000)

beforeEach(async () => {
  clock = manualClock()
  app = fork(new URL('serve.cjs', import.meta.url), [String(clock.now())], { execArgv: [] })
  url = String(await said())
})

afterEach(() => app.kill())

async function said(): Promise<unknown> {
  const [message] = (await once(app, 'message')) as unknown[]
  return message
}

async function advance(seconds: number): Promise<void> {
  app.send(clock.advance(seconds))
  await said()
}

const password = { username: 'alice', password: 'wonderland' }

async function typePassword(browser: Browser): Promise<Page> {
  return browser.submit(await browser.open('/login'), password)
}

/** Signs alice in and enrolls her phone, whose next code is not used yet. */
async function enrolled(browser: Browser): Promise<{ code: () => string; recoveryCodes: string[] }> {
  await typePassword(browser)
  const page = await browser.open('/enroll')
  const phone = virtualAuthenticator({ secret: /<code>([A-Z2-7]+)<\/code>/.exec(page.text)?.[1] ?? '' })
  const done = await browser.submit(page, { code: phone.code(clock.now()), name: 'Phone' })
  const code = () => phone.nextCode(clock.now())
  await advance(30)
  return { code, recoveryCodes: [...done.text.matchAll(/<li>([^<]+)/g)].map(([, found = '']) => found) }
}

const sessionOf = (browser: Browser) => browser.cookies.get('connect.sid')
const errorOf = (page: Page) => /<p role="alert">([^<]*)/.exec(page.text)?.[1]

test('from a password alone to a second factor and back in with it', async () => {
  const browser = openBrowser(url)
  expect(await typePassword(browser)).toMatchObject({ path: '/', status: 200 })
  const page = await browser.open('/enroll')
  expect(page.text).toContain('<img alt="QR code" src="data:image/svg+xml')
  const { code, recoveryCodes } = await enrolled(browser)
  expect(recoveryCodes).toHaveLength(10)
  expect(await browser.submit(await browser.open('/'), {})).toMatchObject({ path: '/login' })

  const asked = await typePassword(browser)
  expect(asked.text).toContain('Enter your code')
  const home = await browser.submit(asked, { code: code() })
  expect(home).toMatchObject({ path: '/', status: 200, text: expect.stringContaining('Hello alice') })
})

test('a recovery code signs in once', async () => {
  const { recoveryCodes } = await enrolled(openBrowser(url))
  const [code = ''] = recoveryCodes
  const first = openBrowser(url)
  expect(await first.submit(await typePassword(first), { code })).toMatchObject({ path: '/' })
  const second = openBrowser(url)
  expect(await second.submit(await typePassword(second), { code })).toMatchObject({ status: 400 })
})

test('before the second factor there is no session', async () => {
  await enrolled(openBrowser(url))
  const browser = openBrowser(url)
  const asked = await typePassword(browser)
  expect(asked.text).toContain('Enter your code')
  expect(sessionOf(browser)).toBeUndefined()
  expect(await browser.open('/')).toMatchObject({ path: '/login' })
})

test('signing in gives the session another id', async () => {
  const browser = openBrowser(url)
  const { code } = await enrolled(browser)
  const before = sessionOf(browser)
  await browser.submit(await typePassword(browser), { code: code() })
  expect(before).toBeDefined()
  expect(sessionOf(browser)).not.toBe(before)
})

test('a replayed code is an error on the page, and the next one still works there', async () => {
  const { code } = await enrolled(openBrowser(url))
  const used = code()
  const first = openBrowser(url)
  await first.submit(await typePassword(first), { code: used })

  const browser = openBrowser(url)
  const refused = await browser.submit(await typePassword(browser), { code: used })
  expect(refused.status).toBe(400)
  expect(errorOf(refused)).toBe('The code is not valid')
  expect(sessionOf(browser)).toBeUndefined()
  expect(await browser.submit(refused, { code: code() })).toMatchObject({ path: '/' })
})

test('a spent token leads back to the password', async () => {
  const { code } = await enrolled(openBrowser(url))
  const browser = openBrowser(url)
  const asked = await typePassword(browser)
  await browser.submit(asked, { code: code() })
  const refused = await browser.submit(asked, { code: code() })
  expect(errorOf(refused)).toBe('The token is not valid')
  expect(refused.text).toContain('name="password"')
})

test('a wrong CSRF token changes nothing', async () => {
  const { code } = await enrolled(openBrowser(url))
  const browser = openBrowser(url)
  const asked = await typePassword(browser)
  const typed = { code: code() }
  for (const _csrf of ['', '0'.repeat(64)]) {
    expect(await browser.submit(asked, { ...typed, _csrf })).toMatchObject({ status: 403 })
  }
  expect(await browser.submit(asked, typed)).toMatchObject({ path: '/' })
})

test('the sensitive page asks for a fresh proof, and a step-up gives it', async () => {
  const browser = openBrowser(url)
  const { code } = await enrolled(browser)
  expect((await browser.open('/payout')).text).toContain('Confirmed by totp')
  await advance(61)
  const refused = await browser.open('/payout')
  expect(refused.status).toBe(401)
  expect(JSON.parse(refused.text)).toMatchObject({ code: 'step_up_required' })
  const stepUp = await browser.open('/step-up')
  expect(await browser.submit(stepUp, { code: '000000' })).toMatchObject({ status: 400 })
  expect(await browser.submit(stepUp, { code: code() })).toMatchObject({ path: '/payout', status: 200 })
})

test('a further authenticator takes a fresh proof', async () => {
  const browser = openBrowser(url)
  await enrolled(browser)
  await advance(3600)
  expect(errorOf(await browser.open('/enroll'))).toBe('A fresh proof is required')
})

test('a wrong password and a wrong code at enrollment are errors on the page', async () => {
  const browser = openBrowser(url)
  const login = await browser.open('/login')
  expect(errorOf(await browser.submit(login, { ...password, password: 'x' }))).toBe('Wrong name or password')
  await typePassword(browser)
  const refused = await browser.submit(await browser.open('/enroll'), { code: '000000' })
  expect(errorOf(refused)).toBe('The code is not valid')
})
