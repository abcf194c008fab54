// Tests of an adopter's, for node:test: the contract over processes that share this one's memory, and their app.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { test } from 'node:test'
import { createMfa, memoryStorage } from '@latchkey/core'
import { faultyStorage, manualClock, serveStorage, storageContract, virtualAuthenticator } from '@latchkey/testing'

const cases = storageContract({
  create: () => ({ storage: memoryStorage() }),
  reopen: ({ storage }) => storage,
  startProcess({ storage }) {
    const child = fork(new URL('./process.js', import.meta.url))
    serveStorage(storage, child)
    return child
  },
})
for (const { name, run } of cases) await test(name, run)

const alice = { id: '1', name: 'alice' }

await test('a code signs in once, and not while the storage is down', async () => {
  const clock = manualClock()
  const storage = faultyStorage(memoryStorage())
  const secret = 'Qm8vT2xL6yN4cR9wJ1zK7sB3hD5fG0pA'
  const mfa = createMfa({
    secret,
    issuer: 'Acme',
    storage,
    findUser: () => alice,
    now: clock.now,
    onEvent: () => undefined,
  })
  const { totpUrl, activationToken } = await mfa.begin('totp', alice)
  const phone = virtualAuthenticator(totpUrl)
  await mfa.confirm('totp', alice, { activationToken, code: phone.nextCode(clock.now()) })
  clock.advance(phone.period)

  const code = phone.nextCode(clock.now())
  const challenged = async () => {
    const challenge = await mfa.challenge(alice)
    assert.ok(challenge.kind === 'challenge')
    return challenge.ephemeralToken
  }
  const ephemeralToken = await challenged()
  storage.inject('put', 'throw_before')
  await assert.rejects(mfa.verify(ephemeralToken, { code }), { code: 'storage_unavailable' })
  assert.equal((await mfa.verify(ephemeralToken, { code })).user.id, '1')
  await assert.rejects(mfa.verify(await challenged(), { code }), { code: 'invalid_code' })
  assert.equal(storage.calls.delete, 0)
})
