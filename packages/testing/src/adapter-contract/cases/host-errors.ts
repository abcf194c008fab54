import { assertText, readJson } from '../answers.ts'
import type { AdapterRule } from '../rule.ts'
import { password } from '../setting.ts'

const failing = () => {
  throw new Error('the database is down')
}
const passedOn = '{"hostError":"the database is down"}'

/** What the app throws reaches the framework's own error handler, and signs nobody in. */
export const hostErrorRules: readonly AdapterRule[] = [
  {
    name: 'from checkCredentials',
    async check(open) {
      const { client, login } = await open({ app: { checkCredentials: failing } })
      assertText(await login(client), 500, passedOn)
    },
  },
  {
    name: 'from findUser, in a route and in a guard',
    async check(open) {
      const { client, login } = await open({ app: { findUser: failing } })
      await login(client)
      assertText(await client.get('/auth/mfa/status'), 500, passedOn)
      assertText(await client.get('/guarded/default'), 500, passedOn)
    },
  },
  {
    name: 'from respond',
    async check(open) {
      const { client, login } = await open({ app: { respond: failing } })
      assertText(await login(client), 500, passedOn)
    },
  },
  {
    name: 'from confirmPassword, with the code unspent',
    async check(open) {
      let isDown = true
      const confirmPassword = (_user: unknown, given: string) => (isDown ? failing() : given === password)
      const { client, clock, enroll } = await open({ app: { confirmPassword } })
      const { phone } = await enroll(client)
      const sent = { code: phone.nextCode(clock.now()), password }
      assertText(await client.post('/auth/mfa/totp/deactivate', sent), 500, passedOn)
      isDown = false
      readJson(await client.post('/auth/mfa/totp/deactivate', sent))
    },
  },
]
