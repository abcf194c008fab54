import type { Dialect, Kind } from '../dialect.ts'
import { raw, sql } from '../fragment.ts'

const asItIs: Kind<number> = { write: (value) => sql`${value}`, read: (column) => column }

/** SQLite and databases that speak like it. */
export const sqliteDialect: Dialect = Object.freeze<Dialect>({
  name: 'sqlite',
  options: ['busyTimeoutMs'],
  types: { key: 'TEXT', text: 'TEXT', longText: 'TEXT', flag: 'INTEGER', time: 'INTEGER' },
  tableOptions: '',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  fold: (name) => name.toLowerCase(),
  bind(value, params) {
    params.push(value)
    return '?'
  },
  id: (column) => sql`CAST(${column} AS TEXT)`,
  decodeId: String,
  same: (column, value) => sql`CAST(${column} AS TEXT) COLLATE BINARY = ${value}`,
  flag: asItIs,
  time: asItIs,
  guard: [],
  values: (values) => sql`VALUES (${values})`,
  unlessThere: (key) => sql` ON CONFLICT (${key}) DO NOTHING`,
  afterWrite: [],
  columnsOf: (_, table) => raw(`PRAGMA table_info(${sqliteDialect.quote(table)})`),
  isMissing: (error) =>
    error instanceof Error && /^no such (?:table|column): |^table .* has no column named /s.test(error.message),
})
