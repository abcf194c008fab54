import type { StoredRecord } from '@latchkey/core'
import type { Dialect } from './dialect.ts'
import { type Fragment, join, raw, sql } from './fragment.ts'
import { type Layout, quoteTable } from './layout.ts'
import { toCells } from './row.ts'

/** Everything a storage asks of the database in daily work: one statement for each act, and no second one behind it. */
export interface Statements {
  /** Gives `revision`, `sealed`, `enabled` and `updated`. */
  get(userId: string): Fragment
  /** Writes if there is no record yet. Changes one row or none. */
  create(userId: string, next: StoredRecord): Fragment
  /** Writes if the revision is still the expected one. Changes one row or none. */
  update(userId: string, next: StoredRecord, expected: string): Fragment
  /** Removes the record if the revision is still the expected one. Changes one row or none. */
  delete(userId: string, expected: string): Fragment
  /** At most `limit` ids as `id`: those after `last`, in the order of the key. */
  page(last: string | null, limit: number): Fragment
}

/** The statements for our own table, or for our columns in a table of the host. */
export function createStatements(layout: Layout, dialect: Dialect): Statements {
  const terms = createTerms(layout, dialect)
  return { ...sharedStatements(terms), ...(layout.rows === 'own' ? ownRows(terms) : hostRows(terms)) }
}

type Terms = ReturnType<typeof createTerms>

/** What statements are made of. */
function createTerms(layout: Layout, dialect: Dialect) {
  const name = (of: string) => raw(dialect.quote(of))
  const table = raw(quoteTable(layout, dialect))
  // With the table in front a missing column is an error: SQLite may read a lone "name" as a string.
  const column = (of: string) => sql`${table}.${name(of)}`
  const key = column(layout.userId)
  return {
    layout,
    dialect,
    name,
    table,
    column,
    key,
    revision: column(layout.revision),
    // The first half finds the row by its index. The second tells `1` from `01`, which are the same to an INTEGER
    // column.
    isUser: (userId: string) => sql`${key} = ${userId} AND ${dialect.same(key, userId)}${dialect.guard}`,
    isRevision: (expected: string) => dialect.same(column(layout.revision), expected),
    assign: (next: StoredRecord) => {
      const cells = toCells(layout, dialect, next)
      return join(
        cells.map(([of, value]) => sql`${name(of)} = ${value}`),
        ', ',
      )
    },
  }
}

function sharedStatements(terms: Terms): Pick<Statements, 'get' | 'update' | 'page'> {
  const { dialect, name, table, key, revision, isUser, isRevision, assign } = terms
  return {
    get: (userId) => sql`SELECT ${selection(terms)} FROM ${table} WHERE ${isUser(userId)} AND ${revision} IS NOT NULL`,
    update: (userId, next, expected) =>
      sql`UPDATE ${table} SET ${assign(next)} WHERE ${isUser(userId)} AND ${isRevision(expected)}${dialect.afterWrite}`,
    page: (last, limit) => {
      const after = last === null ? sql`${key} IS NOT NULL` : sql`${key} > ${last}`
      const id = sql`${dialect.id(key)} AS ${name('id')}`
      return sql`SELECT ${id} FROM ${table} WHERE ${after} AND ${revision} IS NOT NULL${dialect.guard} ORDER BY ${key} LIMIT ${limit}`
    },
  }
}

/** Rows that Latchkey inserts and deletes. */
function ownRows({ layout, dialect, name, table, isUser, isRevision }: Terms): Pick<Statements, 'create' | 'delete'> {
  return {
    create: (userId, next) => {
      const cells = [[layout.userId, sql`${userId}`] as const, ...toCells(layout, dialect, next)]
      const columns = join(
        cells.map(([of]) => name(of)),
        ', ',
      )
      const values = join(
        cells.map(([, value]) => value),
        ', ',
      )
      return sql`INSERT INTO ${table} (${columns}) ${dialect.values(values)}${dialect.unlessThere(name(layout.userId))}${dialect.afterWrite}`
    },
    delete: (userId, expected) =>
      sql`DELETE FROM ${table} WHERE ${isUser(userId)} AND ${isRevision(expected)}${dialect.afterWrite}`,
  }
}

/** The host's rows, of which only Latchkey's columns are written. */
function hostRows({
  layout,
  dialect,
  name,
  table,
  revision,
  isUser,
  isRevision,
  assign,
}: Terms): Pick<Statements, 'create' | 'delete'> {
  const columns = [layout.revision, layout.sealed, layout.enabled, layout.updatedAt].filter((of) => of !== null)
  const cleared = join(
    columns.map((of) => sql`${name(of)} = NULL`),
    ', ',
  )
  return {
    create: (userId, next) =>
      sql`UPDATE ${table} SET ${assign(next)} WHERE ${isUser(userId)} AND ${revision} IS NULL${dialect.afterWrite}`,
    delete: (userId, expected) =>
      sql`UPDATE ${table} SET ${cleared} WHERE ${isUser(userId)} AND ${isRevision(expected)}${dialect.afterWrite}`,
  }
}

/** Our columns under names that do not depend on the host's; single words, which no client turns into camel case. */
function selection({ layout, dialect, name, column }: Terms): Fragment {
  const { flag, time } = dialect
  const columns = [
    sql`${column(layout.revision)} AS ${name('revision')}`,
    sql`${column(layout.sealed)} AS ${name('sealed')}`,
    ...(layout.enabled === null ? [] : [sql`${flag.read(column(layout.enabled))} AS ${name('enabled')}`]),
    ...(layout.updatedAt === null ? [] : [sql`${time.read(column(layout.updatedAt))} AS ${name('updated')}`]),
  ]
  return join(columns, ', ')
}
