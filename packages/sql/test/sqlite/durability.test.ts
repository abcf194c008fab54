/** The rule guarded here: what was acknowledged is on the disk, or the storage does not start. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SqliteDatabase, sqliteStorage } from '../../src/index.ts'
import { titleOf } from '../database.ts'
import { DatabaseFile, drivers, firstValue, type Handle, libsql } from './drivers.ts'

for (const driver of drivers) {
  describe.skipIf(driver.unavailable !== null)(`settings on ${titleOf(driver)}`, () => {
    let file: DatabaseFile
    let handle: Handle
    beforeEach(() => {
      file = new DatabaseFile(driver)
      handle = file.open()
    })
    afterEach(() => file.dispose())

    test('are WAL, FULL and a wait of ten milliseconds', () => {
      handle.exec('PRAGMA synchronous = OFF')
      handle.exec('PRAGMA busy_timeout = 0')
      sqliteStorage(handle)
      expect(firstValue(handle, 'PRAGMA journal_mode')).toBe('wal')
      expect(firstValue(handle, 'PRAGMA synchronous')).toBe(2)
      expect(firstValue(handle, 'PRAGMA busy_timeout')).toBe(10)
    })

    test('of the host that are as good or better stay', () => {
      handle.exec('PRAGMA synchronous = EXTRA')
      handle.exec('PRAGMA busy_timeout = 70')
      sqliteStorage(handle)
      expect(firstValue(handle, 'PRAGMA synchronous')).toBe(3)
      expect(firstValue(handle, 'PRAGMA busy_timeout')).toBe(70)
    })

    test('hold for a database in memory as far as they can', () => {
      const memory = driver.open(':memory:')
      sqliteStorage(memory)
      expect(firstValue(memory, 'PRAGMA journal_mode')).toBe('memory')
      memory.close()
    })
  })
}

describe('it does not start', () => {
  test('inside a transaction, where SQLite keeps its journal', () => {
    const file = new DatabaseFile()
    const handle = file.open()
    handle.exec('BEGIN; CREATE TABLE t (x)')
    expect(() => sqliteStorage(handle)).toThrow(/journal_mode|transaction/)
    file.dispose()
  })

  /** A handle on which some settings do not take, as on a network drive. */
  function stubborn(handle: Handle, ignored: RegExp): SqliteDatabase {
    return {
      exec: (text) => (ignored.test(text) ? undefined : handle.exec(text)),
      prepare: (text) => handle.prepare(text),
    }
  }

  test.each(['DELETE', 'TRUNCATE', 'MEMORY', 'OFF'])('if a file stays in journal mode %s', (mode) => {
    const file = new DatabaseFile()
    const handle = file.open()
    handle.exec(`PRAGMA journal_mode = ${mode}`)
    expect(() => sqliteStorage(stubborn(handle, /journal_mode/))).toThrow('did not take journal_mode = WAL')
    file.dispose()
  })

  test.each(['OFF', 'NORMAL'])('where synchronous stays %s', (level) => {
    const file = new DatabaseFile()
    const handle = file.open()
    handle.exec(`PRAGMA synchronous = ${level}`)
    expect(() => sqliteStorage(stubborn(handle, /synchronous/))).toThrow('did not take synchronous = FULL')
    file.dispose()
  })

  test('where the handle is closed', () => {
    const handle = libsql.open(':memory:')
    handle.close()
    expect(() => sqliteStorage(handle)).toThrow('not open')
  })
})
