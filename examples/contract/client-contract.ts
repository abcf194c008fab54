// The client logs in to every example as its users and programs do, whatever the clocks say, and while the server restarts.

import type { Notice } from '@latchkey/client'
import { virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import type { BuildApp } from './app-contract.ts'
import { alice, openExample, pay, transfer } from './open-example.ts'
import { allowSlowTests } from './slow-tests.ts'

export function clientContract(build: BuildApp): void {
  allowSlowTests()

  test('the client enrolls, logs in by its secret, is let in, proves itself again, and disables', async () => {
    const { clock, client, enrolled, told } = await openExample(build)
    const own = client({ totp: await enrolled() })
    expect(await own.login(alice)).toEqual({ answer: { user: { id: '1', name: 'alice' } }, tokens: null })
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    clock.advance(301)
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    expect(await own.disable()).toEqual({ detail: 'TOTP has been deactivated.' })
    expect(await own.status()).toMatchObject({ mfaEnabled: false })
    await client().login(alice)
    expect(told('step_up')).toEqual(['success'])
    expect(told('deactivate')).toEqual(['success'])
  })

  test('twenty logins in a row by one secret: each waits for its own step, and none is refused', async () => {
    const { clock, client, enrolled, told } = await openExample(build)
    const own = client({ totp: await enrolled() })
    const start = clock.now()
    for (let count = 0; count < 20; count += 1) await own.login(alice)
    expect(told('verify')).toEqual(Array(20).fill('success'))
    expect(clock.now() - start).toBeGreaterThan(19 * 29_000)
    expect(clock.now() - start).toBeLessThan(20 * 31_000)
  })

  test.each([40, -40, 330])('a server whose clock is %d s off gets the codes of its own time', async (seconds) => {
    const { client, enrolled, told } = await openExample(build, seconds)
    const own = client({ totp: await enrolled() })
    for (let count = 0; count < 3; count += 1) await own.login(alice)
    expect(told('verify')).toEqual(Array(3).fill('success'))
    expect(own.clock()?.offsetSeconds).toBeCloseTo(seconds, -1)
  })

  test('a login that waits for a person goes on after a restart', async () => {
    const { clock, client, enrolled, restart, told } = await openExample(build)
    const phone = virtualAuthenticator({ secret: await enrolled() })
    const own = client()
    await expect(own.login(alice)).rejects.toMatchObject({ code: 'mfa_required', methods: ['totp', 'recovery_code'] })
    await restart()
    // This may meet a connection of the old server, and is sent again then; a typed code would not be.
    expect((await own.fetch('/account')).status).toBe(401)
    await own.submit(phone.code(clock.now()))
    expect(await pay(own)).toEqual({ transferred: { from: 'alice', ...transfer } })
    expect(told('verify')).toEqual(['success'])
  })

  test('a login by a secret waits while the server is away, and goes on with the same code or a later one', async () => {
    const { client, clock, enrolled, stop, restart, told } = await openExample(build)
    const notices: Notice[] = []
    const own = client({
      totp: await enrolled(),
      onNotice: (notice) => notices.push(notice),
      async sleep(ms) {
        clock.advance(ms / 1000)
        if (notices.length === 2) await restart()
      },
      // The password is right, and then the server goes away.
      async fetch(...given) {
        const answer = await fetch(...given)
        const isLogin = given[0] instanceof URL && given[0].pathname === '/auth/login'
        if (notices.length === 0 && isLogin) await stop()
        return answer
      },
    })
    await own.login(alice)
    expect(notices.map((notice) => notice.type === 'waiting' && notice.reason)).toEqual(['unreachable', 'unreachable'])
    expect(told('verify')).toEqual(['success'])
  })
}
