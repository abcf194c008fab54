// The factor port for a factor that can neither be guessed nor passed on. The threats: an answer for one purpose taken for
// another, one that is taken twice, and wrong answers that lock the user out.

import { generateKeyPairSync, sign } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createWorld, type Enrolled, enroll, otherSecret, refusal, secret, type World } from '../world.ts'
import { type Client, type HttpApp, serve } from './http-host.ts'
import { signedText, signingKey } from './signing-key.ts'

/** A key of the user's, outside of the app. */
class Key {
  count = 0
  handle = ''
  private readonly pair = generateKeyPairSync('ed25519')
  readonly spki = this.pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url')

  answer(challenge: unknown, changes: { count?: number; signed?: string } = {}) {
    this.count += 1
    const { count = this.count, signed = String(challenge) } = changes
    const text = signedText({ challenge: signed, count })
    const signature = sign(null, text, this.pair.privateKey).toString('base64url')
    return { key: this.spki, challenge: String(challenge), signature, count, handle: this.handle }
  }

  register(challenge: unknown) {
    const text = signedText({ challenge: String(challenge), count: 0 })
    return { spki: this.spki, signature: sign(null, text, this.pair.privateKey).toString('base64url') }
  }
}

let world: World
let app: HttpApp
let client: Client
let key: Key

beforeEach(async () => {
  world = createWorld({ factors: [signingKey({ alone: true })] })
  app = await serve(world.mfa, world.users)
  client = app.client()
  await client.send('POST', '/login', { username: 'alice', password: 'right' })
  key = await enrollKey()
  world.events.length = 0
})

afterEach(() => app.close())

async function enrollKey(made = new Key()): Promise<Key> {
  const { json } = await client.send('GET', '/mfa/signing-key/enroll')
  made.handle = String(json['handle'])
  const body = { activation_token: json['activation_token'], signing_key: made.register(json['challenge']) }
  const confirmed = await client.send('POST', '/mfa/signing-key/enroll', body)
  expect(confirmed.json).toMatchObject({ authenticator: { type: 'signing_key' } })
  return made
}

async function challenge(purpose = 'step_up', by: Client = client): Promise<string> {
  const { json } = await by.send('POST', '/mfa/signing-key/challenge', { purpose })
  return String(json['challenge'])
}

/** What a login asks, and its token. */
async function login(): Promise<{ token: unknown; asked: { challenge: string; allowKeys: string[] } }> {
  const { json } = await app.client().send('POST', '/login', { username: 'alice', password: 'right' })
  return { token: json['ephemeral_token'], asked: json['signing_key'] as { challenge: string; allowKeys: string[] } }
}

const stepUp = (answer: object) => client.send('POST', '/mfa/step-up', { signing_key: answer })
const verify = (token: unknown, answer: object) =>
  app.client().send('POST', '/mfa/verify', { ephemeral_token: token, signing_key: answer })

describe('a login', () => {
  test('brings what the factor asks, under names that are as they are, and is answered with it', async () => {
    const { token, asked } = await login()
    expect(asked).toEqual({ challenge: expect.any(String), allowKeys: [key.spki] })
    expect((await verify(token, key.answer(asked.challenge))).json).toEqual({
      signed_in: 'alice',
      amr: ['pwd', 'pop', 'mfa'],
    })
  })

  test('costs one read, with what is asked along with it', async () => {
    world.storage.reset()
    await login()
    expect(world.storage.calls).toMatchObject({ get: 1, put: 0 })
  })

  test("is not answered with another login's challenge", async () => {
    const [one, other] = [await login(), await login()]
    expect((await verify(one.token, key.answer(other.asked.challenge))).json).toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)).toMatchObject({ factor: 'signing_key', reason: 'forged_token' })
  })
})

describe('a challenge', () => {
  const purposes = ['login', 'step_up', 'deactivate', 'sign_in', 'enroll'] as const

  async function challengeOf(purpose: (typeof purposes)[number]): Promise<string> {
    if (purpose === 'login') return (await login()).asked.challenge
    if (purpose !== 'enroll') return challenge(purpose)
    return String((await client.send('GET', '/mfa/signing-key/enroll')).json['challenge'])
  }

  async function answerFor(purpose: (typeof purposes)[number], made: string): Promise<number> {
    const answer = key.answer(made)
    if (purpose === 'login') return (await verify((await login()).token, answer)).status
    if (purpose === 'step_up') return (await stepUp(answer)).status
    if (purpose === 'sign_in') {
      return (await app.client().send('POST', '/mfa/signing-key/login', { signing_key: answer })).status
    }
    if (purpose === 'deactivate') {
      return (await client.send('POST', '/mfa/signing-key/deactivate', { signing_key: answer })).status
    }
    const { json } = await client.send('GET', '/mfa/signing-key/enroll')
    const body = { activation_token: json['activation_token'], signing_key: new Key().register(made) }
    return (await client.send('POST', '/mfa/signing-key/enroll', body)).status
  }

  test.each(purposes)('for %s answers nothing else', async (purpose) => {
    for (const other of purposes.filter((one) => one !== purpose)) {
      expect([other, await answerFor(other, await challengeOf(purpose))]).toEqual([other, 400])
    }
    // A login is answered with its own token, and an enrollment with its own: shown above and below.
    if (purpose !== 'login' && purpose !== 'enroll') {
      expect(await answerFor(purpose, await challengeOf(purpose))).toBe(200)
    }
  })

  test('is answered once, even if the key would sign it again', async () => {
    const made = await challenge()
    expect((await stepUp(key.answer(made))).status).toBe(200)
    expect((await stepUp(key.answer(made))).json).toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)).toMatchObject({ type: 'step_up', reason: 'replayed' })
  })

  test('is answered once by eight at a time', async () => {
    const made = await challenge()
    const answers = await Promise.all(Array.from({ length: 8 }, () => stepUp(key.answer(made))))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('is dead when its time is over, and what was spent is forgotten then', async () => {
    const made = await challenge()
    await stepUp(key.answer(made))
    world.clock.advance(300)
    expect((await stepUp(key.answer(made))).json).toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)).toMatchObject({ reason: 'expired_token' })
  })

  test("of another user's is none of one's own", async () => {
    const other = app.client()
    await other.send('POST', '/login', { username: 'mallory', password: 'right' })
    expect((await stepUp(key.answer(await challenge('step_up', other)))).json).toMatchObject({ code: 'invalid_code' })
  })
})

describe('wrong answers', () => {
  test('are never counted, and write nothing', async () => {
    const made = await challenge()
    world.storage.reset()
    for (let tries = 0; tries < 150; tries += 1) {
      const { json } = await stepUp(key.answer(made, { signed: 'something else' }))
      expect(json).toMatchObject({ code: 'invalid_code' })
      expect(json).not.toHaveProperty('attempts_remaining')
    }
    expect(world.storage.calls).toMatchObject({ get: 150, put: 0 })
    expect((await stepUp(key.answer(made))).status).toBe(200)
  })

  test('are never counted at an enrollment either', async () => {
    const { json } = await client.send('GET', '/mfa/signing-key/enroll')
    const made = new Key()
    const confirm = (registration: object) =>
      client.send('POST', '/mfa/signing-key/enroll', {
        activation_token: json['activation_token'],
        signing_key: registration,
      })
    for (let tries = 0; tries < 10; tries += 1) {
      const wrong = (await confirm(made.register('something else'))).json
      expect(wrong).toMatchObject({ code: 'invalid_code' })
      expect(wrong).not.toHaveProperty('attempts_remaining')
    }
    expect((await confirm(made.register(json['challenge']))).status).toBe(200)
  })

  test('leave the counts of other factors alone, and these leave the key alone', async () => {
    const proof = await client.send('POST', '/mfa/step-up', { signing_key: key.answer(await challenge()) })
    expect(proof.status).toBe(200)
    const { app: phone }: Enrolled = await enroll(world, world.alice, world.clock.now())
    const code = phone.wrongCode(world.clock.now())
    for (let left = 4; left >= 0; left -= 1) {
      const both = { code, signing_key: key.answer(await challenge(), { signed: 'something else' }) }
      expect((await client.send('POST', '/mfa/step-up', both)).json).toMatchObject({ attempts_remaining: left })
    }
    expect((await client.send('POST', '/mfa/step-up', { code })).status).toBe(429)
    expect((await stepUp(key.answer(await challenge()))).status).toBe(200)
  })

  test('may change what is kept: a counter that goes back is remembered', async () => {
    await stepUp(key.answer(await challenge(), { count: 7 }))
    expect((await stepUp(key.answer(await challenge(), { count: 7 }))).json).toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)).toMatchObject({ reason: 'x_counter', authenticatorId: expect.any(String) })
    expect((await client.send('GET', '/mfa/status')).json).toMatchObject({ cloned_key: true })
  })

  test('without the form of an answer is not looked at', async () => {
    expect((await stepUp({ key: key.spki })).json).toMatchObject({ code: 'invalid_code' })
    expect(world.events.at(-1)).toMatchObject({ reason: 'not_a_code' })
    expect((await client.send('POST', '/mfa/step-up', { signing_key: 'x' })).json).toMatchObject({
      code: 'invalid_request',
      errors: [{ field: 'signing_key' }],
    })
  })
})

test('it deactivates itself', async () => {
  const answer = key.answer(await challenge('deactivate'))
  const { json } = await client.send('POST', '/mfa/signing-key/deactivate', { signing_key: answer })
  expect(json).toEqual({ detail: 'Signing key has been deactivated.' })
  expect((await client.send('GET', '/mfa/status')).json).toMatchObject({ mfa_enabled: false })
})

test('beginning sees what is enrolled, and confirming refuses it a second time', async () => {
  const { json } = await client.send('GET', '/mfa/signing-key/enroll')
  expect(json).toMatchObject({ exclude: [key.spki], begun: 1 })
  const body = { activation_token: json['activation_token'], signing_key: key.register(json['challenge']) }
  expect((await client.send('POST', '/mfa/signing-key/enroll', body)).json).toMatchObject({ code: 'invalid_code' })
  expect(world.events.at(-1)).toMatchObject({ type: 'confirm', reason: 'duplicate' })
})

describe('alone', () => {
  const signIn = (answer: object) => app.client().send('POST', '/mfa/signing-key/login', { signing_key: answer })

  test('it signs in without a password, and says so', async () => {
    const { status, json } = await signIn(key.answer(await challenge('sign_in', app.client())))
    expect({ status, json }).toEqual({ status: 200, json: { signed_in: 'alice', amr: ['pop', 'mfa'] } })
    expect(world.events.at(-1)).toMatchObject({ type: 'sign_in', result: 'success', userId: 'alice' })
  })

  test('costs one read and one put, and nothing to make its challenge', async () => {
    world.storage.reset()
    const made = await challenge('sign_in', app.client())
    expect(world.storage.calls).toMatchObject({ get: 0, put: 0 })
    await signIn(key.answer(made))
    expect(world.storage.calls).toMatchObject({ get: 1, put: 1 })
  })

  test("a stranger's handle is refused before any storage is asked", async () => {
    const stranger = new Key()
    stranger.handle = `mallory.${key.handle.split('.')[1]}`
    world.storage.reset()
    const answer = stranger.answer(await challenge('sign_in', app.client()))
    expect(await signIn(answer)).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } })
    expect(world.storage.calls).toMatchObject({ get: 0, put: 0 })
  })

  test('a user who may not sign in, and one without the factor, are refused alike', async () => {
    world.users.delete('alice')
    const answer = key.answer(await challenge('sign_in', app.client()))
    expect((await signIn(answer)).json).toMatchObject({ code: 'invalid_credentials' })
    world.users.set('alice', world.alice)
    await world.mfa.reset('alice')
    const late = key.answer(await challenge('sign_in', app.client()))
    expect((await signIn(late)).json).toMatchObject({ code: 'invalid_credentials' })
  })

  test('a user whose key was removed is refused alike, whatever other factor is there', async () => {
    await enroll(world, world.alice, world.clock.now())
    const [own] = (await world.mfa.authenticators('alice')).filter(({ type }) => type === 'signing_key')
    await world.mfa.removeAuthenticator('alice', own?.id ?? '', { provedAt: world.clock.now() })
    const answer = key.answer(await challenge('sign_in', app.client()))
    expect(await signIn(answer)).toMatchObject({ status: 401, json: { code: 'invalid_credentials' } })
  })

  test('without routes too, and only by a factor that stands alone', async () => {
    const answer = key.answer(await challenge('sign_in', app.client()))
    const { user, proof } = await world.mfa.signIn('signing_key', { signing_key: answer })
    expect({ user, amr: proof.amr }).toEqual({ user: world.alice, amr: ['pop', 'mfa'] })
    await expect(world.mfa.signIn('totp', { code: '123456' })).rejects.toThrow("no factor 'totp' signs in alone")
    const beside = createWorld({ factors: [signingKey()] })
    const other = await serve(beside.mfa, beside.users)
    expect((await other.client().send('POST', '/mfa/signing-key/login', {})).status).toBe(404)
    await other.close()
  })

  test('a code beside it is not looked at: the factor that identifies is the one that proves', async () => {
    const { app: phone } = await enroll(world, world.alice, world.clock.now())
    const wrong = key.answer(await challenge('sign_in', app.client()), { signed: 'something else' })
    const both = { signing_key: wrong, code: phone.nextCode(world.clock.now()) }
    const answer = await app.client().send('POST', '/mfa/signing-key/login', both)
    expect(answer.json).toMatchObject({ code: 'invalid_code' })
    expect((await refusal(world.mfa.signIn('signing_key', both))).code).toBe('invalid_code')
  })
})

test('its keys are its own, and those of an earlier secret still open', async () => {
  const factors = [signingKey({ alone: true })]
  const before = createWorld({ factors, secret: otherSecret })
  const after = createWorld({ factors, secret: [secret, otherSecret], storage: before.rows })
  const begun = await before.mfa.begin('signing_key', before.alice)
  const made = new Key()
  made.handle = String(begun['handle'])
  const { activationToken } = begun
  await before.mfa.confirm('signing_key', before.alice, {
    activationToken,
    signing_key: made.register(begun['challenge']),
  })
  const old = (await before.mfa.runRoute('signing_key.challenge', { purpose: 'sign_in' })) as { challenge: string }
  await expect(after.mfa.signIn('signing_key', { signing_key: made.answer(old.challenge) })).resolves.toMatchObject({
    user: { id: 'alice' },
  })
  const without = createWorld({ factors, storage: before.rows })
  const error = await refusal(without.mfa.signIn('signing_key', { signing_key: made.answer(old.challenge) }))
  expect(error.code).toBe('invalid_credentials')
})
