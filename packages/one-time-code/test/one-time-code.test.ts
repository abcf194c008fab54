/** The rule guarded here: an address is proven before it counts, and a code opens what it was sent for, once. */
import { expect, test } from 'vitest'
import { address, createWorld, type World } from './world.ts'

const enroll = '/mfa/one-time-code/enroll'
const confirm = '/mfa/one-time-code/confirm'
const send = '/mfa/one-time-code/send'

async function challenge({ stranger }: World): Promise<string> {
  return String((await stranger().post('/login')).json['ephemeral_token'])
}

test('an enrollment sends a code, and the code proves the address', async () => {
  const world = createWorld()
  const begun = await world.browser.post(enroll, { to: ' alice@EXAMPLE.com' })
  expect(begun).toEqual({
    status: 200,
    json: {
      ...{ sent_to: 'a•••@e•••.com', channel: 'mail', code_expires_in: 300, resend_after: 60 },
      ...{ activation_token: expect.any(String), expires_in: 600 },
    },
  })
  const [message] = world.messages
  const code = world.code()
  expect(code).toMatch(/^\d{6}$/)
  expect(message).toEqual({
    ...{ channel: 'mail', to: address, code, user: world.alice, signal: expect.any(AbortSignal) },
    text: `${code} is your code for Acme. It is valid for 5 minutes.\nNever tell it to anyone: nobody needs it but you.\n\n@app.example #${code}`,
    expiresAt: new Date(world.clock.now() + 300_000),
  })
  const body = { activation_token: begun.json['activation_token'], code: `${code.slice(0, 3)} ${code.slice(3)}` }
  expect((await world.browser.post(confirm, body)).json).toEqual({
    recovery_codes: expect.objectContaining({ length: 10 }),
    authenticator: expect.objectContaining({ type: 'one_time_code', name: 'a•••@e•••.com' }),
  })
  expect((await world.browser.get('/mfa/status')).json).toMatchObject({
    mfa_enabled: true,
    methods: ['one_time_code', 'recovery_code'],
  })
})

test('spaces and dashes are no part of a code; what else is not a digit is not looked at', async () => {
  const { mfa, alice, code, events } = createWorld()
  const { activationToken } = await mfa.begin('one_time_code', alice, { to: address })
  const confirmed = (answer: unknown) =>
    mfa.confirm('one_time_code', alice, { activationToken, code: answer as string })
  const [first, rest] = [code().slice(0, 1), code().slice(1)]
  const noCodes = [rest, `${first}${rest}0`, `${rest}a`, '１２３４５６', `+${rest}`, `${first}.${rest}`, '', null]
  for (const answer of [...noCodes, Number(code()), [code()]]) {
    await expect(confirmed(answer)).rejects.toMatchObject({ code: 'invalid_code' })
    expect([answer, events.at(-1)?.reason]).toEqual([answer, 'not_a_code'])
  }
  expect(await confirmed(` ${first}-${rest} `)).toMatchObject({ authenticator: { type: 'one_time_code' } })
})

test('it is sent by SMS to a number, and a name of the user’s own is kept', async () => {
  const world = createWorld()
  const { json } = await world.browser.post(enroll, { to: '+49 1512 3456789', channel: 'sms' })
  expect(json).toMatchObject({ sent_to: '+49 ••• ••89', channel: 'sms' })
  expect(world.messages[0]).toMatchObject({ channel: 'sms', to: '+4915123456789' })
  const body = { activation_token: json['activation_token'], code: world.code(), name: 'Work' }
  expect((await world.browser.post(confirm, body)).json['authenticator']).toMatchObject({ name: 'Work' })
})

test('a challenge is answered with the code that was sent for it', async () => {
  const world = createWorld()
  await world.enroll()
  const ephemeral_token = await challenge(world)
  expect(await world.stranger().post(send, { ephemeral_token })).toEqual({
    status: 200,
    json: { sent_to: 'a•••@e•••.com', channel: 'mail', expires_in: 300, resend_after: 60 },
  })
  const verified = await world.stranger().post('/mfa/verify', { ephemeral_token, code: world.code() })
  expect(verified).toEqual({ status: 200, json: { signed_in: 'alice' } })
  expect(world.events.at(-1)).toMatchObject({ type: 'verify', factor: 'one_time_code', result: 'success' })
})

test.each([
  ['a step-up, by default', {}, '/mfa/step-up'],
  ['a step-up', { purpose: 'step_up' }, '/mfa/step-up'],
  ['a deactivation', { purpose: 'deactivate' }, '/mfa/one-time-code/deactivate'],
])('signed in it is for %s', async (_, body, path) => {
  const world = createWorld()
  await world.enroll()
  expect((await world.browser.post(send, body)).status).toBe(200)
  expect((await world.browser.post(path, { code: world.code() })).status).toBe(200)
})

test('the proof says by which way the code came', async () => {
  const world = createWorld()
  const { mfa, alice } = world
  const enrolled = async (to: string) => {
    const { authenticator } = (await world.enroll(to)).json as { authenticator: { id: string } }
    return authenticator.id
  }
  const [mail, sms] = [await enrolled(address), await enrolled('+1 415 555 2671')]
  const passed = async (id: string) => {
    world.clock.advance(600)
    await world.browser.post(send, { authenticator_id: id })
    return (await mfa.stepUp(alice, { code: world.code() })).amr
  }
  expect(await passed(mail)).toEqual(['pwd', 'otp', 'mfa'])
  expect(await passed(sms)).toEqual(['pwd', 'sms', 'mfa'])
})

test('a confirmed number is a proof by SMS', async () => {
  const { mfa, alice, code } = createWorld()
  const { activationToken } = await mfa.begin('one_time_code', alice, { to: '+1 415 555 2671' })
  const { proof } = await mfa.confirm('one_time_code', alice, { activationToken, code: code() })
  expect(proof.amr).toEqual(['pwd', 'sms', 'mfa'])
})

test('somebody on the way in is told the addresses, masked, and nothing is sent', async () => {
  const world = createWorld()
  const ids = [
    ((await world.enroll()).json['authenticator'] as { id: string }).id,
    ((await world.enroll('+1 415 555 2671')).json['authenticator'] as { id: string }).id,
  ]
  const messages = world.messages.length
  const ephemeral_token = await challenge(world)
  expect(await world.stranger().post('/mfa/one-time-code/addresses', { ephemeral_token })).toEqual({
    status: 200,
    json: {
      addresses: [
        { id: ids[0], channel: 'mail', sent_to: 'a•••@e•••.com' },
        { id: ids[1], channel: 'sms', sent_to: '+1 ••• ••71' },
      ],
    },
  })
  expect(world.messages).toHaveLength(messages)
  world.clock.advance(540)
  const asked = { ephemeral_token, authenticator_id: ids[1] }
  await world.stranger().post(send, { ...asked, ephemeral_token: await challenge(world) })
  expect(world.messages.at(-1)).toMatchObject({ channel: 'sms' })
  for (const token of ['a.b.c', ephemeral_token]) {
    const answer = await world.stranger().post('/mfa/one-time-code/addresses', { ephemeral_token: token })
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_token' } })
  }
  expect((await world.stranger().post('/mfa/one-time-code/addresses', {})).json['code']).toBe('invalid_request')
})

test('of several addresses the one that is asked for gets it', async () => {
  const world = createWorld()
  await world.enroll()
  const second = (await world.enroll('+1 415 555 2671')).json['authenticator'] as { id: string }
  expect((await world.browser.post(send, { authenticator_id: second.id })).json).toMatchObject({ channel: 'sms' })
  world.clock.advance(540)
  expect((await world.browser.post(send)).json).toMatchObject({ channel: 'mail' })
})

test.each([
  ['a purpose with a token', 400, 'invalid_request', { purpose: 'step_up', ephemeral_token: 'x' }],
  ['a purpose of another kind', 400, 'invalid_request', { purpose: 'login' }],
  ['a token of another type', 400, 'invalid_request', { ephemeral_token: 1 }],
  ['an id of another type', 400, 'invalid_request', { authenticator_id: {} }],
  ['a token that is none', 400, 'invalid_token', { ephemeral_token: 'x' }],
  ['an authenticator that is not', 404, 'not_found', { authenticator_id: 'x' }],
])('no code for %s', async (_, status, code, body) => {
  const world = createWorld()
  await world.enroll()
  expect(await world.browser.post(send, body)).toMatchObject({ status, json: { code } })
  expect(world.messages).toHaveLength(1)
})

test('no code for somebody who is not signed in, or has no address', async () => {
  const world = createWorld()
  expect((await world.stranger().post(send)).json).toMatchObject({ code: 'unauthenticated' })
  expect((await world.browser.post(send)).json).toMatchObject({ code: 'not_enabled' })
  expect(world.messages).toHaveLength(0)
})

test.each([
  ['no address', {}, 'is required'],
  ['no text', { to: 5 }, 'must be a string'],
  ['no such channel', { to: address, channel: 'pigeon' }, "must be 'mail' or 'sms'"],
  ['another form', { to: 'alice' }, 'must be a mail address that codes can be sent to'],
  ['the form of another channel', { to: address, channel: 'sms' }, 'must be a mail address that codes can be sent to'],
  ['a channel that is off', { to: '+14155552671' }, 'must be a mail address that codes can be sent to'],
  ['a destination that is refused', { to: 'alice@refused.com' }, 'must be a mail address that codes can be sent to'],
])('%s is refused', async (_, body, message) => {
  const world = createWorld({ channels: ['mail'], allowDestination: ({ to }) => !to.endsWith('refused.com') })
  const answer = await world.browser.post(enroll, body)
  expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ message }] } })
  expect(world.messages).toHaveLength(0)
  expect((await world.browser.post(enroll, { to: address })).status).toBe(200)
})

test('the hook is asked of every message, and only a plain yes is one', async () => {
  const asked: unknown[] = []
  let answer: unknown = true
  const world = createWorld({
    allowDestination(destination) {
      asked.push(destination)
      return answer as boolean
    },
  })
  await world.enroll()
  answer = 1
  expect((await world.browser.post(send)).json).toMatchObject({ code: 'invalid_request', errors: [{ field: 'to' }] })
  const destination = { channel: 'mail', to: address, user: world.alice }
  expect(asked).toEqual([destination, destination])
  expect(world.messages).toHaveLength(1)
})

test('more addresses than allowed are refused before anything is sent', async () => {
  const world = createWorld({ authenticators: 1 })
  await world.enroll()
  expect((await world.browser.post(enroll, { to: address })).json).toMatchObject({ code: 'authenticator_limit' })
  expect(world.messages).toHaveLength(1)
})

test('digits and seconds are what the options say', async () => {
  const world = createWorld({ digits: 8, codeSeconds: 90, pauseSeconds: 5 })
  const { json } = await world.browser.post(enroll, { to: address })
  expect(json).toMatchObject({ code_expires_in: 90, resend_after: 5 })
  expect(world.code()).toMatch(/^\d{8}$/)
  expect(world.messages[0]?.text).toContain('valid for 90 seconds.')
})

test('where no code is out, an answer is not looked at and not charged', async () => {
  const world = createWorld()
  await world.enroll()
  const ephemeral_token = await challenge(world)
  const answer = await world.stranger().post('/mfa/verify', { ephemeral_token, code: '123456' })
  expect(answer.json).toMatchObject({ code: 'invalid_code', attempts_remaining: 5 })
  expect(world.events.at(-1)).toMatchObject({ reason: 'not_a_code' })
})
