import type { Dialect } from '../dialect.ts'
import { errorCodes } from '../error-codes.ts'
import { sql } from '../fragment.ts'

/** SQLSTATE: undefined_table, undefined_column, invalid_schema_name. */
const missing = ['42P01', '42703', '3F000']

/**
 * PostgreSQL and databases that speak like it. A parameter has a cast, so that no driver needs to guess its type. The
 * parameter that is compared with the key has none, since it takes the type of the host's column.
 */
export const postgresDialect: Dialect = Object.freeze<Dialect>({
  name: 'postgres',
  options: ['schema'],
  types: { key: 'text COLLATE "C"', text: 'text', longText: 'text', flag: 'boolean', time: 'timestamptz(3)' },
  tableOptions: '',
  quote: (name) => `"${name.replaceAll('"', '""')}"`,
  fold: (name) => name,
  bind: (value, params) => `$${params.push(value)}`,
  id: (column) => sql`${column}::text`,
  decodeId: String,
  same: (column, value) => sql`${column}::text COLLATE "C" = ${value}::text`,
  flag: { write: (value) => sql`(${value}::int = 1)`, read: (column) => sql`${column}::int::text` },
  time: {
    write: (value) => sql`to_timestamp(${value}::bigint / 1000.0)`,
    read: (column) => sql`round(extract(epoch FROM ${column}) * 1000)::bigint::text`,
  },
  guard: [],
  values: (values) => sql`VALUES (${values})`,
  unlessThere: (key) => sql` ON CONFLICT (${key}) DO NOTHING`,
  // A row for each row that was written. If the host does not wait for the disk, this one commit does.
  afterWrite: sql` RETURNING set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END, true)`,
  columnsOf: (schema, table) => {
    const name = [schema, table].flatMap((part) => (part === null ? [] : [postgresDialect.quote(part)])).join('.')
    return sql`SELECT attname::text AS "name" FROM pg_attribute WHERE attrelid = to_regclass(${name}::text) AND attnum > 0 AND NOT attisdropped`
  },
  isMissing: (error) => errorCodes(error).some((code) => missing.includes(code)),
})
