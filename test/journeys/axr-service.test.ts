/** The rule guarded here: a user of AXR, a service that enrolls by REST resource, finds here what its guide says. */
import { resourceRoutes } from '@latchkey/core'
import { type HttpAnswer, virtualAuthenticator } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { expectPassed } from '../security/person.ts'
import { describeOn, pairedStacks, type Stack } from '../security/stacks.ts'
import { openStage } from '../security/stage.ts'

const userId = '00000000-0000-0000-0000-000000000000'
const headers = { Host: 'api.demo.goaxr.cloud', 'Content-Type': 'application/json' }

interface Created {
  readonly id: string
  readonly type: string
  readonly secret: { readonly otpauth_url: string; readonly secret: string }
}

/** The service, and somebody who has authenticated with a password. */
async function openService(stack: Stack, routes = resourceRoutes()) {
  const stage = await openStage(stack, { mfa: { routes } })
  const user = stage.newPerson(userId, 'somebody')
  const collection = `/auth/users/${userId}/secrets`
  expect(expectPassed(await user.login(user.browser))).toBeDefined()
  /** Sends a body to the letter, as the guide writes it. */
  const send = (method: string, path: string, body: string) => user.browser.send(method, path, { body, headers })
  const create = async () => expectPassed(await send('POST', collection, '{ "type": "mfa" }')) as unknown as Created
  /** Registers the device and tries again until its code begins with a zero, as the one of the guide does. */
  const register = async () => {
    for (;;) {
      const { id, secret } = await create()
      const device = virtualAuthenticator(secret.otpauth_url)
      const code = device.code(stage.clock.now())
      if (code.startsWith('0') && !code.startsWith('00')) return { id, device, code }
    }
  }
  const enroll = (id: string, code: string) => send('PUT', `${collection}/${id}/enroll`, `{ "token": "${code}" }`)
  return { ...stage, user, collection, send, create, register, enroll }
}

function errorOf(answer: HttpAnswer): unknown {
  const { code, errors } = answer.json() as Record<string, unknown>
  return errors === undefined ? code : [code, errors]
}

describeOn(pairedStacks, (stack) => {
  test('first, authenticate the user using an existing secret such as a password', async () => {
    const { browser, collection } = await openService(stack)
    const answer = await browser().send('POST', collection, { body: '{ "type": "mfa" }', headers })
    expect([answer.status, errorOf(answer)]).toEqual([401, 'unauthenticated'])
  })

  test('upon success, the system will return the newly created secret', async () => {
    const { send, collection } = await openService(stack)
    const answer = await send('POST', collection, '{ "type": "mfa" }')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    const { id, ...created } = answer.json() as Created
    expect(id).toBeTypeOf('string')
    expect(created).toMatchObject({
      type: 'mfa',
      secret: {
        otpauth_url: expect.stringMatching(/^otpauth:\/\/totp\//),
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      },
    })
  })

  test('the secret contains the MFA information needed to register a compatible MFA device', async () => {
    const { create, clock } = await openService(stack)
    const { otpauth_url, secret } = (await create()).secret
    const [scanned, typed] = [virtualAuthenticator(otpauth_url), virtualAuthenticator({ secret })]
    expect(scanned.code(clock.now())).toBe(typed.code(clock.now()))
  })

  test('at this point MFA has been initialized for the account, it is not activated yet', async () => {
    const { create, user, records, collection } = await openService(stack)
    await create()
    expect(expectPassed(await user.browser.get('/auth/mfa/status'))).toMatchObject({ mfa_enabled: false })
    expect(expectPassed(await user.browser.get(collection))).toEqual({ secrets: [] })
    expectPassed(await user.login())
    expect(await records()).toEqual({})
  })

  test('send a PUT request containing the code to complete the enrollment: a set of backup codes', async () => {
    const { register, enroll, user, collection } = await openService(stack)
    const { id, code } = await register()
    const answer = await enroll(id, code)
    const { codes, ...secret } = expectPassed(answer) as { codes: string[]; id: string }
    expect(codes).toHaveLength(10)
    expect(new Set(codes).size).toBe(10)
    expect(secret).toMatchObject({ type: 'mfa', name: 'Authenticator 1' })
    expect(expectPassed(await user.browser.get(collection))).toEqual({ secrets: [secret] })
    expect(expectPassed(await user.browser.get(`${collection}/${secret.id}`))).toEqual(secret)
  })

  test('the text has the request without /enroll, the example with it: a setting takes the other one', async () => {
    const path = '/users/:userId/secrets/:secretId'
    const { register, send, collection } = await openService(stack, resourceRoutes({ 'secrets.enroll': path }))
    const { id, code } = await register()
    const answer = await send('PUT', `${collection}/${id}`, `{ "token": "${code}" }`)
    expect(expectPassed(answer)['codes']).toHaveLength(10)
  })

  test('if the provided MFA code is not correct there are no codes and nothing is activated', async () => {
    const { register, enroll, user, clock } = await openService(stack)
    const { id, device, code } = await register()
    const answer = await enroll(id, device.wrongCode(clock.now()))
    expect([answer.status, errorOf(answer)]).toEqual([400, 'invalid_code'])
    expect(answer.json()).not.toHaveProperty('codes')
    expectPassed(await user.login())
    expectPassed(await enroll(id, code))
  })

  test('the bodies of the guide are no JSON, for a comma at the end and a number with a zero in front', async () => {
    const { register, enroll, send, collection } = await openService(stack)
    const { id, code } = await register()
    const path = `${collection}/${id}/enroll`
    const asWritten: readonly (readonly [string, string, string])[] = [
      ['POST', collection, '{\n    "type": "mfa",\n}'],
      ['PUT', path, `{\n    "token": ${code},\n}`],
      ['PUT', path, `{ "token": ${code} }`],
      ['PUT', path, `{ "token": "${code}", }`],
    ]
    for (const [method, at, body] of asWritten) {
      const answer = await send(method, at, body)
      expect([answer.status, errorOf(answer)]).toEqual([400, 'malformed_body'])
    }
    const number = await send('PUT', path, `{ "token": ${Number(code)} }`)
    expect(errorOf(number)).toEqual([
      'invalid_request',
      [{ field: 'token', message: 'must be a string, in quotes: a number loses its leading zeros' }],
    ])
    expectPassed(await enroll(id, code))
  })

  test('all future password authentication attempts will require MFA validation', async () => {
    const { register, enroll, user, browser, clock } = await openService(stack)
    const { id, device, code } = await register()
    expectPassed(await enroll(id, code))
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const client = browser()
      const answer = await user.login(client)
      expect(answer.json()).toMatchObject({ mfa_required: true, methods: ['totp', 'recovery_code'] })
      expect((await client.get('/auth/mfa/status')).status).toBe(401)
    }
    const client = browser()
    expectPassed(await user.verify(await user.challenge(), device.code(clock.advance(30)), client))
    expect(expectPassed(await client.get('/auth/mfa/status'))).toMatchObject({ mfa_enabled: true })
  })

  test('the backup codes can be used to recover the account if future authentication requests fail', async () => {
    const { register, enroll, user, browser, collection, create, clock } = await openService(stack)
    const { id, code } = await register()
    const { codes } = expectPassed(await enroll(id, code)) as { codes: string[] }
    for (const backup of codes.slice(0, 2)) expectPassed(await user.verify(await user.challenge(), backup))
    const client = user.browser
    expectPassed(await user.verify(await user.challenge(), codes[2], client))
    const lost = expectPassed(await client.get(collection)) as { secrets: { id: string }[] }
    const { id: pending, secret } = await create()
    const device = virtualAuthenticator(secret.otpauth_url)
    expect(expectPassed(await enroll(pending, device.code(clock.now())))).toMatchObject({ codes: [] })
    expect((await client.send('DELETE', `${collection}/${lost.secrets[0]?.id}`)).status).toBe(204)
    expectPassed(await user.login(browser(), { code: device.code(clock.advance(30)) }))
  })

  test('what a resource has besides: it is named, removed, and removed as a whole', async () => {
    const { register, enroll, send, user, collection } = await openService(stack)
    const { id, code } = await register()
    const path = `${collection}/${String(expectPassed(await enroll(id, code))['id'])}`
    expect(expectPassed(await send('PATCH', path, '{ "name": "Phone" }'))).toMatchObject({ name: 'Phone' })
    expect((await user.browser.send('DELETE', collection)).status).toBe(204)
    expect(expectPassed(await user.browser.get(collection))).toEqual({ secrets: [] })
    expect((await user.browser.get(path)).status).toBe(404)
    expectPassed(await user.login())
  })
})
