import { expect, test } from 'vitest'
import type { Framework } from '../framework.ts'
import { expectJson, openSetting, password } from '../setting.ts'

const failing = () => {
  throw new Error('the database is down')
}
const passedOn = { status: 500, text: '{"hostError":"the database is down"}' }

/** What the app throws reaches the framework's own error handler, and signs nobody in. */
export function hostErrorCases(framework: Framework): void {
  test('from checkCredentials', async () => {
    const { client, login } = await openSetting(framework, { app: { checkCredentials: failing } })
    expect(await login(client)).toMatchObject(passedOn)
  })

  test('from findUser, in a route and in a guard', async () => {
    const { client, login } = await openSetting(framework, { app: { findUser: failing } })
    await login(client)
    expect(await client.get('/auth/mfa/status')).toMatchObject(passedOn)
    expect(await client.get('/guarded/default')).toMatchObject(passedOn)
  })

  test('from respond', async () => {
    const { client, login } = await openSetting(framework, { app: { respond: failing } })
    expect(await login(client)).toMatchObject(passedOn)
  })

  test('from confirmPassword, with the code unspent', async () => {
    let isDown = true
    const confirmPassword = (_user: unknown, given: string) => (isDown ? failing() : given === password)
    const { client, clock, enrol } = await openSetting(framework, { app: { confirmPassword } })
    const { phone } = await enrol(client)
    const sent = { code: phone.nextCode(clock.now()), password }
    expect(await client.post('/auth/mfa/totp/deactivate', sent)).toMatchObject(passedOn)
    isDown = false
    expectJson(await client.post('/auth/mfa/totp/deactivate', sent))
  })
}
