/** The rule guarded here: the drivers' handles fit as their types come, and those that would answer otherwise do not. */
import type { PGlite, Transaction } from '@electric-sql/pglite'
import type { Storage } from '@latchkey/core'
import type BetterSqlite3 from 'better-sqlite3'
import type { drizzle as drizzleMysql } from 'drizzle-orm/mysql2'
import type { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres'
import type Libsql from 'libsql'
import type * as mariadb from 'mariadb'
import type * as callbackMariadb from 'mariadb/callback'
import type mysql from 'mysql2'
import type promised from 'mysql2/promise'
import type pg from 'pg'
import type postgres from 'postgres'
import { expect, expectTypeOf, test } from 'vitest'
import {
  type DialectName,
  type MysqlClient,
  mysqlStorage,
  type PostgresClient,
  postgresStorage,
  type SqliteDatabase,
  type SqlStorage,
  schema,
  sqliteStorage,
} from '../../src/index.ts'

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

test('handles of SQLite that fit', () => {
  expectTypeOf<Libsql.Database>().toExtend<SqliteDatabase>()
  expectTypeOf<BetterSqlite3.Database>().toExtend<SqliteDatabase>()
  expectTypeOf<DatabaseSync>().toExtend<SqliteDatabase>()
})

test('handles that do not', () => {
  expectTypeOf<AsyncDatabase>().not.toExtend<SqliteDatabase>()
  expectTypeOf<string>().not.toExtend<SqliteDatabase>()
})

test('clients of PostgreSQL', () => {
  expectTypeOf<pg.Pool>().toExtend<PostgresClient>()
  expectTypeOf<pg.Client>().toExtend<PostgresClient>()
  expectTypeOf<pg.PoolClient>().toExtend<PostgresClient>()
  expectTypeOf<PGlite>().toExtend<PostgresClient>()
  expectTypeOf<Transaction>().toExtend<PostgresClient>()
  expectTypeOf<postgres.Sql>().toExtend<PostgresClient>()
  expectTypeOf<postgres.TransactionSql>().toExtend<PostgresClient>()
  expectTypeOf<ReturnType<typeof drizzlePostgres>['$client']>().toExtend<PostgresClient>()
  expectTypeOf<SqliteDatabase>().not.toExtend<PostgresClient>()
  expectTypeOf<string>().not.toExtend<PostgresClient>()
  expectTypeOf<() => Promise<number>>().not.toExtend<PostgresClient>()
})

test('clients of MySQL', () => {
  expectTypeOf<promised.Pool>().toExtend<MysqlClient>()
  expectTypeOf<promised.PoolConnection>().toExtend<MysqlClient>()
  expectTypeOf<promised.Connection>().toExtend<MysqlClient>()
  expectTypeOf<mysql.Pool>().toExtend<MysqlClient>()
  expectTypeOf<mysql.Connection>().toExtend<MysqlClient>()
  expectTypeOf<mysql.PoolConnection>().toExtend<MysqlClient>()
  expectTypeOf<mariadb.Pool>().toExtend<MysqlClient>()
  expectTypeOf<mariadb.PoolConnection>().toExtend<MysqlClient>()
  expectTypeOf<mariadb.Connection>().toExtend<MysqlClient>()
  expectTypeOf<ReturnType<typeof drizzleMysql>['$client']>().toExtend<MysqlClient>()
  expectTypeOf<callbackMariadb.Pool>().not.toExtend<MysqlClient>()
  expectTypeOf<SqliteDatabase>().not.toExtend<MysqlClient>()
  expectTypeOf<string>().not.toExtend<MysqlClient>()
})

test('the storage is one of core, with migrate()', () => {
  expectTypeOf(sqliteStorage).returns.toEqualTypeOf<SqlStorage>()
  expectTypeOf(postgresStorage).returns.toEqualTypeOf<SqlStorage>()
  expectTypeOf(mysqlStorage).returns.toEqualTypeOf<SqlStorage>()
  expectTypeOf<SqlStorage>().toExtend<Storage>()
  expectTypeOf<SqlStorage['migrate']>().returns.toEqualTypeOf<Promise<void>>()
  expectTypeOf(schema).returns.toBeString()
  expectTypeOf<DialectName>().toEqualTypeOf<'sqlite' | 'postgres' | 'mysql'>()
})

test('options that do not fit', () => {
  // @ts-expect-error: not a dialect
  expect(() => schema('oracle')).toThrow('database')
  // @ts-expect-error: the key cannot be left out
  expect(() => schema('sqlite', { columns: { userId: null } })).toThrow('columns.userId')
  // @ts-expect-error: misspelled
  expect(() => schema('sqlite', { tabel: 'x' })).toThrow('tabel')
  // @ts-expect-error: nobody's rows
  expect(() => schema('sqlite', { rows: 'mine' })).toThrow('rows')
})
