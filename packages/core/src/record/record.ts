import type { JsonObject } from '../ports/values.ts'

/** One enrolled thing of a factor. Times are milliseconds since 1970. */
export interface Authenticator<Data extends object = JsonObject> {
  readonly id: string
  /** The factor's `type`. */
  readonly type: string
  readonly name: string
  readonly createdAt: number
  /** Null until the first use after enrollment. */
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

/** One sign-in by bearer tokens, and what it has come to. Times are milliseconds since 1970. */
export interface Family {
  /** Which refresh token is the good one, counted from 0. An earlier one that comes again has been copied. */
  readonly generation: number
  readonly signedInAt: number
  readonly lastUsedAt: number
  readonly expiresAt: number
  /** The latest proof. */
  readonly amr: readonly string[]
  readonly factor: string | null
  readonly authenticatorId: string | null
  readonly provedAt: number | null
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
  readonly spent: ReadonlyMap<string, number>
  /** Sign-ins by bearer tokens that have not ended, by id. */
  readonly families: ReadonlyMap<string, Family>
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
  spent: new Map(),
  families: new Map(),
})

/** Whether the user has a second factor. */
export function isEnabled(record: MfaRecord): boolean {
  return record.enabledAt !== null
}

/** The record without the spent tokens and the families that have expired, so that it does not grow. */
export function forgetExpired(record: MfaRecord, nowMs: number): MfaRecord {
  const spent = withoutDead(record.spent, (expiresAt) => expiresAt > nowMs)
  const families = withoutDead(record.families, ({ expiresAt }) => expiresAt > nowMs)
  return spent === record.spent && families === record.families ? record : { ...record, spent, families }
}

function withoutDead<T>(entries: ReadonlyMap<string, T>, isAlive: (entry: T) => boolean): ReadonlyMap<string, T> {
  const alive = [...entries].filter(([, entry]) => isAlive(entry))
  return alive.length === entries.size ? entries : new Map(alive)
}
