/** The threat: a write that did not happen is taken for one that did. Whatever stops SQLite, the call throws and the record stays. */
import { someRecord } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { nodeSqlite } from '../../../../test/storages/sqlite/drivers.ts'
import { type SqlStorage, sqliteStorage } from '../../src/index.ts'
import { titleOf } from '../database.ts'
import { DatabaseFile, drivers, firstValue, type Handle } from './drivers.ts'

for (const driver of drivers) {
  describe.skipIf(driver.unavailable !== null)(`faults on ${titleOf(driver)}`, () => {
    let file: DatabaseFile
    let handle: Handle
    let storage: SqlStorage
    const stored = someRecord()
    beforeEach(async () => {
      file = new DatabaseFile(driver)
      handle = file.open()
      storage = sqliteStorage(handle, { busyTimeoutMs: 0 })
      await storage.migrate()
      await storage.put('a', stored, null)
    })
    afterEach(() => file.dispose())

    async function expectEveryWriteToFail(message: RegExp): Promise<void> {
      const large = someRecord({ sealed: 'x'.repeat(200_000) })
      await expect(storage.put('b', large, null)).rejects.toThrow(message)
      await expect(storage.put('a', large, stored.revision)).rejects.toThrow(message)
    }

    async function expectNothingChanged(): Promise<void> {
      expect(await storage.get('a')).toEqual(stored)
      expect(await storage.get('b')).toBeNull()
      expect(await storage.put('a', someRecord(), stored.revision)).toBe(true)
      expect(await storage.put('b', someRecord(), null)).toBe(true)
    }

    test('another connection holds the file', async () => {
      const other = file.open()
      other.exec('BEGIN EXCLUSIVE')
      await expectEveryWriteToFail(/locked/)
      await expect(storage.delete('a', stored.revision)).rejects.toThrow(/locked/)
      expect(await storage.get('a')).toEqual(stored)
      other.exec('ROLLBACK')
      await expectNothingChanged()
    })

    test('another connection holds the file for a while: the write waits, and the event loop does not', async () => {
      const other = file.open()
      other.exec('BEGIN EXCLUSIVE')
      const patient = sqliteStorage(handle, { busyTimeoutMs: 60_000 })
      const puts = [patient.put('b', someRecord(), null), patient.put('a', someRecord(), stored.revision)]
      expect(await patient.get('b')).toBeNull()
      other.exec('ROLLBACK')
      expect(await Promise.all(puts)).toEqual([true, true])
    })

    test('the disk is full', async () => {
      expect.hasAssertions()
      handle.exec(`PRAGMA max_page_count = ${Number(firstValue(handle, 'PRAGMA page_count'))}`)
      await expectEveryWriteToFail(/full/)
      handle.exec('PRAGMA max_page_count = 1000000')
      await expectNothingChanged()
    })

    test('the database is read-only', async () => {
      handle.exec('PRAGMA query_only = ON')
      await expectEveryWriteToFail(/readonly/)
      await expect(storage.delete('a', stored.revision)).rejects.toThrow(/readonly/)
      handle.exec('PRAGMA query_only = OFF')
      await expectNothingChanged()
    })

    test('a trigger of the host refuses', async () => {
      handle.exec(`CREATE TRIGGER no AFTER UPDATE ON latchkey_records BEGIN SELECT RAISE(ABORT, 'refused'); END`)
      await expect(storage.put('a', someRecord(), stored.revision)).rejects.toThrow('refused')
      handle.exec('DROP TRIGGER no')
      await expectNothingChanged()
    })

    test('what a trigger of the host writes does not count as our row', async () => {
      handle.exec('CREATE TABLE audit (x)')
      handle.exec(`CREATE TRIGGER log AFTER UPDATE ON latchkey_records
        BEGIN INSERT INTO audit VALUES (1), (2), (3); END`)
      expect(await storage.put('a', someRecord(), 'another')).toBe(false)
      expect(await storage.put('a', someRecord(), stored.revision)).toBe(true)
    })

    test('the handle is closed', async () => {
      handle.close()
      await expect(storage.get('a')).rejects.toThrow(/open/)
      await expect(storage.put('a', someRecord(), stored.revision)).rejects.toThrow(/open/)
      handle.close = () => undefined
    })

    test('a transaction of the host is open, whose ROLLBACK would take the write back', async () => {
      handle.exec('BEGIN')
      await expectEveryWriteToFail(/a transaction is open/)
      await expect(storage.delete('a', stored.revision)).rejects.toThrow(/a transaction is open/)
      // It could be of the time when that transaction began.
      await expect(storage.get('a')).rejects.toThrow(/a transaction is open/)
      handle.exec('ROLLBACK')
      await expectNothingChanged()
    })

    test('migrations of the host may call migrate() in their transaction', async () => {
      const other = sqliteStorage(handle, { table: 'more' })
      handle.exec('BEGIN')
      await other.migrate()
      handle.exec('COMMIT')
      expect(await other.put('a', someRecord(), null)).toBe(true)
    })
  })
}

const quirky = `node:sqlite${nodeSqlite === undefined ? `, skipped: Node ${process.versions.node} has none` : ''}`
test.skipIf(nodeSqlite === undefined)(
  `${quirky}: a missing column is an error even if SQLite takes "name" for a string`,
  async () => {
    const handle = nodeSqlite && new nodeSqlite.DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: true })
    if (handle === undefined) throw new Error('node:sqlite is not there')
    expect(firstValue(handle, 'SELECT "no such column"')).toBe('no such column')
    handle.exec(
      'CREATE TABLE latchkey_records (user_id TEXT PRIMARY KEY, sealed TEXT, enabled INTEGER, updated_at INTEGER)',
    )
    handle.exec(`INSERT INTO latchkey_records VALUES ('a', 's', 1, 1)`)
    const storage = sqliteStorage(handle)
    await expect(storage.get('a')).rejects.toThrow('no such column: latchkey_records.revision')
    await expect(storage.delete('a', 'r')).rejects.toThrow('no such column: latchkey_records.revision')
  },
)
