import type { Dialect } from '../dialect.ts'
import { sql } from '../fragment.ts'

/** SQLite and what speaks like it. */
export const sqliteDialect: Dialect = Object.freeze<Dialect>({
  name: 'sqlite',
  types: { key: 'TEXT', text: 'TEXT', flag: 'INTEGER', time: 'INTEGER' },
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  placeholder: () => '?',
  asText: (column) => sql`CAST(${column} AS TEXT)`,
  same: (column, value) => sql`CAST(${column} AS TEXT) COLLATE BINARY = ${value}`,
  unlessThere: (key) => sql`ON CONFLICT (${key}) DO NOTHING`,
  columnsOf: (table) => sql`SELECT name AS "name" FROM pragma_table_info(${table})`,
  isMissing: (error) =>
    error instanceof Error && /^no such (?:table|column): |^table .* has no column named /s.test(error.message),
})
