import type { JsonObject } from '../ports.ts'

/** One enrolled thing of a factor. Times are milliseconds since 1970. */
export interface Authenticator<Data extends JsonObject = JsonObject> {
  readonly id: string
  /** The factor's `type`. */
  readonly type: string
  readonly name: string
  readonly createdAt: number
  /** Null until the first use after enrolment. */
  readonly lastUsedAt: number | null
  /** The factor's own part: its secret, parameters and what was used. */
  readonly data: Data
}

/** Consecutive failures of one count. */
export interface Failures {
  readonly count: number
  /** When the next try is looked at, in milliseconds since 1970. */
  readonly waitUntil: number
}

/** Everything Latchkey knows about one user. Never changed in place. */
export interface MfaRecord {
  readonly format: 1
  /** Raised by every addition, removal, reset and revocation; a token of an older epoch is dead. */
  readonly epoch: number
  readonly enabledAt: number | null
  readonly lastUsedAt: number | null
  readonly authenticators: readonly Authenticator[]
  /** A factor's own state beside its authenticators, by factor type. */
  readonly states: Readonly<Record<string, JsonObject>>
  /** By factor type, `<type>:confirm`, or `password`. */
  readonly failures: Readonly<Record<string, Failures>>
  /** Ids of spent tokens and when each may be forgotten, in milliseconds since 1970. */
  readonly spent: Readonly<Record<string, number>>
}

/** What is known of a user nobody has stored yet. */
export const emptyRecord: MfaRecord = Object.freeze({
  format: 1,
  epoch: 0,
  enabledAt: null,
  lastUsedAt: null,
  authenticators: [],
  states: {},
  failures: {},
  spent: {},
})

/** Whether the user has a second factor. */
export function isEnabled(record: MfaRecord): boolean {
  return record.enabledAt !== null
}

/** The record without the spent tokens that have expired, so that it does not grow. */
export function forgetExpired(record: MfaRecord, nowMs: number): MfaRecord {
  const entries = Object.entries(record.spent)
  const kept = entries.filter(([, expiresAt]) => expiresAt > nowMs)
  return kept.length === entries.length ? record : { ...record, spent: Object.fromEntries(kept) }
}
