import { MfaError, memoryStorage } from '@latchkey/core'
import { describe, expect, test } from 'vitest'
import type { BodyMode, Framework } from '../framework.ts'
import { expectProblem, openSetting } from '../setting.ts'

const down = { get: () => Promise.reject(new Error('down')) }

/** Every error of the wire, but those of bodies and paths. */
export function errorCases(framework: Framework): void {
  describe.each<BodyMode>(['unread', 'parsed'])('with a body %s', (body) => {
    test('invalid_request names each field', async () => {
      const { client } = await openSetting(framework, { body })
      const missing = expectProblem(await client.post('/auth/mfa/verify', {}), 400, 'invalid_request')
      const message = expect.any(String) as string
      expect(missing['errors']).toEqual([
        { field: 'ephemeral_token', message },
        { field: 'code', message },
      ])
      const number = await client.post('/auth/mfa/verify', { ephemeral_token: 'x', code: 21589 })
      expect(expectProblem(number, 400, 'invalid_request')['errors']).toEqual([
        { field: 'code', message: expect.stringContaining('string') },
      ])
    })

    test('invalid_code counts down', async () => {
      const { client, clock, login, enrol } = await openSetting(framework, { body })
      const { phone } = await enrol(client)
      const refused = await login(client, { code: phone.wrongCode(clock.now()) })
      expect(expectProblem(refused, 400, 'invalid_code')['attempts_remaining']).toBe(4)
      expect(expectProblem(await login(client, { code: '' }), 400, 'invalid_code')['attempts_remaining']).toBe(4)
    })

    test('invalid_token', async () => {
      const { client, login } = await openSetting(framework, { body })
      const ephemeral = { ephemeral_token: 'forged', code: '000000' }
      expectProblem(await client.post('/auth/mfa/verify', ephemeral), 400, 'invalid_token')
      await login(client)
      const activation = { activation_token: 'forged', code: '000000' }
      expectProblem(await client.post('/auth/mfa/totp/activate', activation), 400, 'invalid_token')
    })

    test('invalid_credentials, for a wrong password at deactivation too', async () => {
      const app = { confirmPassword: () => false }
      const { client, clock, login, enrol } = await openSetting(framework, { body, app })
      expectProblem(await login(client, { password: 'x' }), 401, 'invalid_credentials')
      const { phone } = await enrol(client)
      const sent = { code: phone.nextCode(clock.now()), password: 'x' }
      expectProblem(await client.post('/auth/mfa/totp/deactivate', sent), 401, 'invalid_credentials')
    })

    test('too_many_attempts tells the wait in header and body', async () => {
      const { client, clock, login, enrol } = await openSetting(framework, { body })
      const { phone } = await enrol(client)
      for (let count = 0; count < 5; count += 1) await login(client, { code: phone.wrongCode(clock.now()) })
      const waiting = await login(client, { code: phone.nextCode(clock.now()) })
      expect(expectProblem(waiting, 429, 'too_many_attempts')['retry_after']).toBe(30)
      expect(waiting.headers['retry-after']).toBe('30')
    })
  })

  restOfErrors(framework)
}

function restOfErrors(framework: Framework): void {
  test('too_many_attempts of a suspended factor tells no wait', async () => {
    const mfa = { attempts: { waitAfter: 1, suspendAfter: 1 } }
    const { client, clock, login, enrol } = await openSetting(framework, { mfa })
    const { phone } = await enrol(client)
    await login(client, { code: phone.wrongCode(clock.now()) })
    const suspended = await login(client, { code: phone.nextCode(clock.now()) })
    expect(expectProblem(suspended, 429, 'too_many_attempts')).not.toHaveProperty('retry_after')
    expect(suspended.headers).not.toHaveProperty('retry-after')
  })

  test('unauthenticated, before the body is looked at', async () => {
    const { client } = await openSetting(framework)
    for (const path of ['/auth/mfa/status', '/auth/mfa/authenticators', '/auth/mfa/totp/activate']) {
      expectProblem(await client.get(path), 401, 'unauthenticated')
    }
    expectProblem(await client.send('POST', '/auth/mfa/step-up', { body: 'no JSON' }), 401, 'unauthenticated')
  })

  test('step_up_required says how old a proof may be', async () => {
    const { client, clock, enrol } = await openSetting(framework)
    await enrol(client)
    clock.advance(300)
    const answer = await client.get('/auth/mfa/recovery-codes')
    expectProblem(answer, 401, 'step_up_required')
    expect(answer.headers['www-authenticate']).toBe('Bearer error="insufficient_user_authentication", max_age=300')
  })

  test('not_found, not_enabled and authenticator_limit', async () => {
    const { client, login, enrol } = await openSetting(framework, { mfa: { totp: { authenticators: 1 } } })
    await login(client)
    expectProblem(await client.post('/auth/mfa/step-up', { code: '000000' }), 409, 'not_enabled')
    await enrol(client)
    const unknown = '/auth/mfa/authenticators/1'
    expectProblem(await client.send('PATCH', unknown, { json: { name: 'x' } }), 404, 'not_found')
    expectProblem(await client.send('DELETE', unknown), 404, 'not_found')
    expectProblem(await client.get('/auth/mfa/totp/activate'), 409, 'authenticator_limit')
  })

  test('storage_unavailable signs nobody in', async () => {
    const { client, login } = await openSetting(framework, { mfa: { storage: { ...memoryStorage(), ...down } } })
    const answer = await login(client)
    expectProblem(answer, 503, 'storage_unavailable')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('an MfaError that the app throws is answered as one', async () => {
    const checkCredentials = () => {
      throw new MfaError('too_many_attempts', { retryAfterSeconds: 7 })
    }
    const { client, login } = await openSetting(framework, { app: { checkCredentials } })
    const answer = await login(client)
    expectProblem(answer, 429, 'too_many_attempts')
    expect(answer.headers['retry-after']).toBe('7')
  })
}
