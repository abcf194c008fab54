import { types } from 'node:util'
import type { StoredRecord } from '@latchkey/core'
import type { SentError, SentRecord } from './channel.ts'

/** A record for a message. */
export function encodeRecord({ revision, sealed, enabled, updatedAt }: StoredRecord): SentRecord {
  return { revision, sealed, enabled, updatedAtMs: updatedAt.getTime() }
}

/** A record from a message. */
export function decodeRecord({ revision, sealed, enabled, updatedAtMs }: SentRecord): StoredRecord {
  return { revision, sealed, enabled, updatedAt: new Date(updatedAtMs ?? Number.NaN) }
}

/** Whatever was thrown, for a message. */
export function encodeError(thrown: unknown): SentError {
  // Not instanceof: runners that give tests their own globals have another Error than Node has.
  if (!types.isNativeError(thrown)) return { name: 'Error', message: String(thrown), stack: undefined, members: {} }
  const plain = ['string', 'number', 'boolean']
  const members = Object.entries(thrown).filter(([, value]) => plain.includes(typeof value))
  return {
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    members: Object.fromEntries(members),
  }
}

/** An error from a message, with the stack it had where it was thrown. */
export function decodeError({ name, message, stack, members }: SentError): Error {
  const error = new Error(message)
  for (const [key, value] of Object.entries({ name, stack })) {
    if (value !== undefined) Object.defineProperty(error, key, { value, configurable: true, writable: true })
  }
  return Object.assign(error, members)
}
