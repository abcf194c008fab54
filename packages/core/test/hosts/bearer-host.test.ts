/**
 * The promise guarded here: an app without sessions. Whoever sends an access token is signed in, as long as it is good;
 * a proof gives the next one; and a mistyped option fails at start.
 */
import { expect, test } from 'vitest'
import { type BearerHostOptions, bearerHost } from '../../src/index.ts'
import { bearerWorld, readToken } from '../bearer-world.ts'
import { proofOf, refusal } from '../world.ts'

async function scene(options: Partial<BearerHostOptions<[string?]>> = {}) {
  const world = await bearerWorld()
  const { mfa, alice } = world
  const host = bearerHost<[string?]>({ mfa, checkCredentials: () => alice, ...options }, (header) => header)
  const { proof } = await world.signIn()
  const tokens = (await host.signIn(alice, proof, undefined)) as Record<string, unknown>
  const access = String(tokens['access_token'])
  return { ...world, host, proof, tokens, access }
}

test('signing in answers in the words of RFC 6749', async () => {
  const { tokens } = await scene()
  expect(tokens).toEqual({
    access_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 900,
    refresh_token: expect.any(String),
  })
})

test('the scheme is read without case, and nothing but one token of it', async () => {
  const { host, access, alice } = await scene()
  for (const header of [`Bearer ${access}`, `bearer ${access}`, `BEARER   ${access}`]) {
    expect(await host.currentUser(header)).toMatchObject({
      user: alice,
      proof: expect.any(String),
      session: expect.any(String),
    })
  }
  const others = [undefined, '', access, `Basic ${access}`, `Bearer${access}`, `Bearer ${access},${access}`, 'Bearer ']
  for (const header of others) expect(await host.currentUser(header)).toBeNull()
})

test('a refresh token signs nobody in', async () => {
  const { host, tokens } = await scene()
  expect(await host.currentUser(`Bearer ${String(tokens['refresh_token'])}`)).toBeNull()
})

test('a fresh proof gives a new access token', async () => {
  const world = await scene({ requestId: () => 'r1' })
  const proof = await world.prove()
  const answer = (await world.host.proved(world.alice, proof, `Bearer ${world.access}`)) as Record<string, unknown>
  expect(answer).toEqual({
    proved_at: new Date(proof.provedAt ?? 0).toISOString(),
    access_token: expect.any(String),
    token_type: 'bearer',
    expires_in: 900,
  })
  expect(world.events.at(-1)).toMatchObject({ type: 'issue', requestId: 'r1' })
  expect(await readToken(world.mfa, String(answer['access_token']))).toMatchObject({
    proof: { provedAt: proof.provedAt },
  })
})

test('the password given again gives a new access token', async () => {
  const world = await scene()
  const evidence = proofOf(await world.mfa.challenge(world.mallory))
  const { access_token: access } = (await world.host.signIn(world.mallory, evidence, '')) as Record<string, string>
  const answer = await world.host.confirmed?.(world.mallory, evidence, `Bearer ${access}`)
  expect(answer).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 900 })
})

test('an access token that has died meanwhile is nobody; another fault stays what it is', async () => {
  const world = await scene()
  const proof = await world.prove()
  world.storage.inject('get', 'throw_before')
  const failed = world.host.proved(world.alice, proof, `Bearer ${world.access}`)
  expect((await refusal(Promise.resolve(failed))).code).toBe('storage_unavailable')
  world.clock.advance(900)
  const late = world.host.proved(world.alice, proof, `Bearer ${world.access}`)
  expect((await refusal(Promise.resolve(late))).code).toBe('unauthenticated')
})

test('a mistake in an option is told at start, by name', async () => {
  const { mfa } = await bearerWorld()
  const make = (options: object) => () => bearerHost(options as BearerHostOptions<[]>, () => undefined)
  const checkCredentials = () => null
  for (const wrong of [undefined, null, {}, { tokens: {} }, 'mfa']) {
    expect(make({ mfa: wrong, checkCredentials })).toThrow('mfa: must be what createMfa gave')
  }
  expect(make({ mfa })).toThrow('checkCredentials: must be a function')
  expect(make({ mfa, checkCredentials, register: {} })).toThrow('register: must be a function')
  expect(make({ mfa, checkCredentials, findUser: () => null })).toThrow('findUser: there is no such option')
})
