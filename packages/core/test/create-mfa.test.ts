// The whole journey at the core: enroll, be challenged, get in, and nothing twice.

import { expect, test } from 'vitest'
import { manualClock } from '../../testing/src/manual-clock.ts'
import { virtualAuthenticator } from '../../testing/src/virtual-authenticator.ts'
import { createMfa, type MfaEvent, memoryStorage } from '../src/index.ts'

const alice = { id: 'u1', name: 'alice@example.com', stamp: '1' }

test('enroll, challenge, verify, replay, recovery code, step-up, deactivate', async () => {
  const clock = manualClock(1_800_000_000_000)
  const events: MfaEvent[] = []
  const mfa = createMfa({
    secret: 'k3jf93nfi3nf93nf93nfkd93mf93kdm39fk3md9f3k',
    issuer: 'Acme',
    storage: memoryStorage(),
    findUser: (id) => (id === alice.id ? alice : null),
    now: clock.now,
    onEvent: (event) => events.push(event),
  })
  const first = await mfa.challenge(alice)
  expect(first).toMatchObject({ kind: 'proof', proof: { amr: ['pwd'], provedAt: null } })
  const begun = await mfa.begin('totp', alice)
  const app = virtualAuthenticator(begun.totpUrl)
  const confirmed = await mfa.confirm('totp', alice, {
    activationToken: begun.activationToken,
    code: app.code(clock.now()),
  })
  expect(confirmed.recoveryCodes).toHaveLength(10)
  const challenge = await mfa.challenge(alice)
  if (challenge.kind !== 'challenge') throw new Error('not challenged')
  expect(challenge.methods).toEqual(['totp', 'recovery_code'])
  await expect(mfa.verify(challenge.ephemeralToken, { code: app.code(clock.now()) })).rejects.toMatchObject({
    code: 'invalid_code',
    attemptsRemaining: 4,
  })
  expect(events.at(-1)).toMatchObject({ reason: 'replayed' })
  clock.advance(30)
  const passed = await mfa.verify(challenge.ephemeralToken, { code: app.code(clock.now()) })
  expect(passed.proof).toMatchObject({ amr: ['pwd', 'otp', 'mfa'], factor: 'totp' })
  await expect(mfa.verify(challenge.ephemeralToken, { code: confirmed.recoveryCodes[0] })).rejects.toMatchObject({
    code: 'invalid_token',
  })
  const proof = await mfa.stepUp(alice, { code: confirmed.recoveryCodes[0]?.toUpperCase() })
  expect(proof.amr).toEqual(['pwd', 'recovery', 'mfa'])
  await expect(mfa.status(alice.id)).resolves.toMatchObject({ mfaEnabled: true, recoveryCodesRemaining: 9 })
  await mfa.deactivate('totp', alice, { code: confirmed.recoveryCodes[1] })
  await expect(mfa.status(alice.id)).resolves.toMatchObject({ mfaEnabled: false, methods: [] })
})

test('the findUser of the options is there for hosts, as it is', async () => {
  const findUser = (id: string) => (id === alice.id ? alice : null)
  const mfa = createMfa({
    secret: 'k3jf93nfi3nf93nf93nfkd93mf93kdm39fk3md9f3k',
    issuer: 'Acme',
    storage: memoryStorage(),
    findUser,
  })
  expect(mfa.findUser).toBe(findUser)
  expect(await mfa.findUser('nobody')).toBeNull()
})
