/** The rule guarded here: a bad option is found when the storage is built, by name, and before the database is touched. */
import { describe, expect, test } from 'vitest'
import {
  mysqlStorage,
  postgresStorage,
  type ServerStorageOptions,
  type SqliteStorageOptions,
  schema,
  sqliteStorage,
} from '../src/index.ts'
import { libsql } from './sqlite/drivers.ts'

const badNames = {
  empty: '',
  'with NUL': 'a\0b',
  'with half a character': 'a\ud800',
  'no string': 1,
  null: null,
} as const

const cases: [string, unknown, RegExp][] = [
  ['an unknown option', { tabel: 'x' }, /^unknown option "tabel" \(known: table, columns, rows, \w+\)$/],
  [
    'an unknown column',
    { columns: { user_id: 'x' } },
    /^columns: unknown option "user_id" \(known: userId, revision, sealed, enabled, updatedAt\)$/,
  ],
  ['columns that are no object', { columns: 'x' }, /^columns must be an object/],
  ['rows of somebody else', { rows: 'mine' }, /^rows must be 'own' or 'host'/],
  ['a users table without its name', { rows: 'host' }, /^table must be a name/],
  ['a column twice', { columns: { sealed: 'x', revision: 'x' } }, /^columns\.sealed must have its own column/],
  ['a column twice in another case', { columns: { enabled: 'USER_ID' } }, /^columns\.enabled must have its own column/],
  ['a default column twice', { columns: { userId: 'sealed' } }, /^columns\.sealed must have its own column/],
]
for (const [kind, name] of Object.entries(badNames)) {
  cases.push([`a table's name ${kind}`, { table: name }, /^table must be a name/])
  for (const column of ['userId', 'revision', 'sealed', 'enabled', 'updatedAt']) {
    if (name === null && (column === 'enabled' || column === 'updatedAt')) continue
    cases.push([
      `${column}'s name ${kind}`,
      { columns: { [column]: name } },
      new RegExp(`^columns\\.${column} must be a name`),
    ])
  }
}
const serverCases: typeof cases = [
  ...cases,
  ...Object.entries(badNames).map(([kind, name]): (typeof cases)[number] => [
    `a schema's name ${kind}`,
    { schema: name },
    /^schema must be a name/,
  ]),
  ['options that are no object', null, /^options must be an object/],
  [
    'an option of another storage',
    { busyTimeoutMs: 1 },
    /^unknown option "busyTimeoutMs" \(known: table, columns, rows, \w+\)$/,
  ],
]

function notAsked(): never {
  throw new Error('the database was asked')
}

describe('refused by sqliteStorage and schema', () => {
  test.each([
    ...cases,
    [
      'an option of the others',
      { schema: 'x' },
      /^unknown option "schema" \(known: table, columns, rows, \w+\)$/,
    ] as const,
  ])('%s', (_, options, message) => {
    const handle = libsql.open(':memory:')
    handle.exec('PRAGMA busy_timeout = 0')
    const build = () => sqliteStorage(handle, options as SqliteStorageOptions)
    expect(build).toThrow(TypeError)
    expect(build).toThrow(message)
    expect(() => schema('sqlite', options as ServerStorageOptions)).toThrow(message)
    expect(handle.prepare('PRAGMA busy_timeout').all()).toEqual([{ timeout: 0 }])
  })
})

describe.each(['postgres', 'mysql'] as const)('refused by the storage for %s and schema', (dialect) => {
  test.each(serverCases)('%s', (_, given, message) => {
    const options = given as ServerStorageOptions
    const build = () => (dialect === 'mysql' ? mysqlStorage(notAsked, options) : postgresStorage(notAsked, options))
    expect(build).toThrow(TypeError)
    expect(build).toThrow(message)
    expect(() => schema(dialect, options)).toThrow(message)
  })
})

test.each([-1, Number.NaN, Number.POSITIVE_INFINITY, '5', null])('refused as busyTimeoutMs: %s', (busyTimeoutMs) => {
  const build = () => sqliteStorage(libsql.open(':memory:'), { busyTimeoutMs: busyTimeoutMs as number })
  expect(build).toThrow(/^busyTimeoutMs must be a number of milliseconds/)
})

describe('refused as a database', () => {
  test.each([undefined, null, 'app.db', {}, { prepare: () => undefined }])('%o', (database) => {
    expect(() => sqliteStorage(database as never)).toThrow(/^database must be an open, synchronous handle/)
  })

  test('a handle that answers later', () => {
    const later = { exec: async () => undefined, prepare: async () => undefined }
    expect(() => sqliteStorage(later as never)).toThrow(/^database must be an open, synchronous handle/)
  })
})

test.each([undefined, null, 'postgres://localhost/app', {}, { query: 'SELECT 1' }])(
  'refused as a client: %o',
  (client) => {
    expect(() => postgresStorage(client as never)).toThrow(/^client must be a pool or client of pg/)
    expect(() => mysqlStorage(client as never)).toThrow(/^client must be a pool or connection of mysql2/)
  },
)

test('options that are undefined are those left out', () => {
  const columns = { userId: undefined, enabled: undefined }
  expect(schema('sqlite', { table: undefined, rows: undefined, columns })).toBe(schema('sqlite'))
  expect(schema('postgres', { schema: undefined })).toBe(schema('postgres'))
})

test('schema takes the options of the storage as they are', () => {
  const options: SqliteStorageOptions = { table: 'x', busyTimeoutMs: 1 }
  expect(schema('sqlite', options)).toBe(schema('sqlite', { table: 'x' }))
})
