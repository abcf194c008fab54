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

    test('wait for another process that has the whole file, as one does that starts on a new file', () => {
      handle.exec('CREATE TABLE t (x)')
      handle.exec('BEGIN EXCLUSIVE')
      let refusals = 0
      const counting = <T>(call: () => T): T => {
        try {
          return call()
        } catch (error) {
          refusals += 1
          if (refusals === 2) handle.exec('ROLLBACK')
          throw error
        }
      }
      const starting = file.open()
      sqliteStorage({
        // The lock ends with an attempt, so no attempt needs to wait for it.
        exec: (text) => counting(() => starting.exec(text.replace('busy_timeout = 5000', 'busy_timeout = 1'))),
        prepare: (text) => {
          const statement = counting(() => starting.prepare(text))
          return {
            run: (...params) => statement.run(...params),
            all: (...params) => counting(() => statement.all(...params)),
          }
        },
      })
      expect(refusals).toBe(2)
      expect(firstValue(starting, 'PRAGMA journal_mode')).toBe('wal')
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

  test.each(['OFF', 'NORMAL'])('if synchronous stays %s', (level) => {
    const file = new DatabaseFile()
    const handle = file.open()
    handle.exec(`PRAGMA synchronous = ${level}`)
    expect(() => sqliteStorage(stubborn(handle, /synchronous/))).toThrow('did not take synchronous = FULL')
    file.dispose()
  })

  test('if the handle is closed', () => {
    const handle = libsql.open(':memory:')
    handle.close()
    expect(() => sqliteStorage(handle)).toThrow('not open')
  })
})
