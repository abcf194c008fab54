import assert from 'node:assert/strict'
import { MfaError, memoryStorage } from '@latchkey/core'
import { assertMembers, readProblem, text } from '../answers.ts'
import type { BodyMode } from '../app-setup.ts'
import { type AdapterRule, within } from '../rule.ts'

const bodies: readonly BodyMode[] = ['unread', 'parsed']

/** Every error of the wire, but those of bodies and paths. */
export const errorRules: readonly AdapterRule[] = [
  ...bodies.flatMap((body) => within(`with a body ${body}`, rulesOf(body))),
  {
    name: 'too_many_attempts of a suspended factor tells no wait',
    async check(open) {
      const mfa = { attempts: { waitAfter: 1, suspendAfter: 1 } }
      const { client, clock, login, enroll } = await open({ mfa })
      const { phone } = await enroll(client)
      await login(client, { code: phone.wrongCode(clock.now()) })
      const suspended = await login(client, { code: phone.nextCode(clock.now()) })
      assert.ok(!('retry_after' in readProblem(suspended, 429, 'too_many_attempts')))
      assert.equal(suspended.headers['retry-after'], undefined)
    },
  },
  {
    name: 'unauthenticated, before the body is looked at',
    async check(open) {
      const { client } = await open()
      for (const path of ['/auth/mfa/status', '/auth/mfa/authenticators', '/auth/mfa/totp/activate']) {
        readProblem(await client.get(path), 401, 'unauthenticated')
      }
      readProblem(await client.send('POST', '/auth/mfa/step-up', { body: 'no JSON' }), 401, 'unauthenticated')
    },
  },
  {
    name: 'step_up_required says how old a proof may be',
    async check(open) {
      const { client, clock, enroll } = await open()
      await enroll(client)
      clock.advance(300)
      const answer = await client.get('/auth/mfa/recovery-codes')
      readProblem(answer, 401, 'step_up_required')
      const challenge = 'Bearer error="insufficient_user_authentication", max_age=300'
      assert.equal(answer.headers['www-authenticate'], challenge)
    },
  },
  {
    name: 'not_found, not_enabled and authenticator_limit',
    async check(open) {
      const { client, login, enroll } = await open({ mfa: { totp: { authenticators: 1 } } })
      await login(client)
      readProblem(await client.post('/auth/mfa/step-up', { code: '000000' }), 409, 'not_enabled')
      await enroll(client)
      const unknown = '/auth/mfa/authenticators/1'
      readProblem(await client.send('PATCH', unknown, { json: { name: 'x' } }), 404, 'not_found')
      readProblem(await client.send('DELETE', unknown), 404, 'not_found')
      readProblem(await client.get('/auth/mfa/totp/activate'), 409, 'authenticator_limit')
    },
  },
  {
    name: 'storage_unavailable signs nobody in',
    async check(open) {
      const down = { get: () => Promise.reject(new Error('down')) }
      const { client, login } = await open({ mfa: { storage: { ...memoryStorage(), ...down } } })
      const answer = await login(client)
      readProblem(answer, 503, 'storage_unavailable')
      assert.equal(answer.headers['set-cookie'], undefined)
    },
  },
  {
    name: 'an MfaError that the app throws is answered as one',
    async check(open) {
      const checkCredentials = () => {
        throw new MfaError('too_many_attempts', { retryAfterSeconds: 7 })
      }
      const { client, login } = await open({ app: { checkCredentials } })
      const answer = await login(client)
      readProblem(answer, 429, 'too_many_attempts')
      assert.equal(answer.headers['retry-after'], '7')
    },
  },
]

function rulesOf(body: BodyMode): readonly AdapterRule[] {
  return [
    {
      name: 'invalid_request names each field',
      async check(open) {
        const { client } = await open({ body })
        const missing = readProblem(await client.post('/auth/mfa/verify', {}), 400, 'invalid_request')
        assertMembers(missing['errors'], [
          { field: 'ephemeral_token', message: text },
          { field: 'code', message: text },
        ])
        const number = await client.post('/auth/mfa/verify', { ephemeral_token: 'x', code: 21589 })
        const { errors } = readProblem(number, 400, 'invalid_request')
        assertMembers(errors, [{ field: 'code', message: /string/ }])
      },
    },
    {
      name: 'invalid_code counts down',
      async check(open) {
        const { client, clock, login, enroll } = await open({ body })
        const { phone } = await enroll(client)
        for (const code of [phone.wrongCode(clock.now()), '']) {
          assert.equal(readProblem(await login(client, { code }), 400, 'invalid_code')['attempts_remaining'], 4)
        }
      },
    },
    {
      name: 'invalid_token',
      async check(open) {
        const { client, login } = await open({ body })
        const ephemeral = { ephemeral_token: 'forged', code: '000000' }
        readProblem(await client.post('/auth/mfa/verify', ephemeral), 400, 'invalid_token')
        await login(client)
        const activation = { activation_token: 'forged', code: '000000' }
        readProblem(await client.post('/auth/mfa/totp/activate', activation), 400, 'invalid_token')
      },
    },
    {
      name: 'invalid_credentials, for a wrong password at deactivation too',
      async check(open) {
        const { client, clock, login, enroll } = await open({ body, app: { confirmPassword: () => false } })
        readProblem(await login(client, { password: 'x' }), 401, 'invalid_credentials')
        const { phone } = await enroll(client)
        const sent = { code: phone.nextCode(clock.now()), password: 'x' }
        readProblem(await client.post('/auth/mfa/totp/deactivate', sent), 401, 'invalid_credentials')
      },
    },
    {
      name: 'too_many_attempts tells the wait in header and body',
      async check(open) {
        const { client, clock, login, enroll } = await open({ body })
        const { phone } = await enroll(client)
        for (let count = 0; count < 5; count += 1) await login(client, { code: phone.wrongCode(clock.now()) })
        const waiting = await login(client, { code: phone.nextCode(clock.now()) })
        assert.equal(readProblem(waiting, 429, 'too_many_attempts')['retry_after'], 30)
        assert.equal(waiting.headers['retry-after'], '30')
      },
    },
  ]
}
