/** The threat: a bearer token that was copied, outlives its user, or passes for another; and a refresh that wins twice. */
import { inspect } from 'node:util'
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { type BearerClient, bearerClient } from './bearer-client.ts'
import { expectPassed, type Person } from './person.ts'
import {
  badToken,
  crossSite,
  expectRefused,
  locked,
  notSignedIn,
  reasonsOf,
  stepUpRequired,
  wrongCode,
} from './refusal.ts'
import { describeOn, frameworkStacks, pairedStacks, storageStacks } from './stacks.ts'
import { openStage, type Stage, type StageOptions } from './stage.ts'

const refreshPath = '/auth/token/refresh'

/** Alice has a second factor, and is signed in with a fresh proof. */
async function openBearer(stack: Parameters<typeof openStage>[0], options: StageOptions = {}) {
  const stage = await openStage(stack, { bearer: true, ...options })
  const alice = await stage.alice.enroll()
  const client = tokensOf(alice)
  await alice.signIn(client)
  return { stage, alice, client }
}

function tokensOf(person: Person): BearerClient {
  return person.browser as BearerClient
}

function refresh(client: BearerClient, token = client.tokens.refresh): Promise<HttpAnswer> {
  return client.post(refreshPath, { refresh_token: token })
}

/** A client without a token of its own, so that what it sends is what a test says. */
function stranger(stage: Stage): BearerClient {
  return bearerClient(stage.url)
}

function as(token: string) {
  return { headers: { Authorization: `Bearer ${token}` } }
}

describeOn(storageStacks, (stack) => {
  test('a copied refresh token: whoever comes second ends the sign-in, and no other', async () => {
    const { stage, alice, client } = await openBearer(stack)
    const other = stranger(stage)
    await alice.signIn(other)
    const copied = client.tokens.refresh
    const thief = stranger(stage)
    expectPassed(await refresh(thief, copied))
    stage.events.length = 0
    expect(await refresh(client, copied)).toMatchObject({ status: 400 })
    expect(stage.events).toMatchObject([
      { type: 'refresh', result: 'failure', reason: 'reused_token', userId: 'alice' },
    ])
    await expectRefused(stage, badToken('ended_family'), () => refresh(thief))
    await expectRefused(stage, badToken('ended_family'), () => refresh(client, copied))
    expectPassed(await refresh(other))
  })

  test('eight refreshes with one token at one instant, through two processes: one is answered, and worth nothing', async () => {
    const { stage, client } = await openBearer(stack)
    const twin = await stage.twin()
    const { refresh: token } = client.tokens
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) =>
        (at % 2 === 0 ? stranger(stage) : twin).post(refreshPath, { refresh_token: token }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([
      200,
      ...Array.from({ length: 7 }, () => 400),
    ])
    const won = answers.find(({ status }) => status === 200)?.json() as { refresh_token: string }
    await expectRefused(stage, badToken('ended_family'), () => refresh(stranger(stage), won.refresh_token))
  })

  test('a sign-in ends with a revocation, a reset, signing out, the account and the password', async () => {
    const { stage, alice, client } = await openBearer(stack)
    const { mfa, accounts } = stage
    await mfa.revokeTokens('alice')
    await expectRefused(stage, badToken('ended_family'), () => refresh(client))
    await alice.signIn(client)
    await client.post('/auth/token/revoke', { refresh_token: client.tokens.refresh })
    await expectRefused(stage, badToken('ended_family'), () => refresh(client))
    await alice.signIn(client)
    const account = accounts.get('alice')
    accounts.delete('alice')
    await expectRefused(stage, badToken('user_gone'), () => refresh(client))
    await expectRefused(stage, notSignedIn, () => client.get('/auth/mfa/status'))
    accounts.set('alice', { id: 'alice', name: 'alice', stamp: 'v2' })
    await expectRefused(stage, badToken('old_stamp'), () => refresh(client))
    await expectRefused(stage, notSignedIn, () => client.get('/auth/mfa/status'))
    if (account !== undefined) accounts.set('alice', account)
    expectPassed(await refresh(client))
    await mfa.reset('alice')
    await expectRefused(stage, badToken('ended_family'), () => refresh(client))
  })

  test("mallory's refreshes, revocations and reuse change nothing of alice's", async () => {
    const { stage, client } = await openBearer(stack)
    const before = (await stage.records())['alice']
    const mallory = await stage.mallory.enroll()
    const his = tokensOf(mallory)
    const old = his.tokens.refresh
    const forAlice = { user_id: 'alice', sub: 'alice', family: 'alice' }
    await his.post(`${refreshPath}?sub=alice`, { refresh_token: old, ...forAlice })
    await his.post(refreshPath, { refresh_token: old, ...forAlice })
    await his.post('/auth/token/revoke', { refresh_token: his.tokens.refresh, ...forAlice })
    expect((await stage.records())['alice']).toEqual(before)
    expectPassed(await refresh(client))
  })

  test('a code that signed in is no step-up, and guesses at step-up go on counting under a new token', async () => {
    const { stage, alice, client } = await openBearer(stack)
    const used = alice.app.code(stage.clock.now())
    const stepUp = (code: string) => client.post('/auth/mfa/step-up', { code })
    await expectRefused(stage, wrongCode('replayed'), () => stepUp(used))
    for (let guess = 0; guess < 4; guess += 1) {
      expectPassed(await refresh(client))
      await expectRefused(stage, wrongCode('wrong'), () => stepUp(alice.wrongCode()))
    }
    const right = alice.app.code(stage.clock.now() + 30_000)
    await expectRefused(stage, locked, () => stepUp(right))
  })
})

describeOn(frameworkStacks, (stack) => {
  test('every kind of token at every place that takes one: only the diagonal passes', async () => {
    const { stage, alice, client } = await openBearer(stack)
    const begun = await alice.begin()
    const guest = stranger(stage)
    const tokens = {
      access: client.tokens.access,
      refresh: client.tokens.refresh,
      ephemeral: await alice.challenge(),
      activation: begun.activationToken,
    }
    const code = () => begun.app.code(stage.clock.now())
    const places = {
      access: (token: string) => guest.get('/guarded/default', as(token)),
      refresh: (token: string) => guest.post(refreshPath, { refresh_token: token }),
      ephemeral: (token: string) => guest.post('/auth/mfa/verify', { ephemeral_token: token, code: alice.newCode() }),
      activation: (token: string) =>
        guest.post('/auth/mfa/totp/activate', { activation_token: token, code: code() }, as(tokens.access)),
    }
    for (const [name, place] of Object.entries(places)) {
      for (const [kind, token] of Object.entries(tokens)) {
        if (kind === name) continue
        const { code: answered } = (await place(token)).json() as { code?: unknown }
        const refused = name === 'access' ? 'unauthenticated' : 'invalid_token'
        expect({ name, kind, answered }).toEqual({ name, kind, answered: refused })
      }
    }
    expectPassed(await stranger(stage).get('/auth/mfa/status', as(tokens.access)))
    expectPassed(await places.activation(tokens.activation))
    expectPassed(await places.ephemeral(await alice.challenge()))
    expectPassed(await places.refresh(tokens.refresh))
  })

  test('a token of a password alone cannot list, regenerate, remove, add or pass a guard', async () => {
    const { stage, alice, client } = await openBearer(stack)
    const { mallory } = stage
    const login = await mallory.login(mallory.browser)
    expect(login.headers['set-cookie']).toBeUndefined()
    const { tokens: his } = tokensOf(mallory)
    const old = his.access
    await mallory.enroll()
    const weak = stranger(stage)
    const acts = [
      () => weak.get('/auth/mfa/recovery-codes', as(old)),
      () => weak.post('/auth/mfa/recovery-codes/regenerate', {}, as(old)),
      () => weak.send('DELETE', `/auth/mfa/authenticators/${mallory.authenticatorId}`, as(old)),
      () => weak.get('/auth/mfa/totp/activate', as(old)),
    ]
    for (const act of acts) await expectRefused(stage, stepUpRequired, act)
    expect((await weak.get('/guarded/default', as(old))).status).toBe(401)
    expect((await client.get(`/auth/mfa/authenticators/${alice.authenticatorId}`)).status).toBe(405)
  })

  test('a proof grows old with the token, a refresh does not make it younger, and a step-up does', async () => {
    const { stage, alice, client } = await openBearer(stack)
    expectPassed(await client.get('/guarded/default'))
    stage.clock.advance(301)
    expectPassed(await refresh(client))
    expect((await client.get('/guarded/default')).status).toBe(401)
    await expectRefused(stage, stepUpRequired, () => client.get('/auth/mfa/recovery-codes'))
    expectPassed(await client.post('/auth/mfa/step-up', { code: alice.newCode() }))
    expectPassed(await client.get('/guarded/minute'))
    expectPassed(await refresh(client))
    expectPassed(await client.get('/guarded/minute'))
    expect((await client.get('/guarded/recovery-code')).status).toBe(401)
  })

  test('an access token in the query, in a cookie, in the body or under another scheme is none', async () => {
    const { stage, client } = await openBearer(stack)
    const { access } = client.tokens
    const ways = [
      { headers: { Cookie: `access_token=${access}; Authorization=Bearer ${access}` } },
      { headers: { Authorization: access } },
      { headers: { Authorization: `Basic ${access}` } },
      { headers: { Authorization: `Bearer ${access} x` } },
      { headers: { 'X-Access-Token': access, 'Proxy-Authorization': `Bearer ${access}` } },
    ]
    for (const way of ways) {
      const path = `/auth/mfa/status?access_token=${access}`
      await expectRefused(stage, notSignedIn, () => stranger(stage).get(path, way))
    }
  })

  test('a page of another origin refreshes and revokes nothing', async () => {
    const { stage, client } = await openBearer(stack)
    for (const path of [refreshPath, '/auth/token/revoke']) {
      const headers = { Origin: 'https://evil.example' }
      const body = { refresh_token: client.tokens.refresh }
      await expectRefused(stage, crossSite, () => stranger(stage).post(path, body, { headers }))
    }
    expectPassed(await refresh(client))
  })

  test('whatever is sent for a refresh token, nothing breaks', async () => {
    const { stage, client } = await openBearer(stack)
    const odd: readonly unknown[] = [
      undefined,
      null,
      '',
      42,
      true,
      [],
      {},
      ['a'],
      { $gt: '' },
      { toString: 'x' },
      '\0',
      '🔑',
      'a'.repeat(15_000),
    ]
    for (const token of odd) {
      const answer = await stranger(stage).post(refreshPath, { refresh_token: token })
      expect({ token: inspect(token).slice(0, 40), status: answer.status }).toMatchObject({ status: 400 })
      const revoked = await stranger(stage).post('/auth/token/revoke', { refresh_token: token })
      expect([204, 400]).toContain(revoked.status)
    }
    expect((await stranger(stage).post(refreshPath, { refresh_token: 'a'.repeat(20_000) })).status).toBe(413)
    expectPassed(await refresh(client))
  })
})

describeOn(pairedStacks, (stack) => {
  test('no token is in an event, an error or a stored row', async () => {
    const { stage, client } = await openBearer(stack)
    const seen: string[] = []
    const note = () => seen.push(client.tokens.access, client.tokens.refresh)
    note()
    expectPassed(await refresh(client))
    note()
    const [, reused = ''] = seen
    await stranger(stage).post(refreshPath, { refresh_token: reused })
    await client.post('/auth/mfa/step-up', { code: stage.alice.newCode() })
    await client.post('/auth/token/revoke', { refresh_token: client.tokens.refresh })
    const stored = await stage.open.storage.get('alice')
    const told = inspect([stage.events, stored], { depth: 10, maxStringLength: null })
    for (const token of seen) {
      const [, payload = '', signature = ''] = token.split('.')
      for (const part of [payload, signature]) expect(told.includes(part)).toBe(false)
    }
    expect(reasonsOf(stage)).toContain('reused_token')
  })

  test('a storage that fails: no token is given, and the one that was sent is still good or spent, never both', async () => {
    const { stage, client } = await openBearer(stack)
    for (const fault of ['throw_before', 'throw_after'] as const) {
      const sent = client.tokens.refresh
      stage.storage.inject('put', fault)
      const answer = await refresh(client, sent)
      if (answer.status === 200) {
        expect((await refresh(stranger(stage), sent)).status).toBe(400)
        await stage.alice.signIn(client)
      } else {
        expect(answer.status).toBe(503)
        expectPassed(await refresh(client, sent))
      }
    }
  })
})
