/** The threat: the resource of somebody else, reached by its path, by its id, or by its secret in flight. */
import { expect, test } from 'vitest'
import { expectPassed } from './person.ts'
import { connectRaw } from './raw-http.ts'
import {
  badToken,
  crossSite,
  expectRefused,
  expectUnchanged,
  notFound,
  notSignedIn,
  refusedRequest,
} from './refusal.ts'
import { create, enroll, enrollAt, enrolled, openResource, pathOf, routes } from './resource.ts'
import { adapterStacks, describeOn } from './stacks.ts'

describeOn(adapterStacks, (stack) => {
  test.each(routes)("another user's path: %s %s", async (method, rest, json) => {
    const stage = await openResource(stack)
    const [alice, mallory] = [await enrolled(stage, stage.alice), await enrolled(stage, stage.mallory)]
    const bodies = new Set<string>()
    for (const user of [alice.id, 'nobody', 'Mallory', 'MALLORY', 'mallory%20', 'mallory%00', '%', '%zz', '%C0%80']) {
      for (const id of [alice.secretId, mallory.secretId, 'unknown']) {
        const path = pathOf(rest, user, id)
        const { text } = await expectRefused(stage, notFound, () => mallory.browser.send(method, path, { json }))
        bodies.add(text)
      }
    }
    expect(bodies.size).toBe(1)
    expectPassed(await alice.person.login(undefined, { code: alice.phone.code(stage.clock.now()) }))
  })

  test("another user's path, in spellings that a router might take for one's own", async () => {
    const stage = await openResource(stack)
    const { alice } = stage
    const mallory = await enrolled(stage, stage.mallory)
    await enrolled(stage, alice)
    const own = '/auth/users/mallory'
    const spellings = [
      ...[`${own}/../alice/secrets`, `${own}/%2e%2e/alice/secrets`, `${own}/..%2falice/secrets`],
      ...[
        '/auth/users/%61lice/secrets',
        '/auth/users/alice%2f..%2fmallory/secrets',
        '/auth/users/alice;mallory/secrets',
      ],
      ...[
        '/auth/users/alice/secrets/',
        '/auth/users/alice/secrets?userId=mallory',
        '/auth/users/alice,mallory/secrets',
      ],
      ...['/auth//users/alice/secrets', '/auth/users//alice/secrets', '/auth/users/alice//secrets'],
      ...['/auth/Users/alice/secrets', '/auth/users/alice/Secrets', '/auth/users/alice/secrets.json'],
      ...['/auth/./users/alice/secrets', '/auth/%75sers/alice/secrets', '/auth/users/alice%2e/secrets'],
      ...['/auth/users/mallory%2falice/secrets', '/auth/users/%EF%BD%81lice/secrets', '/auth/users/%00alice/secrets'],
    ]
    const cookie = [...mallory.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const got = async (path: string) => {
      const raw = await connectRaw(stage.url)
      raw.send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`)
      return raw.until('the end')
    }
    for (const path of [`${own}/secrets`, `${own}/secrets/`, '/auth/users/%6Dallory/secrets?userId=alice']) {
      expect(await got(path)).toContain(mallory.secretId)
    }
    for (const path of spellings) {
      const answer = await expectUnchanged(stage, () => got(path))
      expect({ path, status: answer.slice(9, 12) }).toEqual({ path, status: '404' })
      expect(answer).not.toContain('created_at')
    }
  })

  test("another user's secret below one's own path: 404, like an unknown one", async () => {
    const stage = await openResource(stack)
    const [alice, mallory] = [await enrolled(stage, stage.alice), await enrolled(stage, stage.mallory)]
    const codes = (await stage.records())['mallory']?.authenticators.at(-1)?.id as string
    const bodies = new Set<string>()
    const ids = [alice.secretId, 'unknown', codes, '%2e%2e', '%00', '__proto__', `${mallory.secretId}%20`, '%']
    for (const id of ids) {
      for (const [method, rest, json] of routes.filter(([way, at]) => at === 'secrets/ID' && way !== 'PUT')) {
        const path = pathOf(rest, 'mallory', id)
        const { text } = await expectRefused(stage, notFound, () => mallory.browser.send(method, path, { json }))
        bodies.add(text)
      }
    }
    expect(bodies.size).toBe(1)
  })

  test("another user's secret in flight, below either path", async () => {
    const stage = await openResource(stack)
    const { alice, mallory, clock } = stage
    await alice.login(alice.browser)
    await mallory.login(mallory.browser)
    const his = await create(mallory)
    const code = his.phone.code(clock.now())
    await expectRefused(stage, badToken('wrong_user'), () => enroll(alice, his.id, code))
    await expectRefused(stage, notFound, () => enrollAt('mallory', alice.browser, his.id, code))
    await expectRefused(stage, notSignedIn, () => enrollAt('mallory', stage.browser(), his.id, code))
    expectPassed(await enroll(mallory, his.id, code))
    expect(Object.keys(await stage.records())).toEqual(['mallory'])
  })

  test('what is no secret in flight: an ephemeral token, an id, nothing, a secret of two epochs ago', async () => {
    const stage = await openResource(stack)
    const alice = await enrolled(stage, stage.alice)
    const { clock } = stage
    const ephemeral = await alice.person.challenge()
    const code = alice.phone.code(clock.now())
    for (const id of [ephemeral, `${ephemeral}%0a`]) {
      await expectRefused(stage, badToken('wrong_purpose'), () => enroll(alice, id, code))
    }
    for (const id of [alice.secretId, 'x', '%20', 'a.b.c.d.e']) {
      await expectRefused(stage, badToken('malformed_token'), () => enroll(alice, id, code))
    }
    const old = await create(alice)
    await stage.mfa.revokeTokens('alice')
    await expectRefused(stage, badToken('old_epoch'), () => enroll(alice, old.id, old.phone.code(clock.now())))
    const late = await create(alice)
    clock.advance(600)
    await expectRefused(stage, badToken('expired_token'), () => enroll(alice, late.id, late.phone.code(clock.now())))
  })

  test('a path below the resource takes its own methods and no other', async () => {
    const stage = await openResource(stack)
    const { browser } = await enrolled(stage, stage.alice)
    const allow = { secrets: 'POST, GET, DELETE', 'secrets/ID': 'GET, PATCH, DELETE', 'secrets/ID/enroll': 'PUT' }
    for (const [rest, methods] of Object.entries(allow)) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (one) => !methods.includes(one),
      )) {
        const act = () => browser.send(method, pathOf(rest, 'alice', 'x'), { json: {} })
        const answer = await expectRefused(stage, refusedRequest(405, 'method_not_allowed'), act)
        expect(answer.headers.allow).toBe(methods)
      }
    }
  })

  test.each(routes.filter(([method]) => method !== 'GET'))('from another site: %s %s', async (method, rest, json) => {
    const stage = await openResource(stack)
    const alice = await enrolled(stage, stage.alice)
    const path = pathOf(rest, 'alice', alice.secretId)
    for (const headers of [{ Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }] as const) {
      await expectRefused(stage, crossSite, () => alice.browser.send(method, path, { json, headers: { ...headers } }))
    }
  })
})
