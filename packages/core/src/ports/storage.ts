/** What a storage keeps for one user. All but `sealed` is readable without the key. */
export interface StoredRecord {
  /** Random and never reused, so that a row deleted and made again is not mistaken for the old one. */
  readonly revision: string
  /** The record, encrypted and authenticated; printable ASCII. */
  readonly sealed: string
  /** Whether the user has a second factor; for reports only, never believed. */
  readonly enabled: boolean
  readonly updatedAt: Date
}

/**
 * Where records live. Any database with a conditional write will do.
 *
 * Every method may throw; a throw means "cannot tell" and ends in `storage_unavailable`.
 */
export interface Storage {
  get(userId: string): Promise<StoredRecord | null>
  /**
   * Stores `next` only if the revision stored now is `expected` (`null`: no row yet).
   *
   * @returns true once the write is durable, false if another writer was first
   */
  put(userId: string, next: StoredRecord, expected: string | null): Promise<boolean>
  /**
   * Removes the row only if the revision stored now is `expected`.
   *
   * @returns true once the removal is durable, false if another writer was first or there is no row
   */
  delete(userId: string, expected: string): Promise<boolean>
  /** Every stored user id, each once, in any order. */
  userIds(): AsyncIterable<string>
}
