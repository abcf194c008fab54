// What is enrolled is an item of a collection: listed, shown, renamed and removed, and nothing but authenticator apps.

import { describe, expect, test } from 'vitest'
import { fixedPhrase } from '../factors/fixed-phrase.ts'
import type { Answered } from './app.ts'
import { created, enrolled, openApp, refused, secrets } from './resource-app.ts'

const noBody = { status: 204, json: null, headers: { 'Cache-Control': 'no-store' } }

function idsOf({ json }: Answered): readonly unknown[] {
  return (json['secrets'] as readonly { id: string }[]).map(({ id }) => id)
}

describe('the collection and its items', () => {
  const summary = { type: 'mfa', name: 'Authenticator 1', created_at: expect.any(String), last_used_at: null }

  test('lists and shows what is enrolled, without the secret', async () => {
    const app = openApp()
    const session = app.session('alice', null)
    expect((await app.send('GET', secrets, { session })).json).toEqual({ secrets: [] })
    const { id } = await enrolled(app, session)
    expect((await app.send('GET', secrets, { session })).json).toEqual({ secrets: [{ id, ...summary }] })
    expect((await app.send('GET', `${secrets}/${id}`, { session })).json).toEqual({ id, ...summary })
  })

  test('an item is renamed', async () => {
    const app = openApp()
    const { id, session } = await enrolled(app)
    const answer = await app.send('PATCH', `${secrets}/${id}`, { session, body: { name: 'Phone' } })
    expect(answer).toMatchObject({ status: 200, json: { id, ...summary, name: 'Phone' } })
  })

  test('an item is removed, as a fresh act', async () => {
    const app = openApp()
    const { id, session } = await enrolled(app)
    const old = app.session('alice', null)
    expect(await app.send('DELETE', `${secrets}/${id}`, { session: old })).toMatchObject(
      refused(401, 'step_up_required'),
    )
    expect(await app.send('DELETE', `${secrets}/${id}`, { session })).toMatchObject(noBody)
    expect((await app.send('GET', secrets, { session })).json).toEqual({ secrets: [] })
    expect((await app.send('GET', '/mfa/status', { session })).json).toMatchObject({ mfa_enabled: false })
  })

  test('the collection is emptied at once, as a fresh act', async () => {
    const app = openApp()
    const { session } = await enrolled(app)
    await enrolled(app, session)
    const old = app.session('alice', null)
    expect(await app.send('DELETE', secrets, { session: old })).toMatchObject(refused(401, 'step_up_required'))
    expect(idsOf(await app.send('GET', secrets, { session }))).toHaveLength(2)
    const puts = app.world.storage.calls.put
    expect(await app.send('DELETE', secrets, { session })).toMatchObject(noBody)
    expect(app.world.storage.calls.put).toBe(puts + 1)
    expect((await app.send('GET', secrets, { session })).json).toEqual({ secrets: [] })
  })

  test('somebody without a secret has none to remove', async () => {
    const app = openApp()
    const session = app.session()
    expect(await app.send('DELETE', secrets, { session })).toMatchObject(refused(409, 'not_enabled'))
    expect(await app.send('DELETE', `${secrets}/x`, { session })).toMatchObject(refused(409, 'not_enabled'))
  })

  test('a secret that is not enrolled is no item yet', async () => {
    const app = openApp()
    const { session } = await enrolled(app)
    const { id } = await created(app, session)
    for (const method of ['GET', 'DELETE'])
      expect(await app.send(method, `${secrets}/${id}`, { session })).toMatchObject(refused(404, 'not_found'))
    expect(await app.send('PATCH', `${secrets}/${id}`, { session, body: { name: 'x' } })).toMatchObject(
      refused(404, 'not_found'),
    )
  })

  test('the authenticator of another factor is no item, and stays', async () => {
    const app = openApp({ factors: [fixedPhrase('correct horse')] })
    const { id, session } = await enrolled(app)
    const { mfa: core, alice, clock } = app.world
    const { activationToken } = await core.begin('phrase', alice, { provedAt: clock.now() })
    const other = (await core.confirm('phrase', alice, { activationToken, phrase: 'correct horse' })).authenticator.id
    expect(idsOf(await app.send('GET', secrets, { session }))).toEqual([id])
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const answer = await app.send(method, `${secrets}/${other}`, { session, body })
      expect(answer).toMatchObject(refused(404, 'not_found'))
    }
    expect(await app.send('DELETE', secrets, { session })).toMatchObject(noBody)
    expect(await core.authenticators('alice')).toMatchObject([{ id: other, type: 'phrase' }])
    expect(await app.send('DELETE', secrets, { session })).toMatchObject(noBody)
  })
})
