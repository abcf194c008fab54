import type { StoredRecord } from '@latchkey/core'
import { textOf } from './reply.ts'

/**
 * Turns the record into the values of the hash.
 *
 * @throws TypeError if `updatedAt` is no date
 */
export function toValues({ revision, sealed, enabled, updatedAt }: StoredRecord): [string, string, string, string] {
  const updatedAtMs = updatedAt.getTime()
  if (Number.isNaN(updatedAtMs)) throw new TypeError('updatedAt must be a valid date')
  return [revision, sealed, enabled ? '1' : '0', String(updatedAtMs)]
}

/**
 * Reads the record from the values of the hash, in the same order.
 *
 * @throws Error if they are not what was written: that must not pass for a user without a record
 */
export function toRecord(values: readonly unknown[]): StoredRecord {
  const [revision, sealed, enabled, updatedAtMs] = values.map((value) => (value === null ? null : textOf(value)))
  const updatedAt = new Date(/^-?\d{1,16}$/.test(updatedAtMs ?? '') ? Number(updatedAtMs) : Number.NaN)
  const isFlag = enabled === '0' || enabled === '1'
  if (typeof revision !== 'string' || typeof sealed !== 'string' || !isFlag || Number.isNaN(updatedAt.getTime())) {
    throw new Error('the hash of a user does not hold what was written there')
  }
  return { revision, sealed, enabled: enabled === '1', updatedAt }
}
