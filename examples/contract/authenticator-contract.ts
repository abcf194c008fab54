// Authenticator apps that nobody here wrote enroll from the totp_url, and sign in.

import { execFileSync } from 'node:child_process'
import { manualClock } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { createAuthenticator } from '../express-session/demo/authenticator.mjs'
import { createBrowser } from '../express-session/demo/browser.mjs'
import type { BuildApp } from './app-contract.ts'
import { serve } from './serve.ts'
import { allowSlowTests } from './slow-tests.ts'
import { hasTool } from './tools.ts'

interface AuthenticatorApp {
  step(nowMs: number): number
  code(step: number): string
}

const bob = { username: 'bob', password: 'tr0ub4dor and 3' }
const bobsSession = {
  status: 200,
  beginsSession: true,
  account: { user: { id: '2', name: 'bob' }, mfa: expect.objectContaining({ mfaEnabled: true }) },
}
const hasOathtool = hasTool('oathtool', 'enrolling and signing in with the codes of OATH Toolkit')

export function authenticatorContract(build: BuildApp): void {
  allowSlowTests()
  test('otplib enrolls and signs in', async () => {
    expect(await enrollAndSignIn(build, createAuthenticator)).toEqual([bobsSession, bobsSession, bobsSession])
  })

  test.skipIf(!hasOathtool)('oathtool enrolls and signs in', async () => {
    expect(await enrollAndSignIn(build, oathtool)).toEqual([bobsSession, bobsSession, bobsSession])
  })
}

/** Enrolls at once and signs in three times, a minute apart. @returns what each sign-in came to */
async function enrollAndSignIn(build: BuildApp, scan: (totpUrl: string) => AuthenticatorApp) {
  const clock = manualClock()
  const url = await serve(await build({ now: clock.now }))
  const browser = createBrowser(url)
  await browser.send('POST', '/auth/login', { body: bob })
  const begun = await browser.send('GET', '/auth/mfa/totp/activate')
  const app = scan(String(begun.body['totp_url']))
  const code = () => app.code(app.step(clock.now()))
  const answer = { activation_token: begun.body['activation_token'], code: code() }
  await browser.send('POST', '/auth/mfa/totp/activate', { body: answer })
  const signedIn: object[] = []
  for (let count = 0; count < 3; count += 1) {
    clock.advance(60)
    const visitor = createBrowser(url)
    const { body } = await visitor.send('POST', '/auth/login', { body: bob })
    const proof = { ephemeral_token: body['ephemeral_token'], code: code() }
    const passed = await visitor.send('POST', '/auth/mfa/verify', { body: proof })
    const account = await visitor.send('GET', '/account')
    signedIn.push({ status: passed.status, beginsSession: passed.beginsSession, account: account.body })
  }
  return signedIn
}

/** OATH Toolkit's command. It knows no URLs, so it gets what is in it. */
function oathtool(totpUrl: string): AuthenticatorApp {
  const { searchParams } = new URL(totpUrl)
  const seconds = Number(searchParams.get('period'))
  const args = [
    `--totp=${searchParams.get('algorithm')}`,
    `--digits=${searchParams.get('digits')}`,
    `--time-step-size=${seconds}s`,
    '--base32',
  ]
  return {
    step: (nowMs) => Math.floor(nowMs / 1000 / seconds),
    code(step) {
      const now = new Date(step * seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC')
      const input = searchParams.get('secret') ?? ''
      return execFileSync('oathtool', [...args, `--now=${now}`, '-'], { encoding: 'utf8', input }).trim()
    },
  }
}
