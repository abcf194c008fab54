import type { Fragment, Value } from './fragment.ts'

/** A database that {@link schema} and the storages know. MariaDB is `'mysql'`. */
export type DialectName = 'sqlite' | 'postgres' | 'mysql'

/** One row, by the names that the statement gave its columns. */
export type Row = Readonly<Record<string, unknown>>

/** What a statement did. */
export interface Outcome {
  /** What a SELECT found. Meaningless for other statements. */
  readonly rows: readonly Row[]
  /** How many rows an INSERT, UPDATE or DELETE wrote. */
  readonly changes: number
}

/** Runs one statement. Resolves once it has taken effect, rejects when it cannot tell. */
export type Run = (text: string, params: readonly Value[]) => Promise<Outcome>

/** How values of one kind stand in a column. */
export interface Kind<T> {
  /** The value as the column takes it. */
  readonly write: (value: T) => Fragment
  /** The column as something that every driver gives back alike, whatever it makes of the column's own type. */
  readonly read: (column: Fragment) => Fragment
}

/** Everything in which one database differs from another. */
export interface Dialect {
  readonly name: DialectName
  /** Names of the options that only this dialect's storage has. */
  readonly options: readonly string[]
  /** Column types: a user id that is part of a key, a short text and a long one to the letter, a flag, a moment. */
  readonly types: Readonly<Record<'key' | 'text' | 'longText' | 'flag' | 'time', string>>
  /** What stands behind the columns when a table is made. */
  readonly tableOptions: string
  /** A table's or column's name as it stands in a statement. */
  readonly quote: (name: string) => string
  /** The form of a column's name that is the same for all spellings of it. */
  readonly fold: (name: string) => string
  /** How a value stands in a statement: as a placeholder, with the value put behind the others, or as a literal. */
  readonly bind: (value: Value, params: Value[]) => string
  /** A user id as {@link decodeId} understands it. */
  readonly id: (column: Fragment) => Fragment
  /** The exact user id: what `String(value)` would give for a value that is not text. */
  readonly decodeId: (value: unknown) => string
  /** Whether the column holds exactly this text, whatever its type and collation. */
  readonly same: (column: Fragment, value: string) => Fragment
  /** 0 or 1. */
  readonly flag: Kind<number>
  /** Milliseconds since 1970. */
  readonly time: Kind<number>
  /** What stands behind the conditions of every statement: it fails in a session that would not commit. */
  readonly guard: Fragment
  /** The values of an INSERT, and behind them the guard. */
  readonly values: (values: Fragment) => Fragment
  /** What makes an INSERT do nothing if the key is there already. */
  readonly unlessThere: (key: Fragment) => Fragment
  /** What stands behind every statement that writes. */
  readonly afterWrite: Fragment
  /** A SELECT that names the table's columns as `name`. No row if there is no such table. */
  readonly columnsOf: (schema: string | null, table: string) => Fragment
  /** Whether the error says that a table or a column is missing. */
  readonly isMissing: (error: unknown) => boolean
}
