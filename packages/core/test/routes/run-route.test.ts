// What a factor's own route does, for apps with routes of their own: the same checks, without a request.

import { expect, test } from 'vitest'
import type { FactorCall } from '../../src/index.ts'
import { mailedCode } from '../factors/mailed-code.ts'
import { createWorld, enroll, login, refusal, signedInAs } from '../world.ts'

function openMailing() {
  const sent: string[] = []
  const mail = mailedCode(
    (_, code) => sent.push(code),
    (size) => crypto.getRandomValues(new Uint8Array(size)),
  )
  return { ...createWorld({ factors: [mail], totp: { diagnose: true } }), sent }
}

test('a route of somebody on the way in', async () => {
  const { sent, ...world } = openMailing()
  const { mfa, alice, events } = world
  const { activationToken } = await mfa.begin('one_time_code', alice)
  await mfa.confirm('one_time_code', alice, { activationToken, code: sent[0] })
  const ephemeralToken = await login(world)
  const body = { ephemeral_token: ephemeralToken }
  expect(await mfa.runRoute('one_time_code.send', body, { requestId: 'r1' })).toEqual({ sent: true })
  expect(events.at(-1)).toMatchObject({ type: 'factor', requestId: 'r1' })
  expect((await mfa.verify(ephemeralToken, { code: sent[1] })).user).toEqual(alice)
  expect((await refusal(mfa.runRoute('one_time_code.send', body))).code).toBe('invalid_token')
})

test('a route of somebody signed in, and one that answers with bytes', async () => {
  const world = openMailing()
  const { mfa, alice, clock } = world
  const { activationToken } = await mfa.begin('totp', alice)
  const signedIn = signedInAs(alice, null)
  const png = await mfa.runRoute('totp.qr', { activation_token: activationToken }, { signedIn })
  expect(
    Buffer.from(png as Uint8Array)
      .subarray(1, 4)
      .toString(),
  ).toBe('PNG')
  const { proof } = await enroll(world)
  const fresh = { signedIn: signedInAs(alice, proof.provedAt) }
  expect(await mfa.runRoute('totp.diagnose', {}, fresh)).toMatchObject({
    server_time: new Date(clock.now()).toISOString(),
  })
  expect((await refusal(mfa.runRoute('totp.diagnose', {}, { signedIn }))).code).toBe('step_up_required')
})

test('nobody, a bad field, and a route that is not there', async () => {
  const { mfa, alice } = openMailing()
  const body = { activation_token: 'a.b.c.d.e' }
  expect((await refusal(mfa.runRoute('totp.qr', body))).code).toBe('unauthenticated')
  const signedIn = signedInAs(alice, null)
  expect(await refusal(mfa.runRoute('totp.qr', {}, { signedIn }))).toMatchObject({
    code: 'invalid_request',
    errors: [{ field: 'activation_token' }],
  })
  expect((await refusal(mfa.runRoute('totp.qr', body, { signedIn }))).code).toBe('invalid_token')
  for (const name of ['totp.begin', 'login', 'toString', '']) {
    await expect(mfa.runRoute(name, {})).rejects.toThrow(`no factor has a route '${name}'`)
  }
})

test('an answer without a body is no bytes at all', async () => {
  const empty = {
    name: 'mail.nothing',
    method: 'POST',
    path: '/mfa/mail/nothing',
    access: 'anyone',
    fields: {},
    answer: null,
  } as const
  const mail = mailedCode(
    () => undefined,
    () => new Uint8Array(4),
  )
  const factor = { ...mail, routes: [{ ...empty, handle: async () => ({ status: 204, headers: {}, body: null }) }] }
  expect(await createWorld({ factors: [factor] }).mfa.runRoute('mail.nothing', {})).toEqual(new Uint8Array())
})

test('a route that anyone may call asks who is signed in', async () => {
  const whoAmI = {
    name: 'mail.who',
    method: 'POST',
    path: '/mfa/mail/who',
    access: 'anyone',
    fields: {},
    answer: {},
  } as const
  const mail = mailedCode(
    () => undefined,
    () => new Uint8Array(4),
  )
  const handle = async (call: FactorCall) => ({ user: (await call.currentUser())?.user.id ?? null })
  const { mfa, alice } = createWorld({ factors: [{ ...mail, routes: [{ ...whoAmI, handle }] }] })
  expect(await mfa.runRoute('mail.who', {})).toEqual({ user: null })
  expect(await mfa.runRoute('mail.who', {}, { signedIn: signedInAs(alice, null) })).toEqual({ user: 'alice' })
})
