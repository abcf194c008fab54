import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Storage, StoredRecord } from '@latchkey/core'
import type { Crew } from './crew.ts'
import type { Bench, StorageContractOptions } from './rule.ts'

export function openBench<Subject extends { readonly storage: Storage }>(
  subject: Subject,
  options: StorageContractOptions<Subject>,
  crew: Crew,
): Bench {
  const { userId = (n) => `user-${n}`, oddUserIds = everyTextIsDifferent, addUser, reopen, holdLock } = options
  const add = async (id: string) => {
    await addUser?.(subject, id)
    return id
  }
  return {
    storage: subject.storage,
    oddUserIds,
    add,
    user: (n = 0) => add(userId(n)),
    async reopen() {
      assert.ok(reopen)
      return await reopen(subject)
    },
    async holdLock() {
      assert.ok(holdLock)
      return await holdLock(subject)
    },
    start: (count) => crew.start(count, userId(0)),
  }
}

/**
 * Makes a record unlike any other, for further tests of a storage.
 *
 * @param changes - Fields that must be as they are here
 */
export function someRecord(changes: Partial<StoredRecord> = {}): StoredRecord {
  const updatedAt = new Date('2026-02-28T23:59:59.987Z')
  return { revision: randomUUID(), sealed: `1.k.${randomUUID()}`, enabled: true, updatedAt, ...changes }
}

/** Asserts that exactly this record is stored, and nothing beside it. */
export async function assertStored(storage: Storage, userId: string, expected: StoredRecord | null): Promise<void> {
  assertSameRecord(await storage.get(userId), expected)
}

/** Asserts that what was found is this record, in every field. */
export function assertSameRecord(found: StoredRecord | null, expected: StoredRecord | null): void {
  assert.deepEqual(fieldsOf(found), fieldsOf(expected))
}

/** What a storage keeps; it may hand out more. */
function fieldsOf(record: StoredRecord | null): object | null {
  if (record === null) return null
  const { revision, sealed, enabled, updatedAt } = record
  return { revision, sealed, enabled, updatedAt: updatedAt.getTime() }
}

/** Stores a first record and returns it. */
export async function createRecord(storage: Storage, userId: string, record = someRecord()): Promise<StoredRecord> {
  assert.equal(await storage.put(userId, record, null), true)
  return record
}

/** Stores the record, or deletes the one before it if there must be none, and says what the storage says. */
export async function write(
  storage: Storage,
  userId: string,
  before: StoredRecord | null,
  after: StoredRecord | null,
): Promise<boolean> {
  if (after !== null) return storage.put(userId, after, before?.revision ?? null)
  assert.ok(before)
  return storage.delete(userId, before.revision)
}

/** Deletes the record that is stored. */
export async function deleteRecord(storage: Storage, userId: string): Promise<void> {
  const stored = await storage.get(userId)
  assert.ok(stored)
  assert.equal(await storage.delete(userId, stored.revision), true)
}

/** Returns all that a storage lists, in its order. */
export async function listUserIds(storage: Storage): Promise<readonly string[]> {
  const ids: string[] = []
  for await (const id of storage.userIds()) ids.push(id)
  return ids
}

/** Ids of which sloppy comparisons, quoting or normalization would make one. */
const everyTextIsDifferent: readonly string[] = [
  ...['1', '01', '1.0', '1e0', '+1', ' 1', '1 ', '0x1', '9007199254740993', '9007199254740992', '-1', 'NaN'],
  ...['alice', 'Alice', 'ALICE', 'alice ', ' alice', 'alice\t', 'alice\n', 'a:b', 'a/b', 'a\\b', 'a.b'],
  ...["o'clock", "o''clock", 'say "hi"', '`tick`', '[x]', '$1', '?', ':id', '%', '_', "'; DROP TABLE users; --"],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'true', '{}', '{"$gt":""}'],
  ...['\u00e9', 'e\u0301', 'ß', 'ss', 'ı', 'i', 'İ', '名前', '👩‍👩‍👧', '\u200b', '\u00a0'],
  ...['x'.repeat(256), 'x'.repeat(255), '字'.repeat(256), '💡'.repeat(128)],
]
