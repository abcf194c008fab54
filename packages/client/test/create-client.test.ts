/** The rule guarded here: one client logs in by tokens or by cookies, and stays signed in, with codes that it makes. */
import { expect, test } from 'vitest'
import { credentials, openApp } from './open-app.ts'

test.each(['bearer', 'session'] as const)(
  'a program with a secret logs in, is let in, and proves itself again: %s',
  async (host) => {
    const app = await openApp({ host })
    const phone = await app.enroll()
    const client = app.client({ totp: phone.secret })
    const { tokens } = await client.login(credentials)
    expect(tokens === null).toBe(host === 'session')
    expect(await (await client.fetch('/payout')).json()).toEqual({ paid: 'alice' })
    app.clock.advance(1000)
    expect(await (await client.fetch('/payout')).json()).toEqual({ paid: 'alice' })
    expect(await client.status()).toMatchObject({ mfaEnabled: true, methods: ['totp', 'recovery_code'] })
  },
)
