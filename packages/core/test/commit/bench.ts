// A commit over a storage that fails on demand, and a rule that counts how often it ran.

import { randomBytes } from 'node:crypto'
import { faultyStorage } from '@latchkey/testing'
import { createCommit } from '../../src/commit/commit.ts'
import { memoryStorage, type Storage } from '../../src/index.ts'
import type { MfaRecord } from '../../src/record/record.ts'
import { deriveKeys } from '../../src/sealing/keys.ts'
import { createSealer } from '../../src/sealing/seal.ts'
import { secret, startMs } from '../world.ts'

export const sealer = createSealer('record', deriveKeys([secret]), randomBytes)

export function commitOn(storage: Storage, options: { storageTimeoutSeconds?: number } = {}) {
  return createCommit({ storage, sealer, now: () => startMs, randomBytes, storageTimeoutSeconds: 10, ...options })
}

export function bench() {
  const rows = memoryStorage()
  const storage = faultyStorage(rows)
  return { rows, storage, commit: commitOn(storage, { storageTimeoutSeconds: 0.02 }) }
}

/** Raises the epoch by one; counts how often it ran. */
export function raise() {
  const seen: number[] = []
  const rule = (record: MfaRecord) => {
    seen.push(record.epoch)
    return { record: { ...record, epoch: record.epoch + 1 }, result: 'raised' }
  }
  return { seen, rule }
}
