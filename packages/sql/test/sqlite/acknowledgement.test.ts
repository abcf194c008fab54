/**
 * The threat: a write is acknowledged and not committed, because another statement on the same handle has met a lock. Then
 * a code works twice, and a user who has enrolled signs in by the password alone.
 */
import type { Mfa, User } from '@latchkey/core'
import { someRecord, storageContract, virtualAuthenticator } from '@latchkey/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type SqliteDatabase, type SqlStorage, sqliteStorage } from '../../src/index.ts'
import { alice, challengeOf, imported, mfaOn } from '../app.ts'
import { titleOf } from '../database.ts'
import { DatabaseFile, drivers, firstValue, type Handle } from './drivers.ts'

const bob: User = { id: '2', name: 'bob@example.com' }

for (const driver of drivers) {
  describe.skipIf(driver.unavailable !== null)(`an acknowledged write on ${titleOf(driver)}`, () => {
    let file: DatabaseFile
    let handle: Handle
    /** On another handle, as another process has. */
    let others: SqlStorage
    beforeEach(async () => {
      file = new DatabaseFile(driver)
      handle = file.open()
      others = file.storage()
      await others.migrate()
    })
    afterEach(() => file.dispose())

    /** Lets the call meet another connection's lock, which is gone afterwards. */
    function whileLocked<T>(call: () => T): T {
      const letGo = file.holdLock()
      try {
        return call()
      } finally {
        letGo()
      }
    }

    const contract = storageContract({
      create: () => ({ storage: sqliteStorage(handle, { busyTimeoutMs: 0 }) }),
      reopen: () => others,
      holdLock: () => file.holdLock(),
    })
    const rules = contract.filter(({ name }) => name.includes('another write waited'))
    test.each(rules.map(({ name, run }) => [name, run] as const))('that gives up: %s', async (_, run) => {
      await expect(run()).resolves.toBeUndefined()
    })

    test('after one that gave up, others can write at once', async () => {
      const hasty = sqliteStorage(handle, { busyTimeoutMs: 0 })
      const stored = someRecord()
      await others.put('a', stored, null)
      await expect(whileLocked(() => hasty.put('b', someRecord(), null))).rejects.toThrow(/locked/)
      const next = someRecord()
      expect(await hasty.put('a', next, stored.revision)).toBe(true)
      expect(await others.get('a')).toEqual(next)
      expect(await others.put('c', someRecord(), null)).toBe(true)
    })

    test('of the host, on the same handle, outlasts one of ours that waited', async () => {
      handle.exec('CREATE TABLE orders (x)')
      const put = whileLocked(() => sqliteStorage(handle).put('a', someRecord(), null))
      handle.prepare('INSERT INTO orders VALUES (?)').run(1)
      const other = file.open()
      expect(firstValue(other, 'SELECT count(*) FROM orders')).toBe(1)
      expect(await put).toBe(true)
      expect(firstValue(other, 'SELECT count(*) FROM orders')).toBe(1)
    })

    test('is not one while a write of the host has stayed begun, and the host can end it', async () => {
      const storage = sqliteStorage(handle, { busyTimeoutMs: 0 })
      handle.exec('CREATE TABLE orders (x)')
      const order = handle.prepare('INSERT INTO orders VALUES (?)')
      expect(() => whileLocked(() => order.run(1))).toThrow(/locked/)
      const record = someRecord()
      const result = await storage.put('a', record, null).catch(String)
      // Only libsql leaves it begun.
      expect(result).toEqual(driver.name === 'libsql' ? expect.stringContaining('is still under way') : true)
      expect(await others.get('a')).toEqual(result === true ? record : null)
      order.run(1)
      expect(firstValue(file.open(), 'SELECT count(*) FROM orders')).toBe(1)
      expect(await storage.put('b', record, null)).toBe(true)
      expect(await others.get('b')).toEqual(record)
    })

    test('of another process is seen, or the read fails, while a write of the host has stayed begun', async () => {
      const storage = sqliteStorage(handle, { busyTimeoutMs: 0 })
      handle.exec('CREATE TABLE orders (x)')
      const order = handle.prepare('INSERT INTO orders VALUES (?)')
      expect(() => whileLocked(() => order.run(1))).toThrow(/locked/)
      await storage.get('a').catch(() => null)
      const record = someRecord()
      await others.put('a', record, null)
      const found = await storage.get('a').catch(String)
      expect(found).toEqual(driver.name === 'libsql' ? expect.stringContaining('is still under way') : record)
    })

    test('is not one while a write of the host is half done, which the host can go on with', async () => {
      const storage = sqliteStorage(handle, { busyTimeoutMs: 0 })
      handle.exec('CREATE TABLE orders (x)')
      const goOn = writeByHalf()
      await expect(storage.put('a', someRecord(), null)).rejects.toThrow(/still under way/)
      await expect(storage.get('a')).rejects.toThrow(/still under way/)
      goOn()
      expect(firstValue(file.open(), 'SELECT count(*) FROM orders')).toBe(2)
      expect(await storage.put('a', someRecord(), null)).toBe(true)
    })

    test('of another process is not seen, or the read fails, while the host reads row by row', async () => {
      const storage = sqliteStorage(handle, { busyTimeoutMs: 0 })
      handle.exec('CREATE TABLE orders (x)')
      // More than libsql reads ahead.
      handle.exec(`INSERT INTO orders VALUES ${Array.from({ length: 300 }, (_, n) => `(${n})`).join(', ')}`)
      const select = handle.prepare('SELECT x FROM orders') as unknown as { iterate(): Iterator<unknown> }
      const rows = select.iterate()
      rows.next()
      const record = someRecord()
      await others.put('a', record, null)
      const found = await storage.get('a').catch(String)
      expect(found).toEqual(driver.name === 'better-sqlite3' ? expect.stringContaining('is still under way') : null)
      await expect(storage.put('a', someRecord(), null)).rejects.toThrow(/locked|still under way/)
      while (rows.next().done !== true);
      expect(await storage.get('a')).toEqual(record)
    })

    /** Begins to write two rows, and gives what ends it. */
    function writeByHalf(): () => void {
      const text = 'INSERT INTO orders VALUES (1) RETURNING x'
      if (driver.name === 'libsql') {
        const order = handle.prepare(text)
        // Stops at the row that it returns; running it again ends it first.
        order.run()
        return () => void order.all()
      }
      const orders = handle.prepare(text.replace('(1)', '(1), (2)')) as unknown as { iterate(): Iterator<unknown> }
      const rows = orders.iterate()
      expect(rows.next().value).toEqual({ x: 1 })
      return () => {
        expect([rows.next().value, rows.next().done]).toEqual([{ x: 2 }, true])
      }
    }

    test('waits for a transaction of the host to end', async () => {
      const storage = sqliteStorage(handle)
      handle.exec('BEGIN')
      const put = storage.put('a', someRecord(), null)
      const get = storage.get('a')
      await new Promise(setImmediate)
      handle.exec('COMMIT')
      expect(await put).toBe(true)
      await get
    })

    test('is of now, also for a read that began in a transaction of the host', async () => {
      const storage = sqliteStorage(handle)
      handle.exec('BEGIN')
      expect(firstValue(handle, 'SELECT count(*) FROM latchkey_records')).toBe(0)
      const record = someRecord()
      await others.put('a', record, null)
      const get = storage.get('a')
      await new Promise(setImmediate)
      handle.exec('COMMIT')
      expect(await get).toEqual(record)
    })

    describe('in the terms of an app with two processes', () => {
      let here: Mfa
      let there: Mfa
      let untilRefused: () => Promise<void>
      beforeEach(() => {
        const findUser = (id: string) => [alice, bob].find((user) => user.id === id) ?? null
        const watched = watch(handle)
        untilRefused = watched.untilRefused
        here = mfaOn(sqliteStorage(watched.database), { findUser })
        there = mfaOn(others, { findUser })
      })

      /** Bob's enrollment, up to the code that confirms it. */
      async function startEnrolling() {
        const { activationToken, totpUrl } = await here.begin('totp', bob)
        return () =>
          here.confirm('totp', bob, { activationToken, code: virtualAuthenticator(totpUrl).code(Date.now()) })
      }

      test('a code that was used while somebody else enrolled is used', async () => {
        await here.import(alice.id, imported)
        const enroll = await startEnrolling()
        const app = virtualAuthenticator({ secret: imported.totpSecret })
        const code = app.code(Date.now())
        const tokens = [await challengeOf(here), await challengeOf(there), await challengeOf(there)]
        const enrolled = await afterMeeting(enroll)
        await here.verify(tokens[0] ?? '', { code })
        await expect(there.verify(tokens[1] ?? '', { code })).rejects.toMatchObject({ code: 'invalid_code' })
        await enrolled()
        await expect(there.verify(tokens[2] ?? '', { code })).rejects.toMatchObject({ code: 'invalid_code' })
      })

      test('a user who has enrolled while somebody else signed in needs a second factor', async () => {
        await here.import(alice.id, imported)
        const enroll = await startEnrolling()
        const token = await challengeOf(here)
        const code = virtualAuthenticator({ secret: imported.totpSecret }).code(Date.now())
        const verified = await afterMeeting(() => here.verify(token, { code }))
        await enroll()
        expect(await there.challenge(bob)).toMatchObject({ ephemeralToken: expect.any(String) })
        await verified()
        expect(await there.challenge(bob)).toMatchObject({ ephemeralToken: expect.any(String) })
      })

      /** Starts the call and lets its write meet a lock; gives what awaits it. */
      async function afterMeeting<T>(call: () => Promise<T>): Promise<() => Promise<T>> {
        const letGo = file.holdLock()
        const called = call()
        await untilRefused()
        letGo()
        return () => called
      }
    })
  })
}

/** The handle, and a way to wait until something on it has thrown. */
function watch(handle: Handle): { readonly database: SqliteDatabase; readonly untilRefused: () => Promise<void> } {
  let refused: () => void = () => undefined
  const telling = <T>(call: () => T): T => {
    try {
      return call()
    } catch (error) {
      refused()
      throw error
    }
  }
  const database: SqliteDatabase = {
    exec: (text) => telling(() => handle.exec(text)),
    prepare(text) {
      const statement = handle.prepare(text)
      return {
        all: (...params) => statement.all(...params),
        run: (...params) => telling(() => statement.run(...params)),
      }
    },
  }
  const untilRefused = () =>
    new Promise<void>((resolve) => {
      refused = resolve
    })
  return { database, untilRefused }
}
