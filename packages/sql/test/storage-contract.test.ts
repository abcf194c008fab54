/** The rule guarded here: on every driver, wherever and under whatever names the records are kept, the contract holds. */
import { type StorageContractOptions, storageContract } from '@latchkey/testing'
import { describe, expect, test } from 'vitest'
import { type SqlStorage, type SqlStorageOptions, sqliteStorage } from '../src/index.ts'
import { DatabaseFile, type Driver, drivers, type Handle, titleOf } from './drivers.ts'

interface Subject {
  readonly storage: SqlStorage
  readonly handle: Handle
  readonly file: DatabaseFile | null
}

type Contract = StorageContractOptions<Subject>

interface Variant {
  readonly name: string
  readonly options: SqlStorageOptions
  /** The host's users table, where rows are the host's. */
  readonly users?: string
  readonly contract?: Partial<Contract>
}

const numbers = ['1', '2', '10', '-1', '0', '9007199254740992', '9007199254740993', '9223372036854775807']

const variants: readonly Variant[] = [
  { name: 'a table of its own', options: {} },
  {
    name: 'a table of its own under awkward names',
    options: {
      table: 'Mfa "records"; --',
      columns: { userId: 'select', revision: 'a.b', sealed: "o'c", enabled: '?', updatedAt: '$1' },
    },
  },
  {
    name: 'a table of its own without the columns for reports',
    options: { columns: { enabled: null, updatedAt: null } },
  },
  {
    name: 'two columns of a users table with text ids',
    options: { table: 'users', rows: 'host' },
    users: 'CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT)',
  },
  {
    name: 'four columns of a users table with integer ids',
    options: { table: 'users', rows: 'host', columns: { enabled: 'has_mfa', updatedAt: 'mfa_updated_at' } },
    users: 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)',
    contract: { userId: (n) => String(n + 1), oddUserIds: numbers },
  },
]

async function open(driver: Driver, place: 'file' | 'memory', variant: Variant): Promise<Subject> {
  const file = place === 'file' ? new DatabaseFile(driver) : null
  const handle = file?.open() ?? driver.open(':memory:')
  if (variant.users !== undefined) handle.exec(variant.users)
  const storage = sqliteStorage(handle, variant.options)
  await storage.migrate()
  return { storage, handle, file }
}

function contractOf(driver: Driver, place: 'file' | 'memory', variant: Variant): Contract {
  const addUser: Contract['addUser'] = ({ handle }, userId) => {
    // Not with run(): it tells the number of the row, and node:sqlite throws where that is beyond 2^53.
    handle.prepare('INSERT INTO users (id) VALUES (?) ON CONFLICT DO NOTHING RETURNING 1').all(userId)
  }
  return {
    create: () => open(driver, place, variant),
    reopen:
      place === 'memory' ? undefined : ({ file }) => sqliteStorage((file as DatabaseFile).open(), variant.options),
    addUser: variant.users === undefined ? undefined : addUser,
    close: ({ file, handle }) => (file === null ? void handle.close() : file.dispose()),
    ...variant.contract,
  }
}

// Every variant in memory; in a file, where each write waits for the disk, the two that differ most.
const everyPlace = drivers.flatMap((driver) => [
  ...variants.map((variant) => ({ driver, variant, place: 'memory' as const })),
  ...[...variants.slice(0, 1), ...variants.slice(-1)].map((variant) => ({ driver, variant, place: 'file' as const })),
])
/** Milliseconds; a disk may take ten for each of some hundred writes. */
const timeout = 60_000

for (const { driver, variant, place } of everyPlace) {
  describe.skipIf(driver.unavailable !== null)(`${titleOf(driver)}: ${variant.name}, in ${place}`, () => {
    const cases = storageContract(contractOf(driver, place, variant)).map(({ name, run }) => [name, run] as const)
    test.each(cases)('%s', { timeout }, async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
}
