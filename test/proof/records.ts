import { randomBytes } from 'node:crypto'
import type { Storage } from '@latchkey/core'
import { decodeRecord } from '../../packages/core/src/record/codec.ts'
import { emptyRecord, type MfaRecord } from '../../packages/core/src/record/record.ts'
import { deriveKeys } from '../../packages/core/src/sealing/keys.ts'
import { createSealer } from '../../packages/core/src/sealing/seal.ts'
import { secret } from '../security/accounts.ts'

const sealer = createSealer('record', deriveKeys([secret]), randomBytes)

/** What is stored of a user, opened. */
export async function readRecord(storage: Storage, userId: string): Promise<MfaRecord> {
  const stored = await storage.get(userId)
  return stored === null ? emptyRecord : decodeRecord(sealer.open(userId, stored.sealed))
}
