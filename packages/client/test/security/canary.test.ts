/**
 * The threat: a log. No password, secret, code, answer or token is in an error, a notice, or what `util.inspect` shows of a client,
 * whatever goes wrong.
 */
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { Client, ClientOptions } from '../../src/index.ts'
import { openApp, type TestApp } from '../open-app.ts'

const canary = 'CanaryOfThePassword'
const credentials = { username: 'alice', password: canary }

/** Ways in which calls fail, each on an account with a second factor. */
const failures: Readonly<Record<string, (client: Client, app: TestApp, code: string) => Promise<unknown>>> = {
  'a wrong password': (client) => client.login(credentials),
  'no second factor at hand': (client) => client.login({ ...credentials, password: 'wonderland' }),
  'a wrong code': (client) =>
    client.loginWith({ credentials: { username: 'alice', password: 'wonderland' }, code: '135790' }),
  'a server that is away': async (client, app, code) => {
    await app.stop()
    return client.loginWith({ credentials, code })
  },
  'a foreign address': (client) => client.fetch(`https://elsewhere.example/?${canary}`),
  'a refresh without a token': (client) => client.refresh(),
  'a wrong setup': (client) => client.confirm('135790'),
}

test.each(Object.keys(failures))('%s', async (name) => {
  const app = await openApp()
  const phone = await app.enroll()
  const code = phone.code(app.clock.now())
  const client = app.client()
  const error = await failures[name]?.(client, app, code).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(Error)
  const prints = [
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    inspect(client, { depth: 9, showHidden: true }),
  ]
  for (const print of [...prints, JSON.stringify(app.notices)]) {
    expect(print).not.toMatch(new RegExp(`${canary}|135790|wonderland|${code}|${phone.secret}|eyJ`))
  }
})

test('what goes wrong with its own secret', async () => {
  const app = await openApp()
  await app.enroll()
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  const options: Partial<ClientOptions> = { totp: { secret } }
  const client = app.client(options)
  const error = await client.login({ username: 'alice', password: 'wonderland' }).catch((thrown: unknown) => thrown)
  const sent = app.bodies.flatMap(({ code }) => (typeof code === 'string' ? [code] : []))
  expect(sent).toHaveLength(2)
  const print = inspect([error, client, app.notices], { depth: 9, showHidden: true })
  for (const text of [secret, ...sent]) expect(print).not.toContain(text)
})
