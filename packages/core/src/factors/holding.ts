import type { MfaError } from '../errors.ts'
import type { JsonObject } from '../ports/values.ts'
import type { Authenticator } from '../record/record.ts'

/**
 * Keys of the factor's own, 32 bytes, one for each of the app's secrets (HKDF, RFC 5869). The first makes, all open. Another
 * label gives other keys.
 */
export type FactorKeys = (label: string) => readonly Uint8Array[]

/** What is known of a user's part of a factor. */
export interface Holding<Data extends object = JsonObject> {
  /** The factor's own state, `{}` at first. */
  readonly state: JsonObject
  /** The user's authenticators of the factor. */
  readonly authenticators: readonly Authenticator<Data>[]
  readonly keys: FactorKeys
}

/**
 * A pure change of a factor's own state; it may run again if another writer was first. It gets the state (`{}` at first)
 * and the user's authenticators of the factor. An `error` is thrown once the new state is stored; the very state it got,
 * given back, is not written.
 */
export type StateChange<T> = (
  state: JsonObject,
  nowMs: number,
  authenticators: readonly Authenticator[],
) => { readonly state: JsonObject } & (
  | { readonly result: T; readonly error?: undefined }
  | { readonly error: MfaError; readonly result?: undefined }
)
