/** The threat: the resource as a weaker way in than the other routes: twice, unproven, guessed, or half signed in. */
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { expectPassed } from './person.ts'
import { badToken, expectRefused, locked, notSignedIn, refusedRequest, stepUpRequired, wrongCode } from './refusal.ts'
import { create, enroll, enrollAt, enrolled, openResource, pathOf, routes, secretsOf } from './resource.ts'
import { describeOn, storageStacks } from './stacks.ts'

describeOn(storageStacks, (stack) => {
  test('enrolled twice, and with its code once more', async () => {
    const stage = await openResource(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const { id, phone } = await create(alice)
    const code = phone.code(clock.now())
    expectPassed(await enroll(alice, id, code))
    await expectRefused(stage, badToken('old_epoch'), () => enroll(alice, id, code))
    await expectRefused(stage, wrongCode('replayed'), () => alice.login(undefined, { code }))
  })

  test('enrolled eight times at once, in two processes: one secret, one set of codes', async () => {
    const stage = await openResource(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const { id, phone } = await create(alice)
    const token = phone.code(clock.now())
    const twin = await stage.twin()
    for (const [name, value] of alice.browser.cookies) twin.cookies.set(name, value)
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const sent = Array.from({ length: 8 }, (_, n) => enrollAt('alice', n % 2 ? alice.browser : twin, id, token))
    await stage.storage.hanging(2)
    stage.storage.release()
    const answers = await Promise.all(sent)
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(7)
    const [passed] = answers.filter(({ status }) => status === 200)
    const { codes } = expectPassed(passed as HttpAnswer) as { codes: string[] }
    expect((await stage.records())['alice']?.authenticators.map(({ type }) => type)).toEqual(['totp', 'recovery_code'])
    for (const one of codes.slice(0, 3)) expectPassed(await alice.login(undefined, { code: one }))
  })

  test('guesses are counted, over many secrets, and waited for', async () => {
    const stage = await openResource(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const charged = ['alice totp:confirm']
    for (let guess = 1; guess <= 5; guess += 1) {
      const { id, phone } = await create(alice)
      const wrong = () => enroll(alice, id, phone.wrongCode(clock.now()))
      await expectRefused(stage, wrongCode('wrong', charged), wrong)
    }
    const { id, phone } = await create(alice)
    const right = () => enroll(alice, id, phone.code(clock.now()))
    expect((await expectRefused(stage, locked, right)).headers['retry-after']).toBe('30')
    clock.advance(30)
    expectPassed(await right())
  })

  test('a token that is no string, or a secret of another type, is charged to nobody', async () => {
    const stage = await openResource(stack)
    const { alice } = stage
    await alice.login(alice.browser)
    const { id } = await create(alice)
    const invalid = refusedRequest(400, 'invalid_request')
    for (const token of [undefined, null, 21_589, true, ['021589'], { $gt: '' }]) {
      await expectRefused(stage, invalid, () => enroll(alice, id, token))
    }
    for (const type of [undefined, null, 'MFA', 'password', 'totp', 'recovery_code', ['mfa'], { $ne: null }]) {
      await expectRefused(stage, invalid, () => alice.browser.post(secretsOf('alice'), { type }))
    }
  })

  test('without a fresh proof nothing is added, and nothing is removed', async () => {
    const stage = await openResource(stack)
    const early = stage.browser()
    await stage.alice.login(early)
    const alice = await enrolled(stage, stage.alice)
    stage.clock.advance(271)
    const acts = routes.filter(([method]) => method === 'POST' || method === 'DELETE')
    for (const client of [early, alice.browser]) {
      for (const [method, rest, json] of acts) {
        const path = pathOf(rest, 'alice', alice.secretId)
        await expectRefused(stage, stepUpRequired, () => client.send(method, path, { json }))
      }
    }
    expectPassed(await alice.browser.post('/auth/mfa/step-up', { code: alice.phone.code(stage.clock.now()) }))
    const { id, phone } = await create(alice)
    expect(expectPassed(await enroll(alice, id, phone.code(stage.clock.now())))).toMatchObject({ codes: [] })
    expect((await alice.browser.send('DELETE', secretsOf('alice'))).status).toBe(204)
  })

  test('without a session, or with half a login, there is no resource', async () => {
    const stage = await openResource(stack)
    const alice = await enrolled(stage, stage.alice)
    const stranger = stage.browser()
    const challenged = String(challengeOf(await alice.person.login(stranger)))
    const headers = { Authorization: `Bearer ${challenged}` }
    for (const [method, rest, json] of routes) {
      const path = `${pathOf(rest, 'alice', alice.secretId)}?ephemeral_token=${challenged}`
      // An id could be the token of somebody who enrolls in order to be signed in.
      const reason = method === 'PUT' ? 'malformed_token' : notSignedIn.reason
      await expectRefused(stage, { ...notSignedIn, reason }, () => stranger.send(method, path, { json, headers }))
    }
  })

  test('once enrolled, no route gives the secret again', async () => {
    const stage = await openResource(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    const { id, secret, phone } = await create(alice)
    const told = [await enroll(alice, id, phone.code(clock.now()))]
    const item = `${secretsOf('alice')}/${String(expectPassed(told[0] as HttpAnswer)['id'])}`
    for (const path of [secretsOf('alice'), item, '/auth/mfa/status']) told.push(await alice.browser.get(path))
    told.push(await alice.browser.send('PATCH', item, { json: { name: 'Phone' } }))
    told.push(await alice.browser.get(`${secretsOf('alice')}/${id}`))
    told.push(await enroll(alice, id, phone.code(clock.now())))
    expect(told.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404, 400])
    for (const { text } of told) expect(text).not.toContain(secret)
  })

  test('the removal of all of them at once ends every challenge, and no other user loses any', async () => {
    const stage = await openResource(stack)
    const [alice, mallory] = [await enrolled(stage, stage.alice), await enrolled(stage, stage.mallory)]
    const before = (await stage.records())['mallory']
    const token = await alice.person.challenge()
    expect((await alice.browser.send('DELETE', secretsOf('alice'))).status).toBe(204)
    await expectRefused(stage, badToken('old_epoch'), () => alice.person.verify(token, alice.backup[0]))
    expect((await stage.records())['mallory']).toEqual(before)
    expectPassed(await mallory.person.login(undefined, { code: mallory.phone.code(stage.clock.now()) }))
  })
})

/** The ephemeral token of a login that was challenged. */
function challengeOf(answer: HttpAnswer): unknown {
  const body = answer.json() as Record<string, unknown>
  expect(body['mfa_required']).toBe(true)
  return body['ephemeral_token']
}
