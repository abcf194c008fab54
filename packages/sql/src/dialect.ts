import type { Fragment, Value } from './fragment.ts'

/** A database that {@link schema} and the storages know. */
export type DialectName = 'sqlite'

/** One row, by the names that the statement gave its columns. */
export type Row = Readonly<Record<string, unknown>>

/** What a statement did. */
export interface Outcome {
  /** What a SELECT found; empty for other statements. */
  readonly rows: readonly Row[]
  /** How many rows an INSERT, UPDATE or DELETE wrote. */
  readonly changes: number
}

/** Runs one statement outside of any transaction. Resolves once its effect is durable, rejects when it cannot tell. */
export type Run = (text: string, params: readonly Value[]) => Promise<Outcome>

/** All in which one database differs from another. */
export interface Dialect {
  readonly name: DialectName
  /** Column types: a user id that is part of a key, text to the letter, 0 or 1, milliseconds since 1970. */
  readonly types: Readonly<Record<'key' | 'text' | 'flag' | 'time', string>>
  /** A table's or column's name as it stands in a statement. */
  readonly quote: (name: string) => string
  /** The placeholder of a parameter; positions start at 1. */
  readonly placeholder: (position: number) => string
  /** The column as text, exactly as a driver-independent `String(value)` would give it. */
  readonly asText: (column: Fragment) => Fragment
  /** Whether the column holds this text to the letter, whatever its type and collation. */
  readonly same: (column: Fragment, value: string) => Fragment
  /** What makes an INSERT do nothing where the key is there already. */
  readonly unlessThere: (key: Fragment) => Fragment
  /** A SELECT that names the table's columns as `name`; no row where there is no such table. */
  readonly columnsOf: (table: string) => Fragment
  /** Whether the error says that a table or a column is missing. */
  readonly isMissing: (error: unknown) => boolean
}
