/** Names of the columns. `enabled` and `updatedAt` may be `null`: then both values travel in front of the sealed text. */
export interface SqlColumns {
  /** The user's id: text, or an integer. @defaultValue `'user_id'`; `'id'` where `rows` is `'host'` */
  readonly userId?: string | undefined
  /** Text, about 22 characters. @defaultValue `'revision'`; `'latchkey_revision'` where `rows` is `'host'` */
  readonly revision?: string | undefined
  /** Text, a few KiB of printable ASCII. @defaultValue `'sealed'`; `'latchkey_sealed'` where `rows` is `'host'` */
  readonly sealed?: string | undefined
  /** 1 or 0, for reports. @defaultValue `'enabled'`; `null` where `rows` is `'host'` */
  readonly enabled?: string | null | undefined
  /** Milliseconds since 1970, for reports. @defaultValue `'updated_at'`; `null` where `rows` is `'host'` */
  readonly updatedAt?: string | null | undefined
}

/** Where the records are kept. Names are quoted, so any name the database takes will do. */
export interface SqlStorageOptions {
  /** The table. @defaultValue `'latchkey_records'`; required where `rows` is `'host'` */
  readonly table?: string | undefined
  readonly columns?: SqlColumns | undefined
  /**
   * Whose rows they are. `'own'`: the table is Latchkey's, which inserts and deletes rows. `'host'`: it is the host's
   * users table, in which Latchkey writes its own columns of rows that are there, and nothing else.
   *
   * @defaultValue `'own'`
   */
  readonly rows?: 'own' | 'host' | undefined
}

/** The options, checked and complete. */
export interface Layout {
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

/** What may stand in the options; some of it is for a storage only, so that it can share them with `schema`. */
const knownOptions = ['table', 'columns', 'rows', 'busyTimeoutMs']

/** @throws TypeError that names the option and says what would be right */
export function resolveLayout(options: SqlStorageOptions): Layout {
  checkKeys('options', options, knownOptions)
  const { rows = 'own', columns = {} } = options
  if (rows !== 'own' && rows !== 'host') throw new TypeError(`rows must be 'own' or 'host'`)
  checkKeys('columns', columns, columnOptions)
  const names = defaults[rows]
  const { table = names.table } = options
  const { userId = names.userId, revision = names.revision, sealed = names.sealed } = columns
  const { enabled = names.enabled, updatedAt = names.updatedAt } = columns
  const layout: Layout = {
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

/** A misspelt option would otherwise put the records elsewhere without a word. */
function checkKeys(option: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null) throw new TypeError(`${option} must be an object`)
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw new TypeError(`${option} has no "${key}"; it has ${known.join(', ')}`)
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
      throw new TypeError(`columns.${option} must be a column of its own: "${name}" is another's already`)
    }
    seen.add(name.toLowerCase())
  }
}
