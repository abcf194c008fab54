/** The parts that the core is measured by are the core's own, only written apart: each takes what the other makes. */
import { randomBytes } from 'node:crypto'
import { createMfa, memoryStorage } from '@latchkey/core'
import { expect, test } from 'vitest'
import { encodeRecord } from '../../../packages/core/src/record/codec.ts'
import { deriveKeys } from '../../../packages/core/src/sealing/keys.ts'
import { createSealer } from '../../../packages/core/src/sealing/seal.ts'
import { readRecord } from '../../proof/records.ts'
import { secret } from '../../security/accounts.ts'
import { codeOf, secretOf, userIdOf } from '../people.ts'
import { enrolledRows } from '../servers/enroll.ts'
import { openToken, partKeys, seal, sealProof, signToken, stampOf, stepsOf, unseal } from './parts.ts'

const keys = await partKeys(secret)
const keySets = deriveKeys([secret])
const sealer = createSealer('record', keySets, randomBytes)
const userId = userIdOf(0)
const nowMs = Date.UTC(2026, 0, 2)

async function enrolled() {
  const storage = memoryStorage()
  for await (const rows of enrolledRows(1)) for (const [id, row] of rows) await storage.put(id, row, null)
  const findUser = (id: string) => ({ id, name: id })
  return { storage, mfa: createMfa({ secret, issuer: 'Latchkey', storage, findUser, now: () => nowMs }) }
}

test('a token of the core opens, and the core takes one that was signed by hand', async () => {
  const { mfa } = await enrolled()
  const challenge = await mfa.challenge({ id: userId, name: userId })
  if (challenge.kind !== 'challenge') throw new Error('the user has no second factor')
  const { payload, protectedHeader } = await openToken(keys, challenge.ephemeralToken, nowMs)
  expect([payload.sub, payload['stamp']]).toEqual([userId, stampOf(keys, userId)])
  const own = await signToken(keys, userId, { stamp: stampOf(keys, userId), nowMs })
  const opened = await openToken(keys, own, nowMs)
  expect([Object.keys(opened.payload).sort(), opened.protectedHeader]).toEqual([
    Object.keys(payload).sort(),
    protectedHeader,
  ])
  expect((await mfa.verify(own, { code: codeOf(0, nowMs) })).user.id).toBe(userId)
})

test('a record of the core opens, and the core opens one that was sealed by hand', async () => {
  const { storage } = await enrolled()
  const text = encodeRecord(await readRecord(storage, userId))
  const record = unseal(keys, userId, (await storage.get(userId))?.sealed ?? '')
  expect(record).toEqual(JSON.parse(text))
  const { revision, sealed } = seal(keys, userId, record)
  expect(revision).toHaveLength(22)
  expect(sealer.open(userId, sealed)).toBe(text)
})

test('the core opens a proof that was sealed by hand, which is no shorter than its own', async () => {
  const { mfa } = await enrolled()
  const user = { id: userId, name: userId }
  const { sealed, ...own } = await mfa.stepUp(user, { code: codeOf(0, nowMs) })
  const byHand = sealProof(keys, userId, nowMs)
  const opened = mfa.openProof({ user, proof: byHand })
  expect(opened).toEqual({ ...own, authenticatorId: 'authenticator-id', sealed: byHand })
  expect(byHand).toHaveLength(sealed.length)
})

test("a user's code is found among the three of now, and no other", () => {
  expect(stepsOf(codeOf(0, nowMs), secretOf(0), nowMs)).toEqual([nowMs / 30_000])
  expect(stepsOf(codeOf(0, nowMs + 90_000), secretOf(0), nowMs)).toEqual([])
})
