import type { Dialect, Outcome } from './dialect.ts'
import { type Fragment, raw } from './fragment.ts'
import type { Layout } from './layout.ts'
import { schemaStatements } from './schema.ts'

type Execute = (statement: Fragment) => Promise<Outcome>

/** Makes the function that runs the missing parts of the schema and then checks that all of it exists. */
export function createMigrate(execute: Execute, dialect: Dialect, layout: Layout): () => Promise<void> {
  const readColumns = async () => {
    const { rows } = await execute(dialect.columnsOf(layout.schema, layout.table))
    return new Set(rows.map((row) => dialect.fold(String(row['name']))))
  }
  return async () => {
    const before = await readColumns()
    let failure: unknown
    for (const { text, column } of schemaStatements(layout, dialect)) {
      if (column === null ? before.size > 0 : before.has(dialect.fold(column))) continue
      try {
        await execute(raw(text))
      } catch (error) {
        // Another process may do the same at the same time, so the state afterwards decides.
        failure ??= error
      }
    }
    const fault = describeMissing(layout, dialect, await readColumns())
    if (fault !== null) throw new Error(fault, { cause: failure })
  }
}

function describeMissing(layout: Layout, dialect: Dialect, present: ReadonlySet<string>): string | null {
  if (present.size === 0) return `the table "${layout.table}" is missing and could not be made`
  const { userId, revision, sealed, enabled, updatedAt } = layout
  const missing = [userId, revision, sealed, enabled, updatedAt].filter(
    (column) => column !== null && !present.has(dialect.fold(column)),
  )
  if (missing.length === 0) return null
  const names = missing.map((column) => `"${column}"`).join(', ')
  return `the table "${layout.table}" has no column ${names}: add what schema() says, or name the columns that are there`
}
