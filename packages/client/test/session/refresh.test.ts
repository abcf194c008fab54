/**
 * The rule guarded here: a refresh token is used once. Calls at the same time share one refresh, a process waits for others, and a caller
 * who goes away ends nobody's refresh.
 */
import { describe, expect, test } from 'vitest'
import type { Held, TokenStorage } from '../../src/index.ts'
import { credentials, openApp } from '../open-app.ts'

const refresh = 'POST /auth/token/refresh'

async function openSignedIn() {
  const app = await openApp()
  const client = app.client()
  const { tokens } = await client.login(credentials)
  const refreshes = () => app.requests.filter((request) => request === refresh).length
  return { app, client, tokens, refreshes }
}

test('an access token that has expired is refreshed, and the call repeated', async () => {
  const { app, client, tokens, refreshes } = await openSignedIn()
  app.clock.advance(901)
  expect(await client.status()).toMatchObject({ mfaEnabled: false })
  expect(refreshes()).toBe(1)
  const { tokens: after } = (await client.held()) as Held
  expect(after?.authorization).not.toBe(tokens?.authorization)
  expect(after?.expiresAtMs).toBe(app.clock.now() + 900_500)
})

test('ten callers at the same time share one refresh', async () => {
  const { app, client, refreshes } = await openSignedIn()
  app.clock.advance(901)
  await Promise.all(Array.from({ length: 10 }, () => client.status()))
  expect(refreshes()).toBe(1)
  app.clock.advance(901)
  await Promise.all([client.refresh(), client.refresh(), client.status()])
  expect(refreshes()).toBe(2)
})

test('a caller whose signal is aborted goes away alone', async () => {
  const { app, client, refreshes } = await openSignedIn()
  const controller = new AbortController()
  const [left, stayed] = [client.refresh({ signal: controller.signal }), client.refresh()]
  controller.abort(new Error('enough'))
  await expect(left).rejects.toThrow('enough')
  await stayed
  expect(refreshes()).toBe(1)
  expect((await client.status()).mfaEnabled).toBe(false)
  expect(app.requests.at(-1)).toBe('GET /auth/mfa/status')
})

test('two clients that share a storage: the second one finds the new tokens, and the sign-in goes on', async () => {
  const { app, refreshes } = await openSignedIn()
  const tokenStorage = sharedStorage()
  const [one, other] = [app.client({ tokenStorage }), app.client({ tokenStorage })]
  await one.login(credentials)
  app.clock.advance(901)
  await Promise.all([one.status(), other.status(), one.status(), other.status()])
  expect(refreshes()).toBe(1)
  app.clock.advance(901)
  await other.status()
  expect(refreshes()).toBe(2)
})

test('a sign-in that was ended is unauthenticated, and the tokens are forgotten', async () => {
  const { app, client, refreshes } = await openSignedIn()
  await app.mfa.revokeTokens('1')
  app.clock.advance(901)
  await expect(client.status()).rejects.toMatchObject({ code: 'unauthenticated', status: 401 })
  expect(refreshes()).toBe(1)
  expect(await client.held()).toBeNull()
  await expect(client.refresh()).rejects.toMatchObject({ code: 'unauthenticated' })
  expect(refreshes()).toBe(1)
})

test('a server that cannot refresh now leaves the tokens as they are', async () => {
  const { app, client } = await openSignedIn()
  const before = await client.held()
  await app.stop()
  await expect(client.refresh()).rejects.toMatchObject({ code: 'network_error' })
  await app.start()
  expect(await client.held()).toEqual(before)
  await client.refresh()
})

test('a break after the request has left is not sent again: it would end the sign-in', async () => {
  let left = 1
  const app = await openApp({
    before: (express) => {
      express.use('/auth/token/refresh', (req, _res, next) => {
        left -= 1
        if (left >= 0) req.socket.destroy()
        else next()
      })
    },
  })
  const client = app.client()
  await client.login(credentials)
  await expect(client.refresh()).rejects.toMatchObject({ code: 'network_error' })
  expect(app.requests.filter((request) => request === refresh)).toHaveLength(1)
})

describe('logout', () => {
  test('ends the sign-in at the server and forgets it here', async () => {
    const { app, client, tokens } = await openSignedIn()
    await client.logout()
    expect(app.requests.at(-1)).toBe('POST /auth/token/revoke')
    expect(await client.held()).toBeNull()
    const thief = app.client({ tokenStorage: sharedStorage({ tokens, cookies: [] }) })
    await expect(thief.refresh()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  test('forgets it here even if the server is down', async () => {
    const { app, client } = await openSignedIn()
    await app.stop()
    await expect(client.logout()).rejects.toMatchObject({ code: 'network_error' })
    expect(await client.held()).toBeNull()
  })

  test('of a session forgets the cookie', async () => {
    const app = await openApp({ host: 'session' })
    const client = app.client()
    await client.login(credentials)
    expect((await client.held())?.cookies).toHaveLength(1)
    await client.logout()
    await expect(client.status()).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

test('the storage gets what signs in, as text that survives JSON, and another client goes on with it', async () => {
  const { app } = await openSignedIn()
  const tokenStorage = sharedStorage()
  await app.client({ tokenStorage }).login(credentials)
  const kept = JSON.stringify(await tokenStorage.get())
  const other = app.client({ tokenStorage: sharedStorage(JSON.parse(kept) as Held) })
  expect(await other.status()).toMatchObject({ mfaEnabled: false })
})

test('an app whose tokens are its own is read by readTokens', async () => {
  const { app } = await openSignedIn()
  const client = app.client({ readTokens: ({ access_token }) => ({ authorization: `Custom ${String(access_token)}` }) })
  const { tokens } = await client.login(credentials)
  expect(tokens?.authorization).toMatch(/^Custom ey/)
  await expect(client.status()).rejects.toMatchObject({ code: 'unauthenticated' })
})

/** A storage that two clients share, one at a time. */
function sharedStorage(start: Held | null = null): TokenStorage {
  let held = start
  let last: Promise<unknown> = Promise.resolve()
  return {
    get: () => Promise.resolve(held),
    set(next) {
      held = next
    },
    exclusively(work) {
      const done = last.then(work)
      last = done.catch(() => undefined)
      return done
    },
  }
}
