import type { Dialect, DialectName } from './dialect.ts'
import { type Layout, quoteTable, resolveLayout, type ServerStorageOptions } from './layout.ts'
import { mysqlDialect } from './mysql/dialect.ts'
import { postgresDialect } from './postgres/dialect.ts'
import { sqliteDialect } from './sqlite/dialect.ts'

/** A statement, and the column that it adds; `null` if it makes the table. */
export interface SchemaStatement {
  readonly text: string
  readonly column: string | null
}

const dialects: Readonly<Record<DialectName, Dialect>> = {
  sqlite: sqliteDialect,
  postgres: postgresDialect,
  mysql: mysqlDialect,
}

/**
 * Returns the SQL that makes room for the records, for a host that keeps its own migrations. Pass it the options of the
 * storage. If rows are Latchkey's own, it is one `CREATE TABLE IF NOT EXISTS`. If they are the host's, it is one
 * `ALTER TABLE … ADD COLUMN` for each column, which you run once.
 *
 * @throws TypeError that names the option and says what would be right
 */
export function schema(database: DialectName, options: ServerStorageOptions = {}): string {
  if (!Object.hasOwn(dialects, database)) {
    throw new TypeError(`database must be one of ${Object.keys(dialects).join(', ')}`)
  }
  const dialect = dialects[database]
  const statements = schemaStatements(resolveLayout(options, dialect), dialect)
  return statements.map(({ text }) => `${text};\n`).join('')
}

/** The schema, statement by statement. */
export function schemaStatements(layout: Layout, dialect: Dialect): readonly SchemaStatement[] {
  const { quote, types, tableOptions } = dialect
  const table = quoteTable(layout, dialect)
  const columns = ourColumns(layout, dialect)
  if (layout.rows === 'host') {
    return columns.map(([column, type]) => ({
      text: `ALTER TABLE ${table} ADD COLUMN ${quote(column)} ${type}`,
      column,
    }))
  }
  const lines = [
    `${quote(layout.userId)} ${types.key} NOT NULL PRIMARY KEY`,
    ...columns.map(([column, type]) => `${quote(column)} ${type} NOT NULL`),
  ]
  const text = `CREATE TABLE IF NOT EXISTS ${table} (\n  ${lines.join(',\n  ')}\n)${tableOptions}`
  return [{ text, column: null }]
}

function ourColumns(layout: Layout, { types }: Dialect): readonly (readonly [name: string, type: string])[] {
  const columns: readonly (readonly [string | null, string])[] = [
    [layout.revision, types.text],
    [layout.sealed, types.longText],
    [layout.enabled, types.flag],
    [layout.updatedAt, types.time],
  ]
  return columns.filter((column): column is [string, string] => column[0] !== null)
}
