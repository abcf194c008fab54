import { describe, expect, test } from 'vitest'
import type { Framework } from '../framework.ts'
import { expectJson, expectProblem, openSetting } from '../setting.ts'

/** Who gets past a guard, and what it leaves for the route. */
export function guardCases(framework: Framework): void {
  test('nobody is signed in', async () => {
    const { client } = await openSetting(framework)
    expectProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
  })

  test('a password alone is not enough, with or without a second factor', async () => {
    const { client, newClient, login, enrol } = await openSetting(framework)
    await login(client)
    const answer = await client.get('/guarded/default')
    expectProblem(answer, 401, 'step_up_required')
    expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age=300')
    await enrol(newClient())
    expectProblem(await client.get('/guarded/default'), 401, 'step_up_required')
  })

  test.each([
    ['/guarded/default', 300],
    ['/guarded/minute', 60],
  ])('%s lets in a proof of at most %i seconds', async (path, seconds) => {
    const { client, clock, enrol } = await openSetting(framework)
    await enrol(client)
    clock.advance(seconds - 30)
    expect((await client.get(path)).status).toBe(200)
    clock.advance(1)
    const answer = await client.get(path)
    expectProblem(answer, 401, 'step_up_required')
    expect(answer.headers['www-authenticate']).toContain(`max_age=${seconds}`)
  })

  test('the route learns who it is and what was proved', async () => {
    const { client, clock, enrol } = await openSetting(framework)
    const { phone } = await enrol(client)
    expectJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
    expect((await client.get('/guarded/default')).json()).toEqual({
      user: { id: '1', name: 'alice', stamp: 'v1' },
      proof: { provedAt: clock.now(), factor: 'totp', amr: ['pwd', 'otp', 'mfa'] },
    })
  })

  test('only a proof of a factor that is asked for gets in', async () => {
    const { client, enrol } = await openSetting(framework)
    const { recoveryCodes } = await enrol(client)
    expectProblem(await client.get('/guarded/recovery-code'), 401, 'step_up_required')
    expectJson(await client.post('/auth/mfa/step-up', { code: recoveryCodes[0] }))
    expect((await client.get('/guarded/recovery-code')).json()).toMatchObject({ proof: { factor: 'recovery_code' } })
  })

  describe('it stays shut', () => {
    test('for the cookies of a login that waits for its second factor', async () => {
      const { newClient, login, enrol } = await openSetting(framework)
      await enrol(newClient())
      const client = newClient()
      await login(client)
      expectProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
    })

    test('for a user who is gone', async () => {
      const { client, users, enrol } = await openSetting(framework)
      await enrol(client)
      users.delete('1')
      expectProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
    })
  })
}
