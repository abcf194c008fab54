// What is the app's own: who is let in by a token, and that a password alone moves no money.

import { expect, test } from 'vitest'
import { alice, openExample, pay, transfer } from '../../contract/open-example.ts'
import { allowSlowTests } from '../../contract/slow-tests.ts'
import { buildApp } from '../app.js'

allowSlowTests()

test.each([undefined, 'Bearer', 'Bearer ey.ey.ey', 'Basic YTpi'])(
  'the account is 401 for %s',
  async (authorization) => {
    const { baseUrl } = await openExample(buildApp)
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await fetch(new URL('/account', baseUrl), { headers })
    expect([answer.status, await answer.json()]).toEqual([401, { error: 'unauthenticated' }])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  },
)

test('no cookie is set, and the account tells no stamp', async () => {
  const { client } = await openExample(buildApp)
  const own = client()
  await own.login(alice)
  expect((await own.held())?.cookies).toEqual([])
  const answer = await own.fetch('/account')
  expect(await answer.json()).toEqual({
    user: { id: '1', name: 'alice' },
    mfa: expect.objectContaining({ mfaEnabled: false }),
  })
})

test('the transfer is not for a password alone, and not for nonsense', async () => {
  const { client, enrolled } = await openExample(buildApp)
  const own = client()
  await own.login(alice)
  expect(await pay(own)).toMatchObject({ code: 'step_up_required' })
  const proven = client({ totp: await enrolled() })
  await proven.login(alice)
  const headers = { 'Content-Type': 'application/json' }
  for (const body of [
    '',
    '{"to":',
    ...[{}, { to: 'bob' }, { ...transfer, amount: -50 }].map((value) => JSON.stringify(value)),
  ]) {
    const answer = await proven.fetch('/transfer', { method: 'POST', headers, body })
    expect([body, answer.status]).toEqual([body, 400])
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/^invalid_/) })
  }
})
