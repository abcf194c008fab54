import type { Dialect } from './dialect.ts'

/** Names of the columns. `enabled` and `updatedAt` may be `null`: then both values stand in front of the sealed text. */
export interface SqlColumns {
  /** The user's id: text, an integer or a UUID. @defaultValue `'user_id'`; `'id'` if `rows` is `'host'` */
  readonly userId?: string | undefined
  /** Text, about 22 characters. @defaultValue `'revision'`; `'latchkey_revision'` if `rows` is `'host'` */
  readonly revision?: string | undefined
  /** Text, a few KiB of printable ASCII. @defaultValue `'sealed'`; `'latchkey_sealed'` if `rows` is `'host'` */
  readonly sealed?: string | undefined
  /** Whether the user has a second factor, for reports: a boolean, 1 or 0 in SQLite. @defaultValue `'enabled'`; `null` if `rows` is `'host'` */
  readonly enabled?: string | null | undefined
  /**
   * When the record was written, for reports: `timestamptz` in PostgreSQL, `DATETIME(3)` in UTC in MySQL, milliseconds
   * since 1970 in SQLite.
   *
   * @defaultValue `'updated_at'`; `null` if `rows` is `'host'`
   */
  readonly updatedAt?: string | null | undefined
}

/** Where the records are kept. Names are quoted, so any name that the database accepts works. */
export interface SqlStorageOptions {
  /** The table. @defaultValue `'latchkey_records'`; required if `rows` is `'host'` */
  readonly table?: string | undefined
  readonly columns?: SqlColumns | undefined
  /**
   * Whose rows they are. `'own'`: the table is Latchkey's, which inserts and deletes rows. `'host'`: it is the host's
   * users table, in which Latchkey writes only its own columns of existing rows.
   *
   * @defaultValue `'own'`
   */
  readonly rows?: 'own' | 'host' | undefined
}

/** Where the records are kept on a database server. */
export interface ServerStorageOptions extends SqlStorageOptions {
  /**
   * Where the table is: a schema in PostgreSQL, a database in MySQL.
   *
   * @defaultValue where the connection looks for a table
   */
  readonly schema?: string | undefined
}

/** The options, checked and complete. */
export interface Layout {
  readonly schema: string | null
  readonly table: string
  readonly rows: 'own' | 'host'
  readonly userId: string
  readonly revision: string
  readonly sealed: string
  readonly enabled: string | null
  readonly updatedAt: string | null
}

const defaults = {
  own: {
    table: 'latchkey_records',
    userId: 'user_id',
    revision: 'revision',
    sealed: 'sealed',
    enabled: 'enabled',
    updatedAt: 'updated_at',
  },
  host: {
    table: undefined,
    userId: 'id',
    revision: 'latchkey_revision',
    sealed: 'latchkey_sealed',
    enabled: null,
    updatedAt: null,
  },
} as const
const columnOptions = ['userId', 'revision', 'sealed', 'enabled', 'updatedAt'] as const

/** @throws TypeError that names the option and says what would be right */
export function resolveLayout(options: ServerStorageOptions, dialect: Dialect): Layout {
  // The storage's options too, so that it can share them with `schema()`.
  checkKeys('options', options, ['table', 'columns', 'rows', ...dialect.options])
  const { schema, rows = 'own', columns = {} } = options
  if (rows !== 'own' && rows !== 'host') throw new TypeError(`rows must be 'own' or 'host'`)
  checkKeys('columns', columns, columnOptions)
  const names = defaults[rows]
  const { table = names.table } = options
  const { userId = names.userId, revision = names.revision, sealed = names.sealed } = columns
  const { enabled = names.enabled, updatedAt = names.updatedAt } = columns
  const layout: Layout = {
    schema: schema === undefined ? null : checkName('schema', schema),
    table: checkName('table', table),
    rows,
    userId: checkName('columns.userId', userId),
    revision: checkName('columns.revision', revision),
    sealed: checkName('columns.sealed', sealed),
    enabled: enabled === null ? null : checkName('columns.enabled', enabled),
    updatedAt: updatedAt === null ? null : checkName('columns.updatedAt', updatedAt),
  }
  checkDistinct(layout)
  return Object.freeze(layout)
}

/** The table as it stands in a statement. */
export function quoteTable({ schema, table }: Layout, { quote }: Dialect): string {
  return schema === null ? quote(table) : `${quote(schema)}.${quote(table)}`
}

/** A misspelled option would otherwise put the records elsewhere without a word. */
function checkKeys(option: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${option} must be an object`)
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue
    const where = option === 'options' ? '' : `${option}: `
    throw new TypeError(`${where}unknown option "${key}" (known: ${known.join(', ')})`)
  }
}

function checkName(option: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && !/[\0\p{Surrogate}]/u.test(value)) return value
  throw new TypeError(
    `${option} must be a name: a string that is not empty and holds neither NUL nor half of a character`,
  )
}

function checkDistinct(layout: Layout): void {
  const seen = new Set<string>()
  for (const option of columnOptions) {
    const name = layout[option]
    if (name === null) continue
    // Databases take `Sealed` and `sealed` for the same column.
    if (seen.has(name.toLowerCase())) {
      throw new TypeError(`columns.${option} must have its own column: "${name}" is another's already`)
    }
    seen.add(name.toLowerCase())
  }
}
