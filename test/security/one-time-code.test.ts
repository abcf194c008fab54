/** The threat: a sent code that opens twice, elsewhere or for somebody else; guessing it; and flooding a phone with messages. */
import { type Message, type OneTimeCodeOptions, oneTimeCode } from '@latchkey/one-time-code'
import type { HttpAnswer, HttpClient } from '@latchkey/testing'
import { expect, test, vi } from 'vitest'
import { expectPassed, type Person } from './person.ts'
import { badToken, expectRefused, expectUnchanged, notACode, wrongCode } from './refusal.ts'
import { describeOn, type Stack, storageStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const enrollPath = '/auth/mfa/one-time-code/enroll'
const confirm = '/auth/mfa/one-time-code/confirm'
const send = '/auth/mfa/one-time-code/send'
const deactivate = '/auth/mfa/one-time-code/deactivate'
const wrong = wrongCode('wrong', ['alice one_time_code'])
const outdated = wrongCode('outdated', ['alice one_time_code:confirm'])

/** A stage on which codes are sent. */
interface Sending extends Stage {
  readonly messages: Message[]
  /** The code that was sent last. */
  readonly code: () => string
  /** What becomes of the next messages. */
  outcome: (message: Message) => unknown
}

async function openSending(stack: Stack, options: Partial<OneTimeCodeOptions> = {}): Promise<Sending> {
  const messages: Message[] = []
  const deliver = (message: Message) => {
    messages.push(message)
    return sending.outcome(message)
  }
  const factors = [oneTimeCode({ deliver, host: 'app.example', ...options })]
  const stage = await openStage(stack, { mfa: { factors }, confirmsPassword: false })
  const sending: Sending = { ...stage, messages, code: () => messages.at(-1)?.code ?? '', outcome: () => undefined }
  return sending
}

/** A promise that is settled by hand. */
function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: Error) => void } {
  let settle: { resolve: () => void; reject: (error: Error) => void } | undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, resolve: () => settle?.resolve(), reject: (error) => settle?.reject(error) }
}

/** A code of the same form that is not this one. */
function altered(code: string): string {
  return code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)
}

function memberOf(answer: HttpAnswer, name: string): string {
  return String((answer.json() as Record<string, unknown>)[name])
}

async function begin({ browser }: Person, to: string): Promise<string> {
  return memberOf(await browser.post(enrollPath, { to }), 'activation_token')
}

/** Signs in, enrolls an address, and lets the ten minutes pass. Gives the id of the authenticator. */
async function enroll(stage: Sending, person = stage.alice, to = `${person.id}@example.com`): Promise<string> {
  expectPassed(await person.login(person.browser))
  return add(stage, person, to)
}

/** Enrolls an address of somebody who is signed in. */
async function add(stage: Sending, person = stage.alice, to = `${person.id}@example.com`): Promise<string> {
  const body = { activation_token: await begin(person, to), code: stage.code() }
  const { authenticator } = expectPassed(await person.browser.post(confirm, body)) as { authenticator: { id: string } }
  stage.clock.advance(600)
  return authenticator.id
}

/** Lets the pause pass and sends. Gives the code. */
async function sent(stage: Sending, body: object = {}, client: HttpClient = stage.alice.browser): Promise<string> {
  stage.clock.advance(60)
  expectPassed(await client.post(send, body))
  return stage.code()
}

const stepUp = ({ browser }: Person, code: string) => browser.post('/auth/mfa/step-up', { code })

describeOn(storageStacks, (stack) => {
  test('a code twice', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice } = stage
    const token = await alice.challenge()
    const code = await sent(stage, { ephemeral_token: token })
    expectPassed(await alice.verify(token, code))
    await expectRefused(stage, badToken('spent_token'), () => alice.verify(token, code))
    const next = await alice.challenge()
    await expectRefused(stage, notACode, () => alice.verify(next, code))
    await sent(stage, { ephemeral_token: next })
    await expectRefused(stage, wrong, () => alice.verify(next, code))
    const stepUpCode = await sent(stage)
    expectPassed(await stepUp(alice, stepUpCode))
    await expectRefused(stage, notACode, () => stepUp(alice, stepUpCode))
  })

  test('a code eight times at once, in two processes: one sign-in', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice } = stage
    const token = await alice.challenge()
    const code = await sent(stage, { ephemeral_token: token })
    const twin = await stage.twin()
    for (const nth of [1, 2]) stage.storage.inject('get', 'hang_after', nth)
    const tries = Array.from({ length: 8 }, (_, index) => alice.verify(token, code, index % 2 ? twin : stage.browser()))
    await stage.storage.hanging(2)
    stage.storage.release()
    expect((await Promise.all(tries)).filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('the code of another challenge', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice } = stage
    const [mine, other] = [await alice.challenge(), await alice.challenge()]
    const code = await sent(stage, { ephemeral_token: mine })
    await expectRefused(stage, notACode, () => alice.verify(other, code))
    await expectRefused(stage, notACode, () => alice.login(undefined, { code }))
    expectPassed(await alice.verify(mine, code))
  })

  test('the code of another purpose', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice, clock } = stage
    const token = await alice.challenge()
    const code = await sent(stage, { ephemeral_token: token })
    await expectRefused(stage, notACode, () => stepUp(alice, code))
    await expectRefused(stage, notACode, () => alice.browser.post(deactivate, { code }))
    clock.advance(600)
    const forStepUp = await sent(stage)
    await expectRefused(stage, notACode, () => alice.browser.post(deactivate, { code: forStepUp }))
    const later = await alice.challenge()
    await expectRefused(stage, notACode, () => alice.verify(later, forStepUp))
    expectPassed(await stepUp(alice, forStepUp))
    clock.advance(600)
    const forDeactivation = await sent(stage, { purpose: 'deactivate' })
    await expectRefused(stage, notACode, () => stepUp(alice, forDeactivation))
    expectPassed(await alice.browser.post(deactivate, { code: forDeactivation }))
  })

  test('the code of an enrollment opens nothing, and no other code confirms it', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice, clock } = stage
    expectPassed(await stepUp(alice, await sent(stage)))
    clock.advance(60)
    const activation_token = await begin(alice, 'other@example.com')
    const code = stage.code()
    const token = await alice.challenge()
    await expectRefused(stage, notACode, () => stepUp(alice, code))
    await expectRefused(stage, notACode, () => alice.verify(token, code))
    const login = await sent(stage, { ephemeral_token: token })
    await expectRefused(stage, wrongCode('wrong', ['alice one_time_code:confirm']), () =>
      alice.browser.post(confirm, { activation_token, code: login === code ? altered(code) : login }),
    )
    await expectRefused(stage, outdated, () => alice.browser.post(confirm, { activation_token, code }))
  })

  test('an old code after a new one, and any code after its time', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice, clock } = stage
    const token = await alice.challenge()
    const old = await sent(stage, { ephemeral_token: token })
    const code = await sent(stage, { ephemeral_token: token })
    await expectRefused(stage, wrong, () => alice.verify(token, old === code ? altered(code) : old))
    clock.advance(240)
    const later = await alice.challenge()
    const forLater = await sent(stage, { ephemeral_token: later })
    await expectRefused(stage, badToken('expired_token'), () => alice.verify(token, code))
    clock.advance(239)
    expectPassed(await alice.verify(later, forLater))
    const forStepUp = await sent(stage)
    clock.advance(300)
    await expectRefused(stage, notACode, () => stepUp(alice, forStepUp))
  })

  test("an enrollment's code after a newer one's, after its time, and another user's", async () => {
    const stage = await openSending(stack)
    const { alice, mallory, clock } = stage
    await alice.login(alice.browser)
    await mallory.login(mallory.browser)
    const first = await begin(alice, 'alice@example.com')
    const old = stage.code()
    clock.advance(60)
    const second = await begin(alice, 'other@example.com')
    const code = stage.code()
    const answer = (activation_token: string, by = alice) => by.browser.post(confirm, { activation_token, code })
    await expectRefused(stage, outdated, () => alice.browser.post(confirm, { activation_token: first, code: old }))
    await expectRefused(stage, badToken('wrong_user'), () => answer(second, mallory))
    clock.advance(300)
    await expectRefused(stage, outdated, () => answer(second))
    clock.advance(300)
    const third = await begin(alice, 'alice@example.com')
    const right = { activation_token: third, code: stage.code() }
    expectPassed(await alice.browser.post(confirm, right))
    await expectRefused(stage, badToken('old_epoch'), () => alice.browser.post(confirm, right))
  })

  test('a code that went to an address which is gone', async () => {
    const stage = await openSending(stack)
    const id = await enroll(stage)
    const { alice } = stage
    expectPassed(await stepUp(alice, await sent(stage)))
    stage.clock.advance(60)
    const other = await begin(alice, 'other@example.com')
    expectPassed(await alice.browser.post(confirm, { activation_token: other, code: stage.code() }))
    stage.clock.advance(540)
    const code = await sent(stage, { authenticator_id: id })
    await stage.mfa.removeAuthenticator('alice', id, { provedAt: stage.clock.now() })
    await expectRefused(stage, notACode, () => stepUp(alice, code))
  })

  test('guesses count on, whatever is sent between them', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice, clock } = stage
    for (let count = 1; count <= 8; count += 1) {
      clock.advance(600)
      const token = await alice.challenge()
      const code = await sent(stage, { ephemeral_token: token })
      await expectRefused(stage, wrong, () => alice.verify(token, altered(code)))
      expect((await stage.records())['alice']?.failures['one_time_code']?.count).toBe(count)
    }
    const token = await alice.challenge()
    const code = await sent(stage, { ephemeral_token: token })
    const answer = await alice.verify(token, code)
    expect(answer.status).toBe(429)
    clock.advance(180)
    expectPassed(await alice.verify(token, code))
  })

  test('no code but the one that is out is looked at, so that other guesses are not charged here', async () => {
    const stage = await openSending(stack)
    const alice = await stage.alice.enroll()
    await add(stage)
    const token = await alice.challenge()
    await expectRefused(stage, wrongCode('wrong'), () => alice.verify(token, alice.wrongCode()))
    await sent(stage, { ephemeral_token: token })
    const charged = ['alice totp', 'alice one_time_code']
    await expectRefused(stage, wrongCode('wrong', charged), () => alice.verify(token, alice.wrongCode()))
  })

  test('flooding, by every way there is', async () => {
    const stage = await openSending(stack)
    const { alice, clock } = stage
    const start = clock.now()
    await enroll(stage)
    const twin = await stage.twin()
    const times: number[] = []
    const ways = [
      async () => alice.browser.post(send, { ephemeral_token: await alice.challenge() }),
      async () => alice.browser.post(send),
      async () => twin.post(send, { ephemeral_token: await alice.challenge() }),
      async () => alice.browser.post(send, { purpose: 'deactivate' }),
      async () => alice.browser.post(enrollPath, { to: 'other@example.com' }),
    ]
    for (let minute = 0; minute < 1440 && clock.now() - start < 86_400_000; minute += 1) {
      const before = stage.messages.length
      const answer = await (ways[minute % ways.length] as () => Promise<HttpAnswer>)()
      if (stage.messages.length > before) times.push(clock.now())
      else if (answer.status !== 401) expect(memberOf(answer, 'code')).toBe('too_many_messages')
      clock.advance(minute < 60 ? 20 : 1200)
    }
    expect(times.length).toBeGreaterThan(6)
    const all = [start, ...times]
    for (const [index, at] of all.entries()) {
      const within = (seconds: number) => all.filter((other) => other >= at && other < at + seconds * 1000).length
      expect({ index, minute: within(60), tenMinutes: within(600) <= 3, day: within(86_400) <= 10 }).toEqual({
        ...{ index, minute: 1, tenMinutes: true, day: true },
      })
    }
  })

  test('flooding, with the factor removed and enrolled again', async () => {
    const stage = await openSending(stack)
    const { alice, clock } = stage
    expectPassed(await alice.login(alice.browser))
    for (const code of ['1', '2', '3']) {
      const body = { activation_token: await begin(alice, `${code}@example.com`), code: stage.code() }
      const { recovery_codes } = expectPassed(await alice.browser.post(confirm, body)) as { recovery_codes: string[] }
      expectPassed(await alice.browser.post(deactivate, { code: recovery_codes[0] }))
      clock.advance(60)
    }
    expect((await stage.records())['alice']?.enabledAt).toBeNull()
    const answer = await alice.browser.post(enrollPath, { to: '4@example.com' })
    expect({ status: answer.status, wait: answer.headers['retry-after'] }).toEqual({ status: 429, wait: '420' })
    expect(stage.messages).toHaveLength(3)
  })

  test("another user's address", async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const his = await enroll(stage, stage.mallory)
    const before = stage.messages.length
    const { alice } = stage
    expect((await alice.browser.post(send, { authenticator_id: his })).status).toBe(404)
    const ephemeral_token = await alice.challenge()
    expect((await stage.mallory.browser.post(send, { ephemeral_token, authenticator_id: his })).status).toBe(404)
    expect(stage.messages).toHaveLength(before)
    await sent(stage, { to: 'mallory@example.com', channel: 'sms', user: 'mallory' })
    expect(stage.messages.at(-1)).toMatchObject({ channel: 'mail', to: 'alice@example.com' })
  })

  test.each([
    'alice@example.com\r\nBcc: mallory@example.com',
    'alice@example.com\nSubject: hello',
    'alice@example.com, mallory@example.com',
    'Alice <mallory@example.com>',
    '"alice\r\n"@example.com',
    'alice@example.com\u0000',
    'alice@example.com\u2028',
    '+14155552671\r\nX: y',
    '+14155552671,+14155552672',
  ])('more than one address in %j', async (to) => {
    const stage = await openSending(stack)
    await stage.alice.login(stage.alice.browser)
    const answer = await expectUnchanged(stage, () => stage.alice.browser.post(enrollPath, { to }))
    expect({ status: answer.status, code: memberOf(answer, 'code') }).toEqual({ status: 400, code: 'invalid_request' })
    expect(stage.messages).toEqual([])
  })

  test('the code stands in the message alone, and the address too', async () => {
    const written: string[] = []
    const streams = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0),
    )
    const stage = await openSending(stack)
    const { alice, clock } = stage
    const answers: HttpAnswer[] = []
    const keep = async (answer: Promise<HttpAnswer>) => answers[answers.push(await answer) - 1] as HttpAnswer
    await alice.login(alice.browser)
    stage.outcome = ({ text, to }) => Promise.reject(new Error(`could not send ${text} to ${to}`))
    await keep(alice.browser.post(enrollPath, { to: 'alice@example.com' }))
    stage.outcome = () => undefined
    const begun = await keep(alice.browser.post(enrollPath, { to: 'alice@example.com' }))
    const activation_token = memberOf(begun, 'activation_token')
    await keep(alice.browser.post(confirm, { activation_token, code: altered(stage.code()) }))
    await keep(alice.browser.post(confirm, { activation_token, code: stage.code() }))
    clock.advance(600)
    const ephemeral_token = await alice.challenge()
    await keep(stage.browser().post(send, { ephemeral_token }))
    await keep(alice.verify(ephemeral_token, altered(stage.code())))
    await keep(alice.verify(ephemeral_token, stage.code()))
    await keep(alice.browser.get('/auth/mfa/authenticators'))
    await keep(alice.browser.get('/auth/mfa/status'))
    for (const stream of streams) stream.mockRestore()
    const said = stage.events.map((event) => JSON.stringify({ ...event, error: String(event.error) }))
    const stored = JSON.stringify(await stage.open.storage.get('alice'))
    const everything = [...answers.map(({ text }) => text), ...said, stored, ...written].join('\n')
    expect(said.join()).toContain('could not send •••')
    expect(stage.messages).toHaveLength(3)
    for (const { code } of stage.messages) expect(everything).not.toContain(code)
    expect(everything).not.toContain('alice@example.com')
  })

  test('a delivery that throws is charged to nobody, sends nothing twice, and leaves no code behind', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice } = stage
    stage.outcome = () => {
      throw new Error('provider down')
    }
    const ephemeral_token = await alice.challenge()
    for (let time = 1; time <= 5; time += 1) {
      stage.events.length = 0
      const answer = await stage.browser().post(send, { ephemeral_token })
      expect({ status: answer.status, code: memberOf(answer, 'code') }).toEqual({
        status: 503,
        code: 'delivery_failed',
      })
      expect(stage.messages).toHaveLength(1 + time)
      expect(stage.events.at(-1)).toMatchObject({
        ...{ type: 'factor', factor: 'one_time_code', userId: 'alice', reason: 'delivery_failed' },
        error: expect.objectContaining({ message: 'Error: provider down' }),
      })
      await expectRefused(stage, notACode, () => alice.verify(ephemeral_token, stage.code()))
    }
    stage.outcome = () => undefined
    expectPassed(await stage.browser().post(send, { ephemeral_token }))
    expectPassed(await alice.verify(ephemeral_token, stage.code()))
  })

  test('a delivery that hangs is given up, and what arrives late opens nothing', async () => {
    const stage = await openSending(stack, { deliverTimeoutSeconds: 0.05 })
    await enroll(stage)
    const { alice, clock } = stage
    const late = withResolvers()
    stage.outcome = () => late.promise
    const ephemeral_token = await alice.challenge()
    const answer = await stage.browser().post(send, { ephemeral_token })
    expect({ status: answer.status, code: memberOf(answer, 'code') }).toEqual({ status: 503, code: 'delivery_failed' })
    expect(stage.messages.at(-1)?.signal.aborted).toBe(true)
    const { length } = stage.messages
    const soon = await stage.browser().post(send, { ephemeral_token })
    expect({ status: soon.status, wait: soon.headers['retry-after'] }).toEqual({ status: 429, wait: '60' })
    late.resolve()
    await expectRefused(stage, notACode, () => alice.verify(ephemeral_token, stage.code()))
    expect(stage.messages).toHaveLength(length)
    stage.outcome = () => undefined
    for (let time = 1; time <= 3; time += 1) {
      clock.advance(60)
      expectPassed(await stage.browser().post(send, { ephemeral_token }))
    }
    expectPassed(await alice.verify(ephemeral_token, stage.code()))
  })

  test('a delivery that rejects after its time troubles nobody', async () => {
    const stage = await openSending(stack, { deliverTimeoutSeconds: 0.05 })
    await stage.alice.login(stage.alice.browser)
    const late = withResolvers()
    stage.outcome = () => late.promise
    const unhandled = vi.fn<(error: unknown) => void>()
    process.on('unhandledRejection', unhandled)
    const answer = await stage.alice.browser.post(enrollPath, { to: 'alice@example.com' })
    expect(memberOf(answer, 'code')).toBe('delivery_failed')
    late.reject(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  test('an earlier code is dead though its successor was never delivered', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const { alice, clock } = stage
    const ephemeral_token = await alice.challenge()
    const code = await sent(stage, { ephemeral_token })
    stage.outcome = () => Promise.reject(new Error('provider down'))
    clock.advance(60)
    expect((await stage.browser().post(send, { ephemeral_token })).status).toBe(503)
    await expectRefused(stage, notACode, () => alice.verify(ephemeral_token, code))
  })

  test('nothing is sent where the reservation was not written', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const ephemeral_token = await stage.alice.challenge()
    stage.storage.inject('put', 'throw_before')
    const answer = await stage.browser().post(send, { ephemeral_token })
    expect(memberOf(answer, 'code')).toBe('storage_unavailable')
    expect(stage.messages).toHaveLength(1)
  })

  test('asked for twice at one instant, in two processes: one message', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const ephemeral_token = await stage.alice.challenge()
    const twin = await stage.twin()
    const hangTwice = () => [1, 2].map((nth) => stage.storage.inject('get', 'hang_after', nth))
    hangTwice()
    const answers = [stage.browser(), twin].map((client) => client.post(send, { ephemeral_token }))
    // Both have seen that the token is good, then both that nothing was sent yet.
    await stage.storage.hanging(2)
    hangTwice()
    stage.storage.release()
    await stage.storage.hanging(2)
    stage.storage.release()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.toSorted((one, other) => one - other)).toEqual([200, 429])
    expect(stage.messages).toHaveLength(2)
    expectPassed(await stage.alice.verify(ephemeral_token, stage.code()))
  })

  test('a page of another origin sends nothing, nor does somebody without a session or a token', async () => {
    const stage = await openSending(stack)
    await enroll(stage)
    const headers = { Origin: 'https://evil.example' }
    expect((await stage.alice.browser.post(send, {}, { headers })).status).toBe(403)
    expect((await stage.browser().post(send, {})).status).toBe(401)
    expect((await stage.browser().post(enrollPath, { to: 'alice@example.com' })).status).toBe(401)
    expect(stage.messages).toHaveLength(1)
  })
})
