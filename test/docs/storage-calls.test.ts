/** The figure guarded here: what each operation costs in storage calls, as the architecture page has it. */
import { createMfa, type Mfa, type MfaRequest, memoryStorage } from '@latchkey/core'
import { type FaultyStorage, faultyStorage, manualClock, virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { pageOf } from './pages.ts'

const alice = { id: '1', name: 'alice' }
const request: MfaRequest = {
  method: 'GET',
  path: '/page',
  target: '/page',
  origin: 'https://app.example',
  address: '192.0.2.1',
  header: () => undefined,
  body: null,
  parsedBody: undefined,
}
const [, section = ''] = pageOf('docs/architecture.md').prose.split('\n## What it costs\n')
const [costs = ''] = section.split('\n## ', 1)
const rows = [...costs.matchAll(/^\| ([^`|]+?) +\| (\d) +\| (\d) +\|$/gm)].map(([, name = '', gets, puts]) => {
  return [name, Number(gets), Number(puts)] as const
})

/** A user with a second factor, and what the operations need; the counts start from here. */
async function setting() {
  const clock = manualClock()
  const storage: FaultyStorage = faultyStorage(memoryStorage())
  const mfa = createMfa({
    secret: 'Xw5nB8cK1vT7yR3pL6qZ0mJ9hG4fD2sA',
    issuer: 'Acme',
    storage,
    findUser: () => alice,
    now: clock.now,
  })
  const { totpUrl, activationToken } = await mfa.begin('totp', alice)
  const phone = virtualAuthenticator(totpUrl)
  const { authenticator, proof } = await mfa.confirm('totp', alice, { activationToken, code: phone.code(clock.now()) })
  const handler = mfa.handler({
    checkCredentials: () => null,
    currentUser: () => ({ user: alice, proof: proof.sealed, session: 'the first' }),
    signIn: () => ({}),
    proved: () => ({}),
  })
  const tokens = await mfa.tokens.issue(alice, proof)
  const challenge = await mfa.challenge(alice)
  if (challenge.kind !== 'challenge') throw new Error('alice has no second factor')
  const { ephemeralToken } = challenge
  const fresh = { provedAt: clock.now() }
  const begun = await mfa.begin('totp', alice, fresh)
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  await mfa.import('2', { totpSecret: secret })
  storage.reset()
  const wrong = phone.wrongCode(clock.now())
  const code = phone.nextCode(clock.now())
  return {
    mfa,
    handler,
    storage,
    clock,
    authenticator,
    ephemeralToken,
    fresh,
    begun,
    secret,
    wrong,
    code,
    proof,
    tokens,
  }
}

/** A user without a second factor gives the password again. */
async function giveThePassword(mfa: Mfa): Promise<void> {
  const handler = mfa.handler({
    checkCredentials: () => null,
    currentUser: () => ({ user: { id: '3', name: 'bob' }, proof: null, session: 'his' }),
    signIn: () => ({}),
    proved: () => ({}),
    confirmPassword: () => true,
    confirmed: () => ({}),
  })
  const header = (name: string) => (name === 'content-type' ? 'application/json' : undefined)
  const body = { password: 'right' }
  const answer = await handler.handle({ ...request, method: 'POST', path: '/mfa/step-up', header, parsedBody: body })
  if (answer?.status !== 200) throw new Error('the password was refused')
}

type Setting = Awaited<ReturnType<typeof setting>>

const operations: Readonly<Record<string, (given: Setting) => unknown>> = {
  challenge: ({ mfa }) => mfa.challenge(alice),
  'challenge, answered in the same call': ({ mfa, code }) => mfa.challenge(alice, { code }),
  verify: ({ mfa, ephemeralToken, code }) => mfa.verify(ephemeralToken, { code }),
  'verify, wrong code': ({ mfa, ephemeralToken, wrong }) => mfa.verify(ephemeralToken, { code: wrong }),
  'verify, not a code': ({ mfa, ephemeralToken }) => mfa.verify(ephemeralToken, { code: 'none' }),
  'verify, forged token': ({ mfa, code }) => mfa.verify('none', { code }),
  'begin an enrollment': ({ mfa, fresh }) => mfa.begin('totp', alice, fresh),
  'begin that of a new account': ({ mfa }) => mfa.register({ id: '4', name: 'bob' }),
  'confirm it': ({ mfa, begun, clock }) => {
    const { totpUrl, activationToken } = begun
    return mfa.confirm('totp', alice, { activationToken, code: virtualAuthenticator(totpUrl).code(clock.now()) })
  },
  'step-up': ({ mfa, code }) => mfa.stepUp(alice, { code }),
  'step-up by the password alone': ({ mfa }) => giveThePassword(mfa),
  deactivate: ({ mfa, code }) => mfa.deactivate('totp', alice, { code }),
  status: ({ mfa }) => mfa.status('1'),
  'list the authenticators': ({ mfa }) => mfa.authenticators('1'),
  'rename one': ({ mfa, authenticator }) => mfa.renameAuthenticator('1', authenticator.id, { name: 'Phone' }),
  'remove one': ({ mfa, authenticator, fresh }) => mfa.removeAuthenticator('1', authenticator.id, fresh),
  'remove all of a factor': ({ mfa, fresh }) => mfa.removeAuthenticators('totp', '1', fresh),
  'show the recovery codes': ({ mfa, fresh }) => mfa.recoveryCodes('1', fresh),
  'regenerate them': ({ mfa, fresh }) => mfa.regenerateRecoveryCodes('1', fresh),
  reset: ({ mfa }) => mfa.reset('1'),
  'revoke the tokens': ({ mfa }) => mfa.revokeTokens('1'),
  import: ({ mfa, secret }) => mfa.import('3', { totpSecret: secret }),
  'import the same again': ({ mfa, secret }) => mfa.import('2', { totpSecret: secret }),
  'tokens for a sign-in': ({ mfa, proof }) => mfa.tokens.issue(alice, proof),
  'refresh them': ({ mfa, tokens }) => mfa.tokens.refresh(tokens.refreshToken),
  'a new access token after a proof': ({ mfa, tokens, proof }) => mfa.tokens.renew(tokens.accessToken, proof),
  'end a sign-in': ({ mfa, tokens }) => mfa.tokens.revoke(tokens.refreshToken),
  'an access token': ({ mfa, tokens }) => mfa.tokens.read(tokens.accessToken),
  erase: ({ mfa }) => mfa.erase('1'),
  guard: ({ handler }) => handler.guard()(request),
}

test('every operation has its row', () => {
  expect(rows.map(([name]) => name)).toEqual(Object.keys(operations))
})

test.each(rows)('%s: %i reads, %i writes', async (name, gets, puts) => {
  const given = await setting()
  const refused = await Promise.resolve(operations[name]?.(given)).then(
    () => false,
    () => true,
  )
  expect(refused).toBe(/, (wrong|not|forged) /.test(name))
  const { get, put } = given.storage.calls
  expect({ get, put }).toEqual({ get: gets, put: puts })
  expect(given.storage.calls.delete).toBe(name === 'erase' ? 1 : 0)
})
