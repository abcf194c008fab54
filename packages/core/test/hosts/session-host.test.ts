/**
 * The promise guarded here: what every ready-made session host shares. A session is believed for its own user, under the
 * stamp it was made with, and while that user may sign in; and a mistyped option fails at start.
 */
import { expect, test } from 'vitest'
import { type SessionAccess, type SessionHostOptions, sessionHost, type User } from '../../src/index.ts'
import { createWorld, enroll, proofOf } from '../world.ts'

type Jar = { state?: unknown; log: string[] }

const access: SessionAccess<[Jar]> = {
  read: (jar) => jar.state,
  async start(state, jar) {
    jar.state = state
    jar.log.push('start')
  },
  async update(state, jar) {
    jar.state = state
    jar.log.push('update')
  },
}

function scene(options: Partial<SessionHostOptions<[Jar]>> = {}) {
  const world = createWorld()
  const findUser = (id: string) => world.users.get(id) as User | null
  const checkCredentials = () => world.alice
  const host = sessionHost<[Jar]>({ findUser, checkCredentials, ...options }, access)
  const jar: Jar = { log: [] }
  return { ...world, world, host, jar }
}

test('nobody is signed in without a session, or with one of no shape', async () => {
  const { host, jar } = scene()
  expect(await host.currentUser(jar)).toBeNull()
  for (const state of [null, {}, { userId: 7 }, { userId: 'nobody', stamp: null }]) {
    expect(await host.currentUser({ ...jar, state })).toBeNull()
  }
})

test('signing in begins a session, a proof updates it, and both are told', async () => {
  const { world, host, jar, alice } = scene()
  const first = proofOf(await world.mfa.challenge(alice))
  expect(await host.signIn(alice, first, jar)).toEqual({ user: { id: alice.id, name: alice.name } })
  const begun = await host.currentUser(jar)
  expect(begun).toEqual({ user: alice, proof: first.sealed, session: expect.stringMatching(/^[\da-f-]{36}$/) })
  const { proof } = await enroll(world)
  await host.proved(alice, proof, jar)
  expect(await host.currentUser(jar)).toEqual({ ...begun, proof: proof.sealed })
  expect(jar.log).toEqual(['start', 'update'])
})

test('the password given again is kept in the place of the proof, in the same sign-in', async () => {
  const { world, host, jar, alice } = scene()
  const first = proofOf(await world.mfa.challenge(alice))
  await host.signIn(alice, first, jar)
  const begun = await host.currentUser(jar)
  const evidence = proofOf(await world.mfa.challenge(alice))
  await host.confirmed?.(alice, evidence, jar)
  expect(await host.currentUser(jar)).toEqual({ ...begun, proof: evidence.sealed })
  expect(jar.log).toEqual(['start', 'update'])
})

test('a changed stamp and a user who is gone end the session, and the stamp itself is not in it', async () => {
  const { world, host, jar, alice, users } = scene()
  const { proof } = await enroll(world)
  await host.signIn({ ...alice, stamp: 'hash-of-a-password' }, proof, jar)
  expect(JSON.stringify(jar.state)).not.toContain('hash-of-a-password')
  expect(await host.currentUser(jar)).toBeNull()
  users.set(alice.id, { ...alice, stamp: 'hash-of-a-password' })
  expect(await host.currentUser(jar)).toMatchObject({ user: { id: alice.id } })
  users.set(alice.id, { id: alice.id, name: alice.name })
  expect(await host.currentUser(jar)).toBeNull()
  users.delete(alice.id)
  expect(await host.currentUser(jar)).toBeNull()
})

test('a session that lacks what a later version keeps is believed for no more than it says', async () => {
  const { host, jar, alice, users } = scene()
  users.set(alice.id, { id: alice.id, name: alice.name })
  jar.state = { userId: alice.id, stamp: null, session: 's' }
  expect(await host.currentUser(jar)).toMatchObject({ proof: null, session: 's' })
  jar.state = { userId: alice.id, stamp: null, provedAt: 1, factor: 'totp', amr: [] }
  expect(await host.currentUser(jar)).toBeNull()
})

test("the app's own functions are called with its own arguments", async () => {
  const heard: unknown[] = []
  const { world, host, jar, alice } = scene({
    respond: (user, proof, own) => ({ hello: user.name, by: proof.factor, own: own === jar }),
    confirmPassword: (user, password) => heard.push(user.id, password) > 0,
    requestId: () => 'r1',
  })
  const { proof } = await enroll(world)
  expect(await host.signIn(alice, proof, jar)).toEqual({ hello: alice.name, by: 'totp', own: true })
  expect(await host.confirmPassword?.(alice, 'secret', jar)).toBe(true)
  expect(heard).toEqual([alice.id, 'secret'])
  expect(host.requestId?.(jar)).toBe('r1')
  expect(await host.checkCredentials({}, jar)).toBe(alice)
})

test.each([
  [{ findUser: undefined }, 'findUser'],
  [{ checkCredentials: 'no' }, 'checkCredentials'],
  [{ confirmPasword: () => true }, 'confirmPasword'],
  [{ respond: null }, 'respond'],
])('%o is refused by its name', (options, name) => {
  expect(() => scene(options as object)).toThrow(new RegExp(`^${name}: `))
})
