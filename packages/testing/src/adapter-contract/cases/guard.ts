import assert from 'node:assert/strict'
import type { MfaContext } from '@latchkey/core'
import { readJson, readProblem } from '../answers.ts'
import { type AdapterRule, within } from '../rule.ts'

const ages = [
  ['/guarded/default', 300],
  ['/guarded/minute', 60],
] as const

/** The users whom a guard admits, and what it leaves for the route. */
export const guardRules: readonly AdapterRule[] = [
  {
    name: 'nobody is signed in',
    async check(open) {
      const { client } = await open()
      readProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
    },
  },
  {
    name: 'a password alone is not enough, with or without a second factor',
    async check(open) {
      const { client, newClient, login, enroll } = await open()
      await login(client)
      const answer = await client.get('/guarded/default')
      readProblem(answer, 401, 'step_up_required')
      const challenge = 'Bearer error="insufficient_user_authentication", max_age=300'
      assert.equal(answer.headers['www-authenticate'], challenge)
      await enroll(newClient())
      readProblem(await client.get('/guarded/default'), 401, 'step_up_required')
    },
  },
  ...ages.map(
    ([path, seconds]): AdapterRule => ({
      name: `${path} lets in a proof of at most ${seconds} seconds`,
      async check(open) {
        const { client, clock, enroll } = await open()
        await enroll(client)
        clock.advance(seconds - 30)
        assert.equal((await client.get(path)).status, 200)
        clock.advance(1)
        const answer = await client.get(path)
        readProblem(answer, 401, 'step_up_required')
        assert.ok(answer.headers['www-authenticate']?.includes(`max_age=${seconds}`))
      },
    }),
  ),
  {
    name: 'the route learns who it is and what was proved',
    async check(open) {
      const { client, clock, enroll } = await open()
      const { phone } = await enroll(client)
      readJson(await client.post('/auth/mfa/step-up', { code: phone.nextCode(clock.now()) }))
      const { user, proof } = (await client.get('/guarded/default')).json() as MfaContext
      assert.deepEqual(user, { id: '1', name: 'alice', stamp: 'v1' })
      const { userId, factor, strength, amr, provedAt } = proof
      assert.deepEqual({ userId, factor, amr }, { userId: '1', factor: 'totp', amr: ['pwd', 'otp', 'mfa'] })
      assert.deepEqual({ strength, provedAt }, { strength: 'possession', provedAt: clock.now() })
    },
  },
  {
    name: 'only a proof of a factor that is asked for gets in',
    async check(open) {
      const { client, enroll } = await open()
      const { recoveryCodes } = await enroll(client)
      readProblem(await client.get('/guarded/recovery-code'), 401, 'step_up_required')
      readJson(await client.post('/auth/mfa/step-up', { code: recoveryCodes[0] }))
      const { proof } = (await client.get('/guarded/recovery-code')).json() as { proof: { factor: string } }
      assert.equal(proof.factor, 'recovery_code')
    },
  },
  ...within('it stays shut', [
    {
      name: 'for the cookies of a login that waits for its second factor',
      async check(open) {
        const { newClient, login, enroll } = await open()
        await enroll(newClient())
        const client = newClient()
        await login(client)
        readProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
      },
    },
    {
      name: 'for a user who is gone',
      async check(open) {
        const { client, users, enroll } = await open()
        await enroll(client)
        users.delete('1')
        readProblem(await client.get('/guarded/default'), 401, 'unauthenticated')
      },
    },
  ]),
]
