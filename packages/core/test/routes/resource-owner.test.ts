// A path names its user: to anybody else there is nothing there, whether such a user exists or not.

import { describe, expect, test } from 'vitest'
import { enrolled, mfa, openApp, refused } from './resource-app.ts'

describe("another user's path", () => {
  const bodies = { POST: mfa, PUT: { token: '021589' }, PATCH: { name: 'x' } } as Readonly<Record<string, object>>
  const routes = [
    ['POST', '/users/:id/secrets'],
    ['GET', '/users/:id/secrets'],
    ['DELETE', '/users/:id/secrets'],
    ['PUT', '/users/:id/secrets/x/enroll'],
    ['GET', '/users/:id/secrets/x'],
    ['PATCH', '/users/:id/secrets/x'],
    ['DELETE', '/users/:id/secrets/x'],
  ] as const
  const others = ['mallory', 'nobody', 'ALICE', 'alice%20', '%', '%ff', 'alice%', 'alic%C3%A9', ':userId', '*']

  test.each(routes)('%s %s is not there', async (method, path) => {
    const app = openApp()
    const { session } = await enrolled(app)
    const { get, put } = app.world.storage.calls
    const answers = new Set<string>()
    for (const other of others) {
      app.world.events.length = 0
      const answer = await app.send(method, path.replace(':id', other), { session, body: bodies[method] })
      expect(answer).toMatchObject(refused(404, 'not_found'))
      expect(app.world.events).toMatchObject([{ userId: 'alice', result: 'failure', reason: 'not_found' }])
      answers.add(JSON.stringify(answer))
    }
    expect(answers.size).toBe(1)
    expect(app.world.storage.calls).toMatchObject({ get, put })
  })

  test.each(routes)('%s %s takes somebody who is signed in', async (method, path) => {
    const app = openApp()
    const answer = await app.send(method, path.replace(':id', 'alice'), { body: bodies[method] })
    expect(answer).toMatchObject(refused(401, 'unauthenticated'))
  })

  test.each(['a@example.com', 'a/b', 'ä b', '50%', 'a+b', 'A:b', '%61'])(
    'the id %j is found as it is encoded',
    async (id) => {
      const app = openApp()
      app.world.users.set(id, { id, name: 'somebody' })
      const session = app.session(id, null)
      const { status } = await app.send('POST', `/users/${encodeURIComponent(id)}/secrets`, { session, body: mfa })
      expect(status).toBe(200)
    },
  )
})
