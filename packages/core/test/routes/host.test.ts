// The host: what is missing stops the start, what it throws is its own, and its answers are believed only as they are.

import { describe, expect, test } from 'vitest'
import type { Host } from '../../src/index.ts'
import { createWorld, enroll } from '../world.ts'
import { createApp, enrolledApp, requestOf } from './app.ts'

const credentials = { username: 'alice', password: 'right' }
const whole: Host<[]> = {
  checkCredentials: () => null,
  currentUser: () => null,
  signIn: () => ({}),
  proved: () => undefined,
}

test.each(Object.keys(whole))('%s is required', (name) => {
  const { mfa } = createWorld()
  for (const value of [undefined, null, 'x', {}]) {
    expect(() => mfa.handler({ ...whole, [name]: value })).toThrow(new TypeError(`host.${name} must be a function`))
  }
})

test.each(['confirmPassword', 'requestId'])('%s may be left out, but not be something else', (name) => {
  const { mfa } = createWorld()
  expect(() => mfa.handler({ ...whole, [name]: undefined })).not.toThrow()
  for (const value of [null, true, 'x']) {
    expect(() => mfa.handler({ ...whole, [name]: value })).toThrow(new TypeError(`host.${name} must be a function`))
  }
})

test.each([undefined, null, 'host'])('a host %j is none', (host) => {
  expect(() => createWorld().mfa.handler(host as never)).toThrow(TypeError)
})

test('a handler cannot be changed', () => {
  expect(Object.isFrozen(createWorld().mfa.handler(whole))).toBe(true)
})

test('it may be an object of methods that know each other', async () => {
  class App implements Host<[string]> {
    readonly seen: string[] = []
    checkCredentials() {
      return { id: 'alice', name: 'a' }
    }
    currentUser() {
      this.seen.push('currentUser')
      return { user: this.checkCredentials(), proof: null, session: 's' }
    }
    signIn() {
      this.seen.push('signIn')
    }
    proved() {
      this.seen.push('proved')
    }
    confirmPassword() {
      this.seen.push('confirmPassword')
      return true
    }
    requestId() {
      this.seen.push('requestId')
      return 'r'
    }
  }
  const host = new App()
  const world = createWorld()
  await enroll(world)
  const handler = world.mfa.handler<[string]>(host)
  await handler.handle(requestOf('POST', '/login', { body: {} }), 's')
  await handler.handle(requestOf('POST', '/mfa/totp/deactivate', { body: { code: 'x', password: 'x' } }), 's')
  await handler.handle(requestOf('GET', '/mfa/totp/activate'), 's')
  expect(host.seen).toEqual(['requestId', 'requestId', 'currentUser', 'confirmPassword', 'requestId', 'currentUser'])
})

test.each([undefined, null, 7])(
  'a session %j of its currentUser is a mistake, and nobody is signed in',
  async (session) => {
    const { alice, mfa } = createWorld()
    const currentUser = () => ({ user: alice, proof: null, session: session as unknown as string })
    const handler = mfa.handler({ ...whole, currentUser })
    await expect(handler.handle(requestOf('GET', '/mfa/status'))).rejects.toThrow('currentUser must give a session')
  },
)

describe('what it throws', () => {
  const fault = new Error('of the host')
  const fail = () => {
    throw fault
  }

  test.each<[string, string, string, object]>([
    ['checkCredentials', 'POST', '/login', credentials],
    ['currentUser', 'GET', '/mfa/status', {}],
    ['signIn', 'POST', '/login', credentials],
    ['requestId', 'GET', '/mfa/status', {}],
  ])('in %s is thrown on, at once or later', async (name, method, path, body) => {
    for (const broken of name === 'requestId' ? [fail] : [fail, () => Promise.reject(fault)]) {
      const { send } = createApp({}, () => ({ [name]: broken }))
      await expect(send(method, path, method === 'GET' ? {} : { body })).rejects.toBe(fault)
    }
  })

  test('in proved is thrown on, and the code is spent', async () => {
    const { send, signedIn, alice, world } = await enrolledApp({}, () => ({ proved: fail }))
    const body = { code: alice.app.code(world.clock.now()) }
    await expect(send('POST', '/mfa/step-up', { session: signedIn, body })).rejects.toBe(fault)
    expect((await send('POST', '/mfa/step-up', { session: signedIn, body })).json['code']).toBe('invalid_code')
  })

  test('in confirmPassword is thrown on, and nothing is charged or spent', async () => {
    const { send, signedIn, alice, world } = await enrolledApp({}, () => ({ confirmPassword: fail }))
    const row = await world.rows.get('alice')
    const body = { code: alice.app.code(world.clock.now()), password: 'x' }
    await expect(send('POST', '/mfa/totp/deactivate', { session: signedIn, body })).rejects.toBe(fault)
    expect(await world.rows.get('alice')).toEqual(row)
  })
})

test.each([undefined, null])('credentials that come to %j are wrong', async (answer) => {
  const { send } = createApp({}, () => ({ checkCredentials: () => answer as null }))
  expect((await send('POST', '/login', { body: credentials })).json['code']).toBe('invalid_credentials')
})

test('a user the host got wrong is a TypeError of its own, never a sign-in', async () => {
  for (const user of [true, {}, { id: 7, name: 'x' }, { id: '', name: 'x' }]) {
    const { send, sessions } = createApp({}, () => ({ checkCredentials: () => user as never }))
    await expect(send('POST', '/login', { body: credentials })).rejects.toThrow(TypeError)
    expect(sessions.size).toBe(0)
  }
})

test('the login body reaches the host whole, code and all', async () => {
  const bodies: unknown[] = []
  const { send } = createApp({}, () => ({
    checkCredentials(body) {
      bodies.push(body)
      return null
    },
  }))
  await send('POST', '/login', { body: { email: 'a@b.c', pin: [1], code: '1' } })
  expect(bodies).toEqual([{ email: 'a@b.c', pin: [1], code: '1' }])
})

test('without a request id events have none', async () => {
  for (const requestId of [undefined, () => undefined]) {
    const { send, world } = createApp({}, () => ({ requestId }))
    await send('POST', '/login', { body: credentials })
    expect(world.events).toEqual([expect.objectContaining({ type: 'challenge', requestId: null })])
  }
})
