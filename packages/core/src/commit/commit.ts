import { MfaError } from '../errors.ts'
import type { Storage, StoredRecord } from '../ports/storage.ts'
import type { Awaitable, RandomBytes } from '../ports/values.ts'
import { decodeRecord, encodeRecord } from '../record/codec.ts'
import { emptyRecord, forgetExpired, isEnabled, type MfaRecord } from '../record/record.ts'
import type { Sealer } from '../sealing/seal.ts'
import { timedStorage } from './timed-storage.ts'
import { createUserQueue } from './user-queue.ts'

/** Tries before a rule that is beaten each time gives up: far more than there are processes at one user. */
const mostTries = 24
const revisionBytes = 16

/** What a rule made of a record. The same record again means that there is nothing to write. */
export interface Outcome {
  readonly record: MfaRecord
}

/**
 * A decision: record and time in, new record and result out. Pure, since it runs again when another writer was first;
 * it may be async if it hashes.
 */
export type Rule<T extends Outcome> = (record: MfaRecord, nowMs: number) => Awaitable<T>

/** Reads records, and changes them by compare-and-set. */
export interface Commit {
  /** The record of now, or the empty one. @throws MfaError `storage_unavailable` */
  read(userId: string): Promise<MfaRecord>
  /**
   * Runs the rule on the record of now and stores what it made of it. Resolves once the write is durable.
   * With `orElse` a record that does not open is replaced by it first; without, it is a fault of the storage.
   *
   * @throws MfaError `storage_unavailable` if that cannot be told; what the rule throws
   */
  apply<T extends Outcome>(userId: string, rule: Rule<T>, orElse?: MfaRecord): Promise<T>
  /** Seals the record again if another secret than the first sealed it. @returns whether it did */
  reseal(userId: string): Promise<boolean>
  /** Deletes whatever is stored, also a record that does not open. @throws MfaError `storage_unavailable` */
  delete(userId: string): Promise<void>
}

export interface CommitSettings {
  readonly storage: Storage
  readonly storageTimeoutSeconds: number
  readonly sealer: Sealer
  readonly now: () => number
  readonly randomBytes: RandomBytes
}

export function createCommit(settings: CommitSettings): Commit {
  const { sealer, now, randomBytes } = settings
  const storage = timedStorage(settings.storage, settings.storageTimeoutSeconds * 1000)
  const queue = createUserQueue()

  const open = (userId: string, stored: StoredRecord | null, orElse?: MfaRecord): MfaRecord => {
    try {
      return stored === null ? emptyRecord : decodeRecord(sealer.open(userId, stored.sealed))
    } catch (error) {
      if (orElse === undefined) throw error
      return orElse
    }
  }

  const seal = (userId: string, record: MfaRecord): StoredRecord => ({
    revision: Buffer.from(randomBytes(revisionBytes)).toString('base64url'),
    sealed: sealer.seal(userId, encodeRecord(forgetExpired(record, now()))),
    enabled: isEnabled(record),
    updatedAt: new Date(now()),
  })

  /** True: durable. False: another writer was first. A put that throws may have taken effect: reading tells. */
  const put = async (userId: string, next: StoredRecord, expected: string | null): Promise<boolean> => {
    try {
      return (await storage.put(userId, next, expected)) === true
    } catch (error) {
      if ((await storage.get(userId))?.revision === next.revision) return true
      throw error
    }
  }

  const change = async <T extends Outcome>(userId: string, rule: Rule<T>, orElse?: MfaRecord): Promise<T> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const stored = await failClosed(() => storage.get(userId))
      const record = await failClosed(async () => open(userId, stored, orElse))
      const outcome = await rule(record, now())
      if (outcome.record === record) return outcome
      if (await failClosed(async () => put(userId, seal(userId, outcome.record), stored?.revision ?? null)))
        return outcome
    }
    throw alwaysBeaten()
  }

  /** True: gone for good. False: another writer was first, or is by now. As with a put, reading tells after a throw. */
  const remove = async (userId: string, expected: string): Promise<boolean> => {
    try {
      return (await storage.delete(userId, expected)) === true
    } catch (error) {
      const stored = await storage.get(userId)
      if (stored?.revision === expected) throw error
      return stored === null
    }
  }

  const erase = async (userId: string): Promise<void> => {
    for (let tries = 0; tries < mostTries; tries += 1) {
      const stored = await failClosed(() => storage.get(userId))
      if (stored === null || (await failClosed(() => remove(userId, stored.revision)))) return
    }
    throw alwaysBeaten()
  }

  return Object.freeze<Commit>({
    read: (userId) => failClosed(async () => open(userId, await storage.get(userId))),
    apply: (userId, rule, orElse) => queue.run(userId, () => change(userId, rule, orElse)),
    reseal: (userId) =>
      queue.run(userId, () =>
        failClosed(async () => {
          const stored = await storage.get(userId)
          if (stored === null || sealer.isCurrent(stored.sealed)) return false
          // Beaten by another writer is as good: every write seals with the first secret.
          return put(userId, seal(userId, open(userId, stored)), stored.revision)
        }),
      ),
    delete: (userId) => queue.run(userId, () => erase(userId)),
  })
}

/** Whatever a storage, or a record that does not open, throws becomes the one error that fails closed. */
async function failClosed<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw unavailable(error)
  }
}

function alwaysBeaten(): MfaError {
  return unavailable(new Error(`beaten by other writers ${mostTries} times in a row`))
}

function unavailable(cause: unknown): MfaError {
  return new MfaError('storage_unavailable', { cause })
}
