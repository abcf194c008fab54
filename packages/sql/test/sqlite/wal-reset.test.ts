/** The threat: SQLite itself loses what was committed, in a version that an app took from its driver without a thought. */
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest'
import type { SqliteDatabase } from '../../src/index.ts'
import { hasWalResetBug } from '../../src/sqlite/wal-reset.ts'
import { DatabaseFile, drivers, firstValue, libsql } from './drivers.ts'

test.each([
  ['3.7.0', true],
  ['3.44.5', true],
  ['3.44.6', false],
  ['3.45.0', true],
  ['3.45.1', true],
  ['3.50.4', true],
  ['3.50.6', true],
  ['3.50.7', false],
  ['3.51.0', true],
  ['3.51.2', true],
  ['3.51.3', false],
  ['3.52.0', false],
  ['3.53.4', false],
  ['4.0.0', false],
])('SQLite %s has the bug: %s', (version, has) => {
  expect(hasWalResetBug(version)).toBe(has)
})

describe('sqliteStorage', () => {
  let warnings: MockInstance
  let create: typeof import('../../src/index.ts').sqliteStorage
  beforeEach(async () => {
    warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    vi.resetModules()
    create = (await import('../../src/index.ts')).sqliteStorage
  })
  afterEach(() => warnings.mockRestore())

  const ofOurs = () => warnings.mock.calls.filter(([, options]) => options?.code === 'LATCHKEY_SQLITE_WAL_RESET')

  /** A handle that claims this version. */
  function claiming(version: string, handle: SqliteDatabase): SqliteDatabase {
    return {
      exec: (text) => handle.exec(text),
      prepare: (text) =>
        text.includes('sqlite_version')
          ? { all: () => [{ version }], run: () => ({ changes: 0 }) }
          : handle.prepare(text),
    }
  }

  test('warns once in a process, names the version, and says what to use', () => {
    const file = new DatabaseFile()
    create(claiming('3.45.1', file.open()))
    create(claiming('3.45.1', file.open()))
    expect(ofOurs()).toEqual([
      [expect.stringMatching(/3\.51\.3 or later.*node:sqlite.*bundles SQLite 3\.45\.1/), expect.anything()],
    ])
    file.dispose()
  })

  test('does not warn of a version that is fixed, nor of a database in memory, which has no log', () => {
    const file = new DatabaseFile()
    create(claiming('3.51.3', file.open()))
    create(claiming('3.45.1', libsql.open(':memory:')))
    expect(ofOurs()).toEqual([])
    file.dispose()
  })

  test.each(drivers.filter(({ unavailable }) => unavailable === null))('asks the SQLite of $name', (driver) => {
    const file = new DatabaseFile(driver)
    const handle = file.open()
    create(handle)
    const version = String(firstValue(handle, 'SELECT sqlite_version()'))
    expect(ofOurs()).toHaveLength(hasWalResetBug(version) ? 1 : 0)
    file.dispose()
  })
})
