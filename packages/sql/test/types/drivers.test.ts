/** The rule guarded here: the handles of three drivers fit as their types come, and asynchronous ones do not. */
import type { Storage } from '@latchkey/core'
import type BetterSqlite3 from 'better-sqlite3'
import type Libsql from 'libsql'
import { expect, expectTypeOf, test } from 'vitest'
import { type DialectName, type SqliteDatabase, type SqlStorage, schema, sqliteStorage } from '../../src/index.ts'

/** The part of `DatabaseSync` in @types/node 24 that matters here. */
type SQLInputValue = null | number | bigint | string | NodeJS.ArrayBufferView
interface StatementSync {
  all(
    namedParameters: Record<string, SQLInputValue>,
    ...anonymousParameters: SQLInputValue[]
  ): Record<string, unknown>[]
  all(...anonymousParameters: SQLInputValue[]): Record<string, unknown>[]
  run(
    namedParameters: Record<string, SQLInputValue>,
    ...anonymousParameters: SQLInputValue[]
  ): { changes: number | bigint; lastInsertRowid: number | bigint }
  run(...anonymousParameters: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint }
  setReadBigInts(enabled: boolean): void
}
interface DatabaseSync {
  readonly isOpen: boolean
  readonly isTransaction: boolean
  exec(sql: string): void
  prepare(sql: string): StatementSync
}

interface AsyncDatabase {
  exec(sql: string): Promise<void>
  prepare(sql: string): Promise<StatementSync>
}

test('handles that fit', () => {
  expectTypeOf<Libsql.Database>().toExtend<SqliteDatabase>()
  expectTypeOf<BetterSqlite3.Database>().toExtend<SqliteDatabase>()
  expectTypeOf<DatabaseSync>().toExtend<SqliteDatabase>()
})

test('handles that do not', () => {
  expectTypeOf<AsyncDatabase>().not.toExtend<SqliteDatabase>()
  expectTypeOf<string>().not.toExtend<SqliteDatabase>()
})

test('the storage is one of core, with migrate()', () => {
  expectTypeOf(sqliteStorage).returns.toEqualTypeOf<SqlStorage>()
  expectTypeOf<SqlStorage>().toExtend<Storage>()
  expectTypeOf<SqlStorage['migrate']>().returns.toEqualTypeOf<Promise<void>>()
  expectTypeOf(schema).returns.toBeString()
  expectTypeOf<DialectName>().toEqualTypeOf<'sqlite'>()
})

test('options that do not fit', () => {
  // @ts-expect-error: not a dialect
  expect(() => schema('oracle')).toThrow('database')
  // @ts-expect-error: the key cannot be left out
  expect(() => schema('sqlite', { columns: { userId: null } })).toThrow('columns.userId')
  // @ts-expect-error: misspelt
  expect(() => schema('sqlite', { tabel: 'x' })).toThrow('tabel')
  // @ts-expect-error: nobody's rows
  expect(() => schema('sqlite', { rows: 'mine' })).toThrow('rows')
})
