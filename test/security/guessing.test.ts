/** The threat: somebody who has the password tries codes until one fits. */
import { defineFactor, type Factor, type MfaEvent, optionalText } from '@latchkey/core'
import type { HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { doors } from './doors.ts'
import { expectPassed, type Person } from './person.ts'
import { startProcesses } from './process/start.ts'
import { expectRefused, expectUnchanged, locked, refusedRequest, suspended, wrongCode } from './refusal.ts'
import { anyStack, describeOn, sharedStacks, stacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

/** Sends wrong codes, each of which is looked at and charged. */
async function guess(stage: Stage, times: number, attempt: (code: string) => Promise<HttpAnswer>): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await expectRefused(stage, wrongCode('wrong'), () => attempt(stage.alice.wrongCode()))
  }
}

/** Five wrong codes are looked at, or fewer and then the right one. */
function expectNoMoreThanTheLimit(answers: readonly HttpAnswer[], events: readonly MfaEvent[]): void {
  const lookedAt = events.filter(({ reason }) => reason === 'wrong').length
  const passed = answers.filter(({ status }) => status === 200).length
  expect(events.filter(({ result }) => result === 'success')).toHaveLength(passed)
  if (passed === 0) expect(lookedAt).toBe(5)
  else expect({ passed, enough: lookedAt < 5 }).toEqual({ passed: 1, enough: true })
  expect(events).toHaveLength(answers.length)
}

function retryAfter(answer: HttpAnswer): readonly unknown[] {
  return [answer.headers['retry-after'], (answer.json() as { retry_after?: number }).retry_after]
}

function attemptsRemaining(answer: HttpAnswer): unknown {
  return (answer.json() as { attempts_remaining?: number }).attempts_remaining
}

describeOn(stacks, (stack) => {
  test('five wrong codes on one token, then the right one', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const token = await alice.challenge()
    for (const left of [4, 3, 2, 1, 0]) {
      const answer = await expectRefused(stage, wrongCode('wrong'), () => alice.verify(token, alice.wrongCode()))
      expect(attemptsRemaining(answer)).toBe(left)
    }
    const right = await expectRefused(stage, locked, () => alice.verify(token, alice.app.code(stage.clock.now())))
    expect(retryAfter(right)).toEqual(['30', 30])
    stage.clock.advance(29.999)
    const late = await expectRefused(stage, locked, () => alice.verify(token, alice.app.code(stage.clock.now())))
    expect(retryAfter(late)).toEqual(['1', 1])
    stage.clock.advance(0.001)
    expectPassed(await alice.verify(token, alice.app.code(stage.clock.now())))
  })

  test('the count goes on across tokens: four wrong codes on each of many', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const first = await alice.challenge()
    await guess(stage, 4, (code) => alice.verify(first, code))
    const second = await alice.challenge()
    const fifth = await expectRefused(stage, wrongCode('wrong'), () => alice.verify(second, alice.wrongCode()))
    expect(attemptsRemaining(fifth)).toBe(0)
    const third = await alice.challenge()
    for (const token of [first, second, third]) {
      await expectRefused(stage, locked, () => alice.verify(token, alice.app.code(stage.clock.now())))
    }
  })

  test('the wait doubles to an hour, and the hundredth failure in a row suspends the factor', async () => {
    const stage = await openStage(stack)
    const { clock } = stage
    const alice = await stage.alice.enroll()
    const attempt = (code: string) => alice.login(undefined, { code })
    const waits: number[] = []
    await guess(stage, 4, attempt)
    for (let failure = 5; failure < 100; failure += 1) {
      expect(await attempt(alice.wrongCode())).toMatchObject({ status: 400 })
      const [wait] = retryAfter(await attempt(alice.app.code(clock.now())))
      waits.push(Number(wait))
      clock.advance(Number(wait))
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, ...Array.from({ length: 88 }, () => 3600)])
    await expectRefused(stage, wrongCode('wrong'), () => attempt(alice.wrongCode()))
    clock.advance(366 * 86_400)
    const answer = await expectRefused(stage, suspended, () => attempt(alice.app.code(clock.now())))
    expect(retryAfter(answer)).toEqual([undefined, undefined])
    expectPassed(await attempt(alice.codes[0] as string))
    await expectRefused(stage, suspended, () => attempt(alice.app.code(clock.now())))
    // The way back: a fresh proof of another factor, and a new authenticator.
    expectPassed(await alice.login(alice.browser, { code: alice.codes[1] }))
    const { activationToken, app } = await alice.begin()
    const body = { activation_token: activationToken, code: app.code(clock.now()) }
    expectPassed(await alice.browser.post('/auth/mfa/totp/activate', body))
    expectPassed(await attempt(app.code(clock.advance(30))))
  })

  test('of sixty guesses at one instant no more are looked at than the limit', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const token = await alice.challenge()
    const wrong = alice.wrongCode()
    stage.events.length = 0
    const codes = Array.from({ length: 60 }, (_, index) => (index === 30 ? alice.app.code(stage.clock.now()) : wrong))
    const answers = await Promise.all(codes.map((code) => alice.verify(token, code)))
    expectNoMoreThanTheLimit(answers, stage.events)
  })

  test.each(doors)('a guess at $name counts like any other', async (door) => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const attempt = await door.open(alice)
    await guess(stage, 5, attempt)
    for (const { open } of doors) {
      const other = await open(alice)
      await expectRefused(stage, locked, () => other(alice.app.code(stage.clock.now())))
    }
  })

  test('guesses at confirming have a count of their own that no new token clears', async () => {
    const stage = await openStage(stack)
    const { alice, clock } = stage
    await alice.login(alice.browser)
    let begun = await alice.begin()
    const confirm = (code: string) =>
      alice.browser.post('/auth/mfa/totp/activate', { activation_token: begun.activationToken, code })
    for (let time = 0; time < 5; time += 1) {
      await expectRefused(stage, wrongCode('wrong', ['alice totp:confirm']), () =>
        confirm(begun.app.wrongCode(clock.now())),
      )
      begun = await alice.begin()
    }
    const answer = await expectRefused(stage, locked, () => confirm(begun.app.code(clock.now())))
    expect(retryAfter(answer)).toEqual(['30', 30])
    clock.advance(30)
    expectPassed(await confirm(begun.app.code(clock.now())))
  })

  test('a wrong password at deactivation is counted, and no code is looked at', async () => {
    const stage = await openStage(stack, { confirmsPassword: true })
    const alice = await stage.alice.enroll()
    const attempt = (password: string) => {
      const code = alice.app.code(stage.clock.now())
      return alice.browser.post('/auth/mfa/totp/deactivate', { code, password })
    }
    const refusal = { status: 401, code: 'invalid_credentials', reason: 'wrong_password' } as const
    for (let time = 0; time < 5; time += 1) {
      await expectRefused(stage, { ...refusal, charged: ['alice password'] }, () => attempt('guess'))
    }
    await expectRefused(stage, locked, () => attempt(alice.password))
    stage.clock.advance(30)
    expectPassed(await attempt(alice.password))
  })

  test("a success of mallory's clears nothing of alice's", async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const mallory = await stage.mallory.enroll()
    const token = await alice.challenge()
    await guess(stage, 4, (code) => alice.verify(token, code))
    await mallory.signIn()
    expectPassed(await mallory.browser.post('/auth/mfa/step-up', { code: mallory.newCode() }))
    await guess(stage, 1, (code) => alice.verify(token, code))
    await expectRefused(stage, locked, () => alice.verify(token, alice.app.code(stage.clock.now())))
  })

  test('a recovery code clears nothing of the count of TOTP, nor the other way round', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const attempt = (code: unknown) => alice.login(undefined, { code })
    await guess(stage, 4, attempt)
    expectPassed(await attempt(alice.codes[0]))
    await guess(stage, 1, attempt)
    await expectRefused(stage, locked, () => attempt(alice.app.code(stage.clock.now())))
    for (let time = 0; time < 4; time += 1) {
      await expectRefused(stage, wrongCode('wrong', ['alice recovery_code']), () => attempt('0000-0000'))
    }
    stage.clock.advance(30)
    expectPassed(await attempt(alice.app.code(stage.clock.now())))
    await expectRefused(stage, wrongCode('wrong', ['alice recovery_code']), () => attempt('0000-0000'))
    await expectRefused(stage, locked, () => attempt(alice.codes[1]))
  })

  test('while it waits, a right code is answered exactly like a wrong one', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const token = await alice.challenge()
    await guess(stage, 5, (code) => alice.verify(token, code))
    const seen = async (code: string) => {
      stage.storage.reset()
      const answer = await expectUnchanged(stage, () => alice.verify(token, code))
      const { date: _, ...headers } = answer.headers
      return { status: answer.status, headers, text: answer.text, calls: { ...stage.storage.calls } }
    }
    const wrong = await seen(alice.wrongCode())
    expect(await seen(alice.app.code(stage.clock.now()))).toEqual(wrong)
    expect(wrong).toMatchObject({ status: 429, calls: { get: 1, put: 0 } })
  })

  test('a spoofed X-Forwarded-For changes neither the count nor the address that is slowed down', async () => {
    const addresses: string[] = []
    const limiter = { consume: async (address: string) => void addresses.push(address) }
    const stage = await openStage(stack, { mfa: { limiter } })
    const alice = await stage.alice.enroll()
    const spoofed = (code: string, hop: number) => {
      const headers = { 'X-Forwarded-For': `203.0.113.${hop}`, Forwarded: `for=203.0.113.${hop}` }
      return stage.browser().post('/auth/login', { username: 'alice', password: alice.password, code }, { headers })
    }
    for (let hop = 0; hop < 5; hop += 1) {
      await expectRefused(stage, wrongCode('wrong'), () => spoofed(alice.wrongCode(), hop))
    }
    await expectRefused(stage, locked, () => spoofed(alice.app.code(stage.clock.now()), 6))
    expect(new Set(addresses).size).toBe(1)
    expect(addresses[0]).toMatch(/127\.0\.0\.1$/)
  })

  test('a limiter that fails lets nobody through, and charges nobody', async () => {
    let fails = false
    const limiter = {
      async consume() {
        if (fails) throw new Error('the limiter is down')
      },
    }
    const stage = await openStage(stack, { mfa: { limiter } })
    const alice = await stage.alice.enroll()
    const token = await alice.challenge()
    fails = true
    for (const code of [alice.app.code(stage.clock.now()), alice.wrongCode(), alice.codes[0]]) {
      await expectRefused(stage, refusedRequest(503, 'storage_unavailable'), () => alice.verify(token, code))
    }
    fails = false
    expectPassed(await alice.verify(token, alice.app.code(stage.clock.now())))
  })
})

describeOn(sharedStacks, (stack) => {
  test('500 guesses at one instant through two processes: no more looked at than the limit', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const token = await alice.challenge()
    const [wrong, right] = [alice.wrongCode(), alice.app.code(stage.clock.now())]
    const processes = await startProcesses({
      open: stage.open,
      nowMs: stage.clock.now(),
      frameworks: ['Express 5', 'Koa 3'],
    })
    const clients = processes.map(({ client }) => client())
    const codes = Array.from({ length: 500 }, (_, index) => (index === 250 ? right : wrong))
    const answers = await Promise.all(codes.map((code, index) => alice.verify(token, code, clients[index % 2])))
    const events = (await Promise.all(processes.map(({ tell }) => tell('events')))).flat()
    expectNoMoreThanTheLimit(answers, events)
    expect((await alice.verify(token, right, clients[0])).status).not.toBe(200)
  })
})

test('while a factor waits, its check does not run, so the time tells nothing', async () => {
  let checks = 0
  const stage = await openStage(anyStack, { mfa: { factors: [wordFactor(() => (checks += 1))] } })
  const alice = await stage.alice.enroll()
  await stage.rewrite('alice', (record) => ({
    ...record,
    authenticators: [...record.authenticators, wordOf(alice)],
  }))
  const attempt = (word: string) => alice.login(undefined, { word })
  for (let time = 1; time <= 5; time += 1) {
    expect(await attempt('wrong')).toMatchObject({ status: 400 })
    expect(checks).toBe(time)
  }
  for (const word of ['wrong', 'right']) {
    await expectRefused(stage, locked, () => attempt(word))
    expect(checks).toBe(5)
  }
})

function wordOf({ id }: Person) {
  return { id: `word of ${id}`, type: 'word', name: 'Word', createdAt: 0, lastUsedAt: null, data: {} }
}

/** A factor that takes one word and counts how often it looks. */
function wordFactor(looked: () => void): Factor {
  return defineFactor({
    type: 'word',
    title: 'Word',
    path: 'word',
    amr: ['kba'],
    strength: 'possession',
    role: 'primary',
    field: { name: 'word', ...optionalText },
    parse: String,
    check({ answer, authenticators: [own] }) {
      looked()
      if (answer !== 'right') return { ok: false, reason: 'wrong' }
      return { ok: true, authenticatorId: own?.id ?? '' }
    },
  })
}
