/** The rule guarded here: a person is asked what can be answered, at most `maxAttempts` times, and the login ends if nobody answers. */
import { expect, test } from 'vitest'
import type { Asked } from '../../src/index.ts'
import { credentials, openApp } from '../open-app.ts'

test('a code that is typed signs in', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const asked: Asked[] = []
  const prompt = (one: Asked) => {
    asked.push(one)
    return phone.code(app.clock.now())
  }
  await app.client({ prompt }).login(credentials)
  expect(asked).toMatchObject([{ method: 'totp', methods: ['totp', 'recovery_code'], attemptsLeft: 3, refused: false }])
})

test('wrong codes are asked again, as often as maxAttempts says; then the login still waits', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const asked: Asked[] = []
  const prompt = (one: Asked) => {
    asked.push(one)
    return phone.wrongCode(app.clock.now())
  }
  const client = app.client({ prompt, maxAttempts: 2 })
  await expect(client.login(credentials)).rejects.toMatchObject({ code: 'invalid_code', attemptsRemaining: 3 })
  expect(asked.map(({ attemptsLeft, refused }) => [attemptsLeft, refused])).toEqual([
    [2, false],
    [1, true],
  ])
  expect((await client.submit(phone.code(app.clock.now()))).tokens).not.toBeNull()
})

test('nobody answers: MfaRequiredError, and nothing was sent', async () => {
  const app = await openApp()
  await app.enroll()
  const client = app.client({ prompt: () => null })
  await expect(client.login(credentials)).rejects.toMatchObject({ name: 'MfaRequiredError', code: 'mfa_required' })
  expect(app.requests).toEqual(['POST /auth/login'])
})

test('a prompt that throws ends the login with its own error', async () => {
  const app = await openApp()
  await app.enroll()
  const prompt = () => Promise.reject(new Error('the window was closed'))
  await expect(app.client({ prompt }).login(credentials)).rejects.toThrow('the window was closed')
})

test('a locked factor ends it at once, with the time', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ prompt: () => phone.wrongCode(app.clock.now()), maxAttempts: 10 })
  await expect(client.login(credentials)).rejects.toMatchObject({
    code: 'too_many_attempts',
    status: 429,
    retryAfterSeconds: 30,
  })
  expect(app.requests).toHaveLength(7)
})

test('a one-time code is sent once, whatever is typed after that', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const client = app.client({ totp: phone.secret })
  await client.login(credentials)
  await client.setup('one_time_code', { to: 'alice@example.com' })
  await client.confirm(codeIn(app.mails))
  app.clock.advance(120)
  const asked: Asked[] = []
  const prompt = (one: Asked) => {
    asked.push(one)
    return one.refused ? codeIn(app.mails) : '000000'
  }
  await app.client({ prompt, preferred: ['one_time_code'] }).login(credentials)
  expect(asked).toMatchObject([
    { method: 'one_time_code', sentTo: 'a•••@e•••.com', refused: false },
    { method: 'one_time_code', sentTo: 'a•••@e•••.com', refused: true },
  ])
  expect(app.mails).toHaveLength(2)
})

test('a prompt that was aborted is no longer answered', async () => {
  const app = await openApp()
  const phone = await app.enroll()
  const controller = new AbortController()
  const prompt = ({ signal }: Asked) => {
    expect(signal?.aborted).toBe(false)
    controller.abort(new Error('enough'))
    return phone.code(app.clock.now())
  }
  await expect(app.client({ prompt }).login(credentials, { signal: controller.signal })).rejects.toThrow('enough')
  expect(app.requests).toEqual(['POST /auth/login'])
})

function codeIn(mails: readonly string[]): string {
  return /^(\d{6}) /.exec(mails.at(-1) ?? '')?.[1] ?? ''
}
