// Secrets, codes and tokens are in what hands them out and nowhere else: no event, error, refusal, row or output.

import { inspect } from 'node:util'
import { virtualAuthenticator } from '@latchkey/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { createMfa, type MfaEvent, memoryStorage } from '../../src/index.ts'
import { createApp } from '../routes/app.ts'
import { altered, enroll, login, otherSecret, secret } from '../world.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Everything that is written to the console, the streams and as a warning. */
function listen(): string[] {
  const heard: string[] = []
  const hear = (...args: unknown[]): true => {
    heard.push(args.map((arg) => (typeof arg === 'string' ? arg : shown(arg))).join(' '))
    return true
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir'] as const) {
    vi.spyOn(console, method).mockImplementation(hear)
  }
  vi.spyOn(process.stdout, 'write').mockImplementation(hear)
  vi.spyOn(process.stderr, 'write').mockImplementation(hear)
  vi.spyOn(process, 'emitWarning').mockImplementation(hear)
  return heard
}

/** All that a logger could print of a value. */
function shown(value: unknown): string {
  const texts = [inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }), JSON.stringify(value)]
  if (value instanceof Error) texts.push(value.message, String(value.stack), shown({ ...value }), shown(value.cause))
  return texts.join('\n')
}

/** A TOTP secret in the forms it may be found in. */
function forms(base32: string): readonly string[] {
  const bits = [...base32].map((character) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(character))
  const text = bits.map((value) => value.toString(2).padStart(5, '0')).join('')
  const bytes = Buffer.from((text.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  return [base32, base32.toLowerCase(), bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]
}

test('no canary sings', async () => {
  const heard = listen()
  const events: MfaEvent[] = []
  const said: string[] = []
  const app = createApp({ secret: [secret, otherSecret], onEvent: (event) => events.push(event) })
  const { world, send, session } = app
  const { mfa, clock, storage, rows, alice, mallory } = world
  const canaries = new Set<string>([secret, otherSecret])
  const attempt = async (operation: Promise<unknown>) => {
    const error: unknown = await operation.then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null) said.push(shown(error))
  }
  const refused = async (...sent: Parameters<typeof send>) => {
    const { status, headers, json } = await send(...sent)
    if (status >= 400) said.push(shown([headers, json]))
  }

  // Enrollment, with wrong codes and a wrong token.
  const stamp = 'canary-stamp-5f2d'
  canaries.add(stamp)
  const user = { ...alice, stamp }
  world.users.set('alice', user)
  const begun = await mfa.begin('totp', user)
  const phone = virtualAuthenticator(begun.totpUrl)
  for (const form of [...forms(begun.secret), begun.activationToken]) canaries.add(form)
  const first = phone.code(clock.now())
  await attempt(mfa.confirm('totp', user, { activationToken: begun.activationToken, code: altered(first) }))
  await attempt(mfa.confirm('totp', user, { activationToken: altered(begun.activationToken), code: first }))
  await attempt(mfa.confirm('totp', mallory, { activationToken: begun.activationToken, code: first }))
  const { recoveryCodes } = await mfa.confirm('totp', user, { activationToken: begun.activationToken, code: first })
  for (const code of [first, altered(first), ...recoveryCodes]) canaries.add(code)
  for (const code of recoveryCodes) canaries.add(code.replaceAll('-', '').toUpperCase())
  await attempt(mfa.confirm('totp', user, { activationToken: begun.activationToken, code: first }))
  await enroll(world, mallory)

  // Every answer, right and wrong, used and drifted.
  clock.advance(60)
  const token = await login(world, user)
  canaries.add(token)
  const codes = [phone.code(clock.now()), phone.codeAt(phone.step(clock.now()) + 7), phone.wrongCode(clock.now())]
  for (const code of codes) canaries.add(code)
  for (const code of [...codes.toReversed(), first]) await attempt(mfa.verify(token, { code }))
  for (const code of recoveryCodes.slice(0, 2)) {
    await attempt(mfa.verify(token, { code }))
    await attempt(mfa.stepUp(user, { code }))
    await attempt(mfa.stepUp(mallory, { code }))
    await attempt(mfa.challenge(user, { code: altered(code) }))
  }
  for (const broken of [altered(token), token.slice(1), begun.activationToken])
    await attempt(mfa.verify(broken, { code: first }))
  await attempt(mfa.deactivate('totp', user, { code: first, passwordCorrect: false }))

  // The same over the wire, and malformed.
  const signedIn = session('alice')
  await refused('POST', '/mfa/verify', { body: { ephemeral_token: token, code: first } })
  await refused('POST', '/mfa/verify', { body: { ephemeral_token: [token], code: Number(first) } })
  await refused('POST', '/mfa/step-up', { session: signedIn, body: { code: recoveryCodes[0] } })
  await refused('POST', '/mfa/totp/activate', {
    session: signedIn,
    body: { activation_token: begun.activationToken, code: first },
  })
  await refused('POST', '/mfa/totp/qr', { session: signedIn, body: { activation_token: begun.activationToken } })
  await refused('POST', '/mfa/step-up', { session: signedIn, bytes: `{"code":"${recoveryCodes[2]}"` })
  await refused('DELETE', `/mfa/authenticators/${recoveryCodes[3]}`, { session: signedIn })

  // An import, its mistakes, and faults of the storage.
  const totpSecret = 'CANARYSECRETCANARYSECRETCANARYSE'
  for (const form of [...forms(totpSecret), 'canary-feather', 'canaryfeather', 'CANARYFEATHER']) canaries.add(form)
  await attempt(mfa.import('alice', { totpSecret, recoveryCodes: ['canary-feather'] }))
  await attempt(mfa.import('alice', { totpSecret: `${totpSecret}!` }))
  await attempt(mfa.import('alice', { totpSecret, digits: 5 }))
  await attempt(mfa.import('nobody', { totpSecret, recoveryCodes: ['canary-feather', 'canaryfeather'] }))
  await attempt(mfa.import('nobody', { totpSecret, recoveryCodes: ['canary-feather'] }))
  for (const method of ['get', 'put'] as const) {
    storage.inject(method, 'throw_before')
    await attempt(mfa.stepUp(user, { code: recoveryCodes[4] }))
  }
  const row = await rows.get('alice')
  if (row !== null) said.push(JSON.stringify(row))
  if (row !== null) await rows.put('alice', { ...row, sealed: altered(row.sealed), revision: 'x' }, row.revision)
  await attempt(mfa.stepUp(user, { code: recoveryCodes[5] }))
  await mfa.reseal()
  for await (const id of rows.userIds()) said.push(JSON.stringify([id, await rows.get(id)]))

  // An app that does not start, and one that nobody listens to.
  for (const given of ['canary-secret-too-short', 'canary change-me canary change-me']) {
    canaries.add(given)
    const options = { secret: given, issuer: 'Acme', storage: memoryStorage(), findUser: () => null }
    await attempt((async () => createMfa(options))())
  }
  const quiet = createMfa({ secret: otherSecret, issuer: 'Acme', storage, findUser: () => null, now: clock.now })
  await attempt(quiet.status('alice'))

  const all = [...heard, ...said, ...events.map(shown)].join('\n')
  expect(events.length).toBeGreaterThan(30)
  expect(said.length).toBeGreaterThan(30)
  expect(heard.join('\n')).toContain('status failed')
  expect([...canaries].filter((canary) => all.includes(canary))).toEqual([])
})

test('the search finds what it looks for, wherever it is hidden', () => {
  const hidden = Object.assign(new Error('x', { cause: { deep: { deeper: { token: 'canary' } } } }), { code: 'y' })
  for (const value of [hidden, { list: [['canary']] }, new Error('canary'), new Map([['a', { b: 'canary' }]])]) {
    expect(shown(value)).toContain('canary')
  }
  expect(forms('MZXW6YTBOI')).toEqual(['MZXW6YTBOI', 'mzxw6ytboi', '666f6f626172', 'Zm9vYmFy', 'Zm9vYmFy'])
})
