import type { Awaitable } from '@latchkey/core'
import { type StorageContractOptions, storageContract } from '@latchkey/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DialectName, ServerStorageOptions, SqlStorage } from '../src/index.ts'
import { addUser, type Database, type Driver, quoted, titleOf } from './database.ts'

type Ids = Pick<StorageContractOptions, 'userId' | 'oddUserIds'>

/** Where records are kept, and under which names. */
export interface Variant {
  readonly name: string
  readonly options: ServerStorageOptions
  /** The host's users table, if rows are the host's. */
  readonly users?: string
  /** The ids that such a table takes, if they are not just any text. */
  readonly ids?: Ids
}

interface Subject {
  readonly storage: SqlStorage
}

/** A table of Latchkey's own. */
export const ownTable: Variant = { name: 'its own table', options: {} }

/** Other forms of a table of Latchkey's own. */
export const otherOwnTables: readonly Variant[] = [
  {
    name: 'its own table under awkward names',
    options: {
      table: 'Mfa "records"; --',
      columns: { userId: 'select', revision: 'a.b', sealed: "o'c", enabled: '?', updatedAt: '$1' },
    },
  },
  {
    name: 'its own table without the columns for reports',
    options: { columns: { enabled: null, updatedAt: null } },
  },
]

/** Two columns of a users table. */
export function usersTable(idType: string, rest: Partial<Variant> = {}): Variant {
  return {
    name: `two columns of a users table with ids of ${idType}`,
    options: { table: 'users', rows: 'host' },
    users: `CREATE TABLE users (id ${idType} PRIMARY KEY, name TEXT)`,
    ...rest,
  }
}

const numbers = ['1', '2', '10', '-1', '0', '9007199254740992', '9007199254740993', '9223372036854775807']

/** Four columns of a users table. */
export function integerUsers(idType: string): Variant {
  return usersTable(idType, {
    name: `four columns of a users table with ids of ${idType}`,
    options: { table: 'users', rows: 'host', columns: { enabled: 'has_mfa', updatedAt: 'mfa_updated_at' } },
    ids: { userId: (n) => String(n + 1), oddUserIds: numbers },
  })
}

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Ids for a column of UUIDs. */
export const uuids: Ids = {
  userId: uuid,
  oddUserIds: [...[1, 2, 10].map(uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
}

/** The storage contract as tests, on one database that is cleared for each case. */
export function describeContract(driver: Driver, variant: Variant): void {
  describe.skipIf(driver.unavailable !== null)(`${titleOf(driver)}: ${variant.name}`, () => {
    let database: Database
    let storages: readonly SqlStorage[]
    beforeAll(async () => {
      database = await driver.create()
      const { schema } = variant.options
      if (schema !== undefined) await database.run(`CREATE SCHEMA ${quoted(driver.dialect, schema)}`)
      if (variant.users !== undefined) await database.run(variant.users)
      storages = [await database.storage(variant.options), await database.storage(variant.options)]
      await storages[0]?.migrate()
    })
    afterAll(() => database.dispose())

    const makeUser = async (_: Subject, userId: string) => {
      await database.run(addUser[driver.dialect], [userId])
    }
    const options: StorageContractOptions<Subject> = {
      async create() {
        await database.run(`DELETE FROM ${tableOf(variant.options, driver.dialect)}`)
        return { storage: storages[0] as SqlStorage }
      },
      reopen: driver.isInside ? undefined : () => storages[1] as SqlStorage,
      holdLock: driver.isInside ? undefined : () => holdLock(database, tableOf(variant.options, driver.dialect)),
      addUser: variant.users === undefined ? undefined : makeUser,
      ...variant.ids,
    }
    const cases = storageContract(options).map(({ name, run }) => [name, run] as const)
    test.each(cases)('%s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
}

function holdLock(database: Database, table: string): Awaitable<() => Awaitable<unknown>> {
  if (database.holdLock === undefined) throw new Error('this database has no lock to hold')
  return database.holdLock(table)
}

function tableOf({ schema, table = 'latchkey_records' }: ServerStorageOptions, dialect: DialectName): string {
  const names = [schema, table].flatMap((name) => (name === undefined ? [] : [quoted(dialect, name)]))
  return names.join('.')
}
