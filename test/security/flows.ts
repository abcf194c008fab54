import type { HttpAnswer, StorageMethod } from '@latchkey/testing'
import type { Person } from './person.ts'
import type { Stage } from './stage.ts'

/** Something a user does that reads or writes the record. */
export interface Flow {
  readonly name: string
  /** The storage calls it makes, in their order. */
  readonly calls: readonly StorageMethod[]
  /** The status of its success. */
  readonly status: number
  /** Gets alice to where it can be done; gives the request that does it, with input nobody has used. */
  readonly prepare: (stage: Stage) => Promise<() => Promise<HttpAnswer>>
}

const reads: readonly StorageMethod[] = ['get']
const writes: readonly StorageMethod[] = ['get', 'put']

/** Everything the routes do. */
export const flows: readonly Flow[] = [
  flow(
    'login',
    reads,
    async ({ alice }) =>
      () =>
        alice.login(),
  ),
  flow('login in one call', writes, async ({ alice }) => {
    const code = alice.newCode()
    return () => alice.login(undefined, { code })
  }),
  flow('verify', writes, async ({ alice }) => {
    const [token, code] = [await alice.challenge(), alice.newCode()]
    return () => alice.verify(token, code)
  }),
  flow('verify with a recovery code', writes, async ({ alice }) => {
    const [token, code] = [await alice.challenge(), await unusedCode(alice)]
    return () => alice.verify(token, code)
  }),
  flow(
    'a wrong code',
    writes,
    async ({ alice }) => {
      const token = await alice.challenge()
      return () => alice.verify(token, alice.wrongCode())
    },
    400,
  ),
  flow('step-up', writes, async ({ alice }) => {
    const code = alice.newCode()
    return () => alice.browser.post('/auth/mfa/step-up', { code })
  }),
  flow(
    'status',
    reads,
    async ({ alice }) =>
      () =>
        alice.browser.get('/auth/mfa/status'),
  ),
  flow(
    'authenticators',
    reads,
    async ({ alice }) =>
      () =>
        alice.browser.get('/auth/mfa/authenticators'),
  ),
  flow(
    'recovery codes',
    reads,
    async ({ alice }) =>
      () =>
        alice.browser.get('/auth/mfa/recovery-codes'),
  ),
  flow(
    'regenerate',
    writes,
    async ({ alice }) =>
      () =>
        alice.browser.post('/auth/mfa/recovery-codes/regenerate', {}),
  ),
  flow(
    'begin',
    reads,
    async ({ alice }) =>
      () =>
        alice.browser.get('/auth/mfa/totp/activate'),
  ),
  flow('confirm', writes, async ({ alice, clock }) => {
    const { activationToken, app } = await alice.begin()
    const code = app.code(clock.now())
    return () => alice.browser.post('/auth/mfa/totp/activate', { activation_token: activationToken, code })
  }),
  flow('qr', reads, async ({ alice }) => {
    const { activationToken } = await alice.begin()
    return () => alice.browser.post('/auth/mfa/totp/qr', { activation_token: activationToken })
  }),
  flow(
    'rename',
    writes,
    async ({ alice, clock }) =>
      () =>
        alice.browser.send('PATCH', `/auth/mfa/authenticators/${alice.authenticatorId}`, {
          json: { name: `phone ${clock.now()}` },
        }),
  ),
  flow(
    'remove',
    writes,
    async ({ alice }) =>
      () =>
        alice.browser.send('DELETE', `/auth/mfa/authenticators/${alice.authenticatorId}`),
    204,
  ),
  flow('deactivate', writes, async ({ alice }) => {
    const code = alice.newCode()
    return () => alice.browser.post('/auth/mfa/totp/deactivate', { code })
  }),
]

function flow(name: string, calls: Flow['calls'], start: Flow['prepare'], status = 200): Flow {
  return {
    ...{ name, calls, status },
    async prepare(stage) {
      await signedInAfresh(stage)
      return start(stage)
    },
  }
}

/** Alice is enrolled and signed in with a proof of now, and no count of hers has begun. */
async function signedInAfresh({ alice, mfa, records }: Stage): Promise<void> {
  const record = (await records())['alice']
  const isEnrolled = record?.authenticators.some(({ id }) => id === alice.authenticatorId) ?? false
  if (!isEnrolled) {
    await mfa.reset('alice')
    await alice.enroll()
  }
  await alice.signIn()
}

async function unusedCode({ browser }: Person): Promise<string> {
  const { codes } = (await browser.get('/auth/mfa/recovery-codes')).json() as { codes: string[] }
  return codes[0] as string
}
