// What every example does over real HTTP: a session that begins anew, a guard, and nothing for other sites.

import type { RequestListener } from 'node:http'
import type { MfaEvent } from '@latchkey/core'
import { manualClock } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { createAuthenticator } from '../express-session/demo/authenticator.mjs'
import { type Browser, createBrowser } from '../express-session/demo/browser.mjs'
import { journey } from '../express-session/demo/journey.mjs'
import { serve } from './serve.ts'
import { allowSlowTests } from './slow-tests.ts'

export interface AppOptions {
  readonly database?: string
  readonly secret?: string
  readonly now?: () => number
  readonly onEvent?: (event: MfaEvent) => unknown
}

/** An example's `buildApp`, as what `node:http` serves. */
export type BuildApp = (options: AppOptions) => Promise<RequestListener>

const alice = { username: 'alice', password: 'correct horse battery staple' }
const bob = { username: 'bob', password: 'tr0ub4dor and 3' }
const transfer = { to: 'bob', amount: 50 }
const silent = { step() {}, note() {}, exchange() {}, qr() {} }

export function appContract(build: BuildApp): void {
  allowSlowTests()
  async function open() {
    const clock = manualClock()
    const events: MfaEvent[] = []
    const url = await serve(await build({ now: clock.now, onEvent: (event) => events.push(event) }))
    return { url, clock, events, browser: () => createBrowser(url) }
  }

  test('the whole journey, with a clock that stands still', async () => {
    const { url, clock, events } = await open()
    const walked = journey({ url, show: silent, now: clock.now, takeEvents: () => events.splice(0) })
    await expect(walked).resolves.toBeUndefined()
  })

  describe('passwords', () => {
    test('alice and bob have one each', async () => {
      const { browser } = await open()
      const answers = [await login(browser(), alice), await login(browser(), bob)]
      expect(answers.map(({ body }) => body)).toEqual([
        { user: { id: '1', name: 'alice' } },
        { user: { id: '2', name: 'bob' } },
      ])
    })

    test.each([
      ['another user', { ...alice, password: bob.password }],
      ['nobody', { username: 'carol', password: alice.password }],
      ['no password', { username: 'alice' }],
      ['a number', { username: 'alice', password: 1 }],
      ['another spelling', { ...alice, username: 'Alice' }],
    ])('that of %s does not sign in', async (_of, body) => {
      const { browser } = await open()
      const visitor = browser()
      const refused = await login(visitor, body)
      expect(refused).toMatchObject({ status: 401, beginsSession: false, body: { code: 'invalid_credentials' } })
      expect(await visitor.send('GET', '/account')).toMatchObject({ status: 401 })
    })
  })

  describe('the session', () => {
    test('has a new id after each sign-in, and what was before is dead', async () => {
      const { browser } = await open()
      const visitor = browser()
      await login(visitor, alice)
      const before = browser()
      for (const [name, value] of visitor.cookies) before.cookies.set(name, value)
      expect(await login(visitor, alice)).toMatchObject({ status: 200, beginsSession: true })
      expect(await before.send('GET', '/account')).toMatchObject({ status: 401 })
      expect(await visitor.send('GET', '/account')).toMatchObject({ status: 200 })
    })

    test('lies in a cookie that no script reads and no other site sends', async () => {
      const { browser } = await open()
      const { headers } = await login(browser(), alice)
      expect(headers.getSetCookie()).not.toHaveLength(0)
      for (const line of headers.getSetCookie()) {
        expect(line).toMatch(/;\s*httponly/i)
        expect(line).toMatch(/;\s*samesite=lax/i)
      }
    })

    test('does not begin with a challenge', async () => {
      const { browser, clock } = await open()
      const { laptop } = await enrolled(browser(), clock)
      const before = new Map(laptop.cookies)
      const visitor = browser()
      const challenged = await login(visitor, alice)
      expect(challenged.body).toMatchObject({ mfa_required: true })
      expect(challenged.headers.getSetCookie()).toEqual([])
      expect(await visitor.send('GET', '/account')).toMatchObject({ status: 401 })
      expect(laptop.cookies).toEqual(before)
    })

    test('ends with the logout, whoever kept the cookie', async () => {
      const { browser } = await open()
      const visitor = browser()
      await login(visitor, alice)
      const kept = browser()
      for (const [name, value] of visitor.cookies) kept.cookies.set(name, value)
      expect(await visitor.send('POST', '/logout')).toMatchObject({ status: 204 })
      expect(await visitor.send('GET', '/account')).toMatchObject({ status: 401 })
      expect(await kept.send('GET', '/account')).toMatchObject({ status: 401 })
    })

    test('does not end for a visitor who has none', async () => {
      const { browser } = await open()
      expect(await browser().send('POST', '/logout')).toMatchObject({ status: 204 })
    })
  })

  describe('the account', () => {
    test('is 401 in JSON if nobody is signed in', async () => {
      const { browser } = await open()
      const answer = await browser().send('GET', '/account')
      expect(answer).toMatchObject({ status: 401, body: { error: 'unauthenticated' } })
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    })

    test('tells the user and the second factor, and no stamp', async () => {
      const { browser, clock } = await open()
      const { laptop } = await enrolled(browser(), clock)
      const { body } = await laptop.send('GET', '/account')
      expect(body).toEqual({ user: { id: '1', name: 'alice' }, mfa: expect.objectContaining({ mfaEnabled: true }) })
    })
  })

  describe('the transfer', () => {
    test('is for those who are signed in', async () => {
      const { browser } = await open()
      const refused = await browser().send('POST', '/transfer', { body: transfer })
      expect(refused).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
    })

    test('is not for a password alone', async () => {
      const { browser } = await open()
      const visitor = browser()
      await login(visitor, bob)
      const refused = await visitor.send('POST', '/transfer', { body: transfer })
      expect(refused).toMatchObject({ status: 401, body: { code: 'step_up_required' } })
      expect(refused.headers.get('www-authenticate')).toContain('max_age=300')
    })

    test('takes a proof of five minutes, and a step-up after that', async () => {
      const { browser, clock } = await open()
      const { laptop, codes } = await enrolled(browser(), clock)
      const attempt = () => laptop.send('POST', '/transfer', { body: transfer })
      clock.advance(300)
      expect(await attempt()).toMatchObject({ status: 200, body: { transferred: { from: 'alice', ...transfer } } })
      clock.advance(1)
      expect(await attempt()).toMatchObject({ status: 401, body: { code: 'step_up_required' } })
      expect(await laptop.send('POST', '/auth/mfa/step-up', { body: { code: codes[0] } })).toMatchObject({
        status: 200,
      })
      expect(await attempt()).toMatchObject({ status: 200 })
    })

    test.each([{}, { to: 'bob' }, { ...transfer, amount: -50 }, { ...transfer, amount: 0.5 }, { ...transfer, to: 1 }])(
      'is refused if it makes no sense: %j',
      async (body) => {
        const { browser, clock } = await open()
        const { laptop } = await enrolled(browser(), clock)
        expect(await laptop.send('POST', '/transfer', { body })).toMatchObject({ status: 400 })
      },
    )

    test.each(['', '{"to":'])('is refused in JSON if its body is %j', async (body) => {
      const { url, browser, clock } = await open()
      const { laptop } = await enrolled(browser(), clock)
      const cookie = [...laptop.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
      const headers = { cookie, 'Content-Type': 'application/json' }
      const answer = await fetch(`${url}/transfer`, { method: 'POST', headers, body })
      expect(answer.status).toBe(400)
      expect(await answer.json()).toEqual({ error: expect.stringMatching(/^invalid_/) })
    })
  })

  describe('another site', () => {
    test.each(['https://evil.example', 'http://127.0.0.1', 'null'])('cannot act from %s', async (origin) => {
      const { browser, clock } = await open()
      const { laptop } = await enrolled(browser(), clock)
      const headers = { Origin: origin }
      for (const path of ['/transfer', '/logout']) {
        const refused = await laptop.send('POST', path, { body: transfer, headers })
        expect(refused).toMatchObject({ status: 403, body: { error: 'cross_site_request' } })
      }
      expect(await laptop.send('GET', '/account')).toMatchObject({ status: 200 })
    })

    test('is not the own one', async () => {
      const { url, browser, clock } = await open()
      const { laptop } = await enrolled(browser(), clock)
      const headers = { Origin: url }
      expect(await laptop.send('POST', '/transfer', { body: transfer, headers })).toMatchObject({ status: 200 })
    })

    test.each(['text/plain', 'application/x-www-form-urlencoded'])(
      'cannot have a form pass for JSON as %s',
      async (type) => {
        const { browser, clock } = await open()
        const { laptop } = await enrolled(browser(), clock)
        const headers = { 'Content-Type': type }
        const refused = await laptop.send('POST', '/transfer', { body: transfer, headers })
        expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_transfer' } })
      },
    )
  })
}

function login(visitor: Browser, body: object) {
  return visitor.send('POST', '/auth/login', { body })
}

async function enrolled(laptop: Browser, clock: { now(): number }) {
  await login(laptop, alice)
  const begun = await laptop.send('GET', '/auth/mfa/totp/activate')
  const authenticator = createAuthenticator(String(begun.body['totp_url']))
  const code = authenticator.code(authenticator.step(clock.now()))
  const answer = { activation_token: begun.body['activation_token'], code }
  const { body } = await laptop.send('POST', '/auth/mfa/totp/activate', { body: answer })
  return { laptop, codes: body['recovery_codes'] as readonly string[] }
}
