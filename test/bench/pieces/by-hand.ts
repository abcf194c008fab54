import type { Storage, StoredRecord } from '@latchkey/core'
import { openToken, type PartKeys, seal, sealProof, signToken, stampOf, stepsOf, unseal } from './parts.ts'

/** What the parts in one go work with. */
export interface Hand {
  readonly keys: PartKeys
  readonly storage: Storage
  readonly nowMs: number
}

/** What a user brings to a sign-in. */
export interface Person {
  readonly id: string
  readonly code: string
  readonly secret: string
}

/** The parts of a challenge, one after the other. */
export async function challengeByHand({ keys, storage, nowMs }: Hand, id: string): Promise<string> {
  const row = await storage.get(id)
  unseal(keys, id, row?.sealed ?? '')
  return signToken(keys, id, { stamp: stampOf(keys, id), nowMs })
}

/** The parts of a verify, one after the other. */
export async function verifyByHand(hand: Hand, person: Person, token: string): Promise<void> {
  const { payload } = await openToken(hand.keys, token, hand.nowMs)
  if (payload['stamp'] !== stampOf(hand.keys, person.id)) throw new Error('a token by hand is of another stamp')
  await checkByHand(hand, person)
}

/** The parts of what comes behind the token. */
export async function checkByHand({ keys, storage, nowMs }: Hand, { id, code, secret }: Person): Promise<void> {
  const row = (await storage.get(id)) as StoredRecord
  const record = unseal(keys, id, row.sealed)
  const isRight = stepsOf(code, secret, nowMs).length > 0
  const sealed = seal(keys, id, { ...record, lastUsedAt: nowMs })
  const isStored = await storage.put(id, { ...row, ...sealed, updatedAt: new Date(nowMs) }, row.revision)
  if (!isRight || !isStored) throw new Error('a sign-in by hand failed')
  sealProof(keys, id, nowMs)
}
