import type { StoredRecord } from '@latchkey/core'
import type { Dialect, Row } from './dialect.ts'
import { type Fragment, sql } from './fragment.ts'
import type { Layout } from './layout.ts'

/** The value of each column, in the order in which the columns stand in statements. */
export type Cells = readonly (readonly [column: string, value: Fragment])[]

const packedForm = /^([01]):(-?\d{1,16}):(.*)$/s

/**
 * Turns the record into cells of a row, without the user's id.
 *
 * @throws TypeError if `updatedAt` is no date
 */
export function toCells(layout: Layout, dialect: Dialect, record: StoredRecord): Cells {
  const enabled = record.enabled ? 1 : 0
  const updatedAt = record.updatedAt.getTime()
  if (Number.isNaN(updatedAt)) throw new TypeError('updatedAt must be a valid date')
  const sealed = isPacked(layout) ? `${enabled}:${updatedAt}:${record.sealed}` : record.sealed
  const cells: (readonly [string | null, Fragment])[] = [
    [layout.revision, sql`${record.revision}`],
    [layout.sealed, sql`${sealed}`],
    [layout.enabled, dialect.flag.write(enabled)],
    [layout.updatedAt, dialect.time.write(updatedAt)],
  ]
  return cells.filter((cell): cell is [string, Fragment] => cell[0] !== null)
}

/**
 * Reads the record from a row that has the columns `revision`, `sealed`, `enabled` and `updated`.
 *
 * @throws Error if the row holds something else: that must not pass for a user without a record
 */
export function toRecord(layout: Layout, row: Row): StoredRecord {
  const { revision, sealed } = row
  if (typeof revision !== 'string' || typeof sealed !== 'string') throw damaged(layout)
  if (!isPacked(layout)) return record(layout, revision, sealed, row['enabled'], row['updated'])
  const [, enabled, updatedAt, rest] = packedForm.exec(sealed) ?? []
  if (rest === undefined) throw damaged(layout)
  return record(layout, revision, rest, enabled, updatedAt)
}

function record(layout: Layout, revision: string, sealed: string, enabled: unknown, updatedAt: unknown): StoredRecord {
  // A driver gives an integer as a number or, if the host asked for it, as a bigint; servers give text.
  const time = new Date(Number(updatedAt ?? Number.NaN))
  if (Number.isNaN(time.getTime())) throw damaged(layout)
  return { revision, sealed, enabled: Number(enabled) === 1, updatedAt: time }
}

function isPacked(layout: Layout): boolean {
  return layout.enabled === null || layout.updatedAt === null
}

function damaged(layout: Layout): Error {
  return new Error(`a row of the table "${layout.table}" does not hold what was written there`)
}
