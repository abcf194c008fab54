/**
 * What only a real browser shows: the pages of a classic app work as a person uses them, and a hostile page that
 * holds the user's cookies in its browser, on another site or on another port of this one, changes nothing.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMfa, type Mfa, type MfaEvent, memoryStorage } from '@latchkey/core'
import { expressMfa, expressSessionHost } from '@latchkey/express'
import { type ManualClock, manualClock, virtualAuthenticator } from '@latchkey/testing'
import express from 'express'
import session from 'express-session'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { findChromium, launchChromium } from './chromium.ts'

const executable = findChromium()
const alice = { id: '1', name: 'alice' }
let browser: Browser
let clock: ManualClock
let mfa: Mfa
let events: MfaEvent[]
let servers: Server[]

describe.runIf(executable !== null)('in Chromium', () => {
  beforeAll(async () => {
    browser = await launchChromium(executable as string)
  })
  afterAll(() => browser.close())
  beforeEach(() => {
    clock = manualClock()
    events = []
    servers = []
    mfa = createMfa({
      secret: 'mN4vB7xZ1qW9eR6tY3uI8oP5aS2dF0gH',
      issuer: 'Browser & Sons',
      storage: memoryStorage(),
      findUser: (id) => (id === alice.id ? alice : null),
      now: clock.now,
      onEvent: (event) => events.push(event),
    })
  })
  afterEach(() => {
    for (const server of servers) server.closeAllConnections()
    for (const server of servers) server.close()
  })

  test('a page of the app signs in, shows the QR code, enrolls, is challenged and gets in', async () => {
    const page = await openPage(await startApp())
    expect(await post(page, '/auth/login', { password: 'wonderland' })).toMatchObject({ status: 200 })
    const begun = await beginTotp(page)
    await page.setContent(`<img src="${begun.qr_code_data_uri}">`)
    const width = await page.locator('img').evaluate((image) => image.clientWidth)
    expect(width).toBeGreaterThan(20)
    const phone = virtualAuthenticator(begun.totp_url)
    const confirmation = { activation_token: begun.activation_token, code: phone.nextCode(clock.now()) }
    expect(await post(page, '/auth/mfa/totp/activate', confirmation)).toMatchObject({ status: 200 })
    await page.context().clearCookies()
    const challenge = await post(page, '/auth/login', { password: 'wonderland' })
    expect(challenge.body).toMatchObject({ mfa_required: true, methods: ['totp', 'recovery_code'] })
    expect(await page.context().cookies()).toEqual([])
    clock.advance(30)
    const proof = { ephemeral_token: challenge.body['ephemeral_token'], code: phone.nextCode(clock.now()) }
    expect(await post(page, '/auth/mfa/verify', proof)).toMatchObject({ status: 200 })
    expect(await page.evaluate(async () => (await fetch('/payout')).status)).toBe(200)
  })

  // `localhost` beside `127.0.0.1` is another site; another port of `127.0.0.1` is the same site and another origin.
  test.each(['localhost', '127.0.0.1'])(
    'a hostile page on %s changes nothing with the cookies it rides on',
    async (host) => {
      const url = await startApp()
      const page = await openPage(url)
      await post(page, '/auth/login', { password: 'wonderland' })
      const begun = await beginTotp(page)
      const phone = virtualAuthenticator(begun.totp_url)
      await post(page, '/auth/mfa/totp/activate', {
        activation_token: begun.activation_token,
        code: phone.nextCode(clock.now()),
      })
      clock.advance(30)
      const before = await mfa.status(alice.id)
      events = []
      const codes = { code: phone.nextCode(clock.now()) }
      const answers = [
        await formPost(
          page,
          await startTrap(host, `${url}/auth/mfa/totp/deactivate`, 'application/x-www-form-urlencoded'),
        ),
        await formPost(page, await startTrap(host, `${url}/auth/mfa/totp/deactivate`, 'text/plain')),
        await formPost(page, await startTrap(host, `${url}/auth/mfa/recovery-codes/regenerate`, 'text/plain')),
      ]
      await page.goto(await startTrap(host, url, 'text/plain'))
      await page.evaluate(
        ([target, body]) =>
          fetch(`${target}/auth/mfa/totp/deactivate`, {
            method: 'POST',
            mode: 'no-cors',
            credentials: 'include',
            body: String(body),
          }),
        [url, JSON.stringify(codes)] as const,
      )
      expect(answers).toEqual([403, 403, 403])
      expect(events.map(({ type, reason }) => [type, reason])).toEqual(
        Array.from({ length: 4 }, () => ['request', 'cross_site_request']),
      )
      expect(await mfa.status(alice.id)).toEqual(before)
    },
  )
})

/** An app whose cookie goes along everywhere it can, so that only Latchkey's own check stands in the way. */
async function startApp(): Promise<string> {
  const host = expressSessionHost({
    findUser: mfa.findUser,
    checkCredentials: ({ password }) => (password === 'wonderland' ? alice : null),
  })
  const auth = expressMfa(mfa, host)
  const app = express()
  app.use(session({ secret: 'a secret of the sessions', resave: false, saveUninitialized: false }))
  app.use('/auth', auth.routes)
  app.get('/payout', auth.guard(), (_req, res) => void res.send('paid'))
  app.get('/', (_req, res) => void res.send('<!doctype html><title>The app</title>'))
  return `http://127.0.0.1:${await listen(createServer(app))}`
}

/** A page elsewhere with a form that aims at the app. */
async function startTrap(host: string, target: string, enctype: string): Promise<string> {
  const html = `<!doctype html><title>Win</title><form method="post" action="${target}" enctype="${enctype}">
    <input name='{"code":"000000","x":"' value='"}'><button>Win</button></form>`
  const port = await listen(createServer((_req, res) => res.setHeader('Content-Type', 'text/html').end(html)))
  return `http://${host}:${port}/`
}

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return (server.address() as AddressInfo).port
}

async function openPage(url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  return page
}

async function post(
  page: Page,
  path: string,
  body: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return page.evaluate(
    async ([to, text]) => {
      const answer = await fetch(String(to), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: text ?? '',
      })
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
    [path, JSON.stringify(body)] as const,
  )
}

interface Begun {
  readonly totp_url: string
  readonly qr_code_data_uri: string
  readonly activation_token: string
}

function beginTotp(page: Page): Promise<Begun> {
  return page.evaluate(async () => (await (await fetch('/auth/mfa/totp/activate')).json()) as Begun)
}

async function formPost(page: Page, trap: string): Promise<number> {
  await page.goto(trap)
  const [answer] = await Promise.all([
    page.waitForResponse((found) => found.request().method() === 'POST'),
    page.click('button'),
  ])
  await page.waitForLoadState()
  return answer.status()
}
