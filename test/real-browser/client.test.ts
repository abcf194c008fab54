/**
 * What only a real browser shows: the built client logs in from a page as its README has it, by a cookie that no script reads, and
 * a page that makes no codes loads nothing but the client.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createMfa, type Mfa, type MfaEvent, memoryStorage } from '@latchkey/core'
import { bearerHost, expressMfa, expressSessionHost } from '@latchkey/express'
import { listen, type VirtualAuthenticator, virtualAuthenticator } from '@latchkey/testing'
import express, { type Express } from 'express'
import session from 'express-session'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { blocksBelow, root } from '../docs/pages.ts'
import { findChromium, launchChromium } from './chromium.ts'

const executable = findChromium()
const built = join(root, 'packages', 'client', 'dist')
const otpauth = join(root, 'packages', 'client', 'node_modules', 'otpauth', 'dist', 'otpauth.esm.js')
const secret = 'mN4vB7xZ1qW9eR6tY3uI8oP5aS2dF0gH'
const alice = { id: '1', name: 'alice' }
const accounts = {
  findUser: (id: string) => (id === alice.id ? alice : null),
  checkCredentials: ({ password }: Readonly<Record<string, unknown>>) => (password === 'wonderland' ? alice : null),
}
let browser: Browser

describe.runIf(executable !== null)('in Chromium', () => {
  beforeAll(async () => {
    if (!existsSync(join(built, 'index.js')))
      throw new Error('packages/client/dist is missing: build it with `npm run build`')
    browser = await launchChromium(executable as string)
  })
  afterAll(() => browser?.close())

  test('the page of the README asks for a code and gets in, with the files of the client alone', async () => {
    const { url, phone, events } = await startApp()
    const { page, loaded } = await openPage(`${url}/typed`)
    await page.fill('[name=username]', 'alice')
    await page.fill('[name=password]', 'wrong')
    await page.click('button')
    await page.waitForSelector('output:text-is("invalid_credentials")')
    await page.fill('[name=password]', 'wonderland')
    await page.click('button')
    await page.waitForSelector('[name=code]:visible')
    expect(await page.textContent('output')).toBe('mfa_required')
    await page.fill('[name=code]', phone.wrongCode(Date.now()))
    await page.click('button')
    await page.waitForSelector('output:text-is("invalid_code")')
    await page.fill('[name=code]', phone.nextCode(Date.now()))
    await page.click('button')
    await page.waitForURL('**/payout')
    expect(await page.textContent('body')).toBe('paid')
    expect(results(events, 'verify')).toEqual(['failure', 'success'])
    const scripts = loaded.filter((path) => path.endsWith('.js'))
    expect(scripts).toContain('/client/create-client.js')
    expect(scripts.filter((path) => !path.startsWith('/client/') || path.startsWith('/client/node'))).toEqual([])
    expect(scripts.filter((path) => readFileSync(fileOf(path), 'utf8').includes("'node:"))).toEqual([])
  })

  test('a page that has a secret makes its own codes, is let in, and loads otpauth for the first of them', async () => {
    const { url, phone, events } = await startApp()
    const { page, loaded } = await openPage(`${url}/codes`)
    await page.waitForFunction(() => 'client' in globalThis)
    expect(loaded).not.toContain('/otpauth.js')
    const told = await page.evaluate(async (totp) => {
      const client = makeClient({ baseUrl: '/auth', totp })
      await client.login({ username: 'alice', password: 'wonderland' })
      const payout = await client.fetch('/payout')
      const { mfaEnabled } = await client.status()
      const precision = client.clock()?.precisionSeconds
      return { paid: await payout.text(), mfaEnabled, held: await client.held(), precision, cookie: document.cookie }
    }, phone.secret)
    expect(told).toMatchObject({ paid: 'paid', mfaEnabled: true, held: null, cookie: '' })
    expect(told.precision).toBeLessThan(1)
    expect(loaded.filter((path) => path === '/otpauth.js')).toHaveLength(1)
    expect(results(events, 'verify')).toEqual(['success'])
  })

  test('a page of another origin logs in by tokens, and is not shown the clock of the app', async () => {
    const pages = await startApp()
    const api = await startApi(pages.url)
    const { page } = await openPage(`${pages.url}/codes`)
    await page.waitForFunction(() => 'client' in globalThis)
    const told = await page.evaluate(
      async ([baseUrl, code]) => {
        const client = makeClient({ baseUrl: baseUrl ?? '' })
        const error: unknown = await client
          .login({ username: 'alice', password: 'wonderland' })
          .catch((caught: unknown) => caught)
        await client.submit(code ?? '')
        return {
          asked: (error as { code?: unknown }).code,
          paid: await (await client.fetch('/payout')).text(),
          clock: client.clock(),
        }
      },
      [`${api.url}/auth`, api.phone.nextCode(Date.now())] as const,
    )
    expect(told).toEqual({ asked: 'mfa_required', paid: 'paid', clock: null })
  })
})

/** What the page `/codes` puts into its own window. */
declare const document: { readonly cookie: string }
declare function makeClient(options: import('@latchkey/client').ClientOptions): import('@latchkey/client').Client

interface App {
  readonly url: string
  /** Alice's, enrolled a step ago. */
  readonly phone: VirtualAuthenticator
  readonly events: readonly MfaEvent[]
}

/** An app with sessions, its pages, and the client as it was built. */
async function startApp(): Promise<App> {
  const app = express()
  const { mfa, ...enrolled } = await createApp()
  app.use(session({ secret, resave: false, saveUninitialized: false }))
  const auth = expressMfa(mfa, expressSessionHost(accounts))
  app.use('/auth', auth.routes)
  app.get('/payout', auth.guard(), (_req, res) => void res.type('text').send('paid'))
  app.use('/client', express.static(built))
  app.get('/otpauth.js', (_req, res) => res.sendFile(otpauth))
  const [page] = blocksBelow('packages/client/README.md', 'In a page')
  app.get('/typed', (_req, res) => void res.send(page?.text.replace("'@latchkey/client'", "'/client/index.js'")))
  const importMap = '<script type="importmap">{ "imports": { "otpauth": "/otpauth.js" } }</script>'
  const script =
    "import * as client from '/client/index.js'; Object.assign(globalThis, { client, makeClient: client.createClient })"
  app.get('/codes', (_req, res) => void res.send(`${importMap}<script type="module">${script}</script>`))
  return { ...enrolled, url: await serve(app) }
}

/** An app with bearer tokens, for pages of one other origin. */
async function startApi(page: string): Promise<App> {
  const app = express()
  const { mfa, ...enrolled } = await createApp({ allowedOrigins: [page] })
  app.use((req, res, next) => {
    res.set({ 'Access-Control-Allow-Origin': page, 'Access-Control-Allow-Headers': 'Authorization,Content-Type' })
    if (req.method === 'OPTIONS') res.status(204).end()
    else next()
  })
  const auth = expressMfa(mfa, bearerHost({ mfa, checkCredentials: accounts.checkCredentials }))
  app.use('/auth', auth.routes)
  app.get('/payout', auth.guard(), (_req, res) => void res.type('text').send('paid'))
  return { ...enrolled, url: await serve(app) }
}

async function createApp(more: { readonly allowedOrigins?: readonly string[] } = {}) {
  const events: MfaEvent[] = []
  const onEvent = (event: MfaEvent) => events.push(event)
  const { findUser } = accounts
  const mfa: Mfa = createMfa({
    ...{ secret, issuer: 'Acme', storage: memoryStorage(), findUser, onEvent },
    // The step may change between the making of a code and its arrival.
    ...{ totp: { window: 2 }, ...more },
  })
  const { totpUrl, activationToken } = await mfa.begin('totp', alice)
  const phone = virtualAuthenticator(totpUrl)
  await mfa.confirm('totp', alice, { activationToken, code: phone.code(Date.now() - 30_000) })
  return { mfa, phone, events }
}

async function serve(app: Express): Promise<string> {
  const { url, close } = await listen(app)
  onTestFinished(close)
  return url
}

/** A page, and the paths of all that it has asked for. */
async function openPage(url: string): Promise<{ readonly page: Page; readonly loaded: readonly string[] }> {
  const context = await browser.newContext()
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const loaded: string[] = []
  page.on('request', (request) => void loaded.push(new URL(request.url()).pathname))
  await page.goto(url)
  return { page, loaded }
}

function fileOf(path: string): string {
  return join(built, path.slice('/client/'.length))
}

function results(events: readonly MfaEvent[], type: MfaEvent['type']): readonly string[] {
  return events.flatMap((event) => (event.type === type ? [event.result] : []))
}
