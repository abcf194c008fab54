/** The threat: what can be wrong with a SQLite file under a running app lets somebody in, or charges them for nothing. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SqliteDatabase, sqliteStorage } from '@latchkey/sql'
import type { HttpAnswer } from '@latchkey/testing'
import Database from 'libsql'
import { expect, onTestFinished, test } from 'vitest'
import { expectPassed, type Person } from './person.ts'
import { expectRefused, refusedRequest } from './refusal.ts'
import { sqliteStack } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

/** A stage whose database a test can spoil: by the app's own handle, or by the file. */
async function openSpoilable() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-security-'))
  const file = join(folder, 'latchkey.db')
  const database = new Database(file) as unknown as SqliteDatabase & { close(): void }
  const storage = sqliteStorage(database)
  await storage.migrate()
  const close = () => {
    database.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const stage = await openStage({ ...sqliteStack, openStorage: async () => ({ storage, close }) })
  return { stage, database, file }
}

/** What can be wrong with a SQLite file under a running app, and how it heals. */
const sqliteFaults: Readonly<Record<string, (database: SqliteDatabase) => () => unknown>> = {
  'a database that is read-only'(database) {
    database.exec('PRAGMA query_only = ON')
    return () => database.exec('PRAGMA query_only = OFF')
  },
  'a table that is gone'(database) {
    database.exec('ALTER TABLE latchkey_records RENAME TO elsewhere')
    return () => database.exec('ALTER TABLE elsewhere RENAME TO latchkey_records')
  },
  'a transaction of the host on the handle'(database) {
    database.exec('BEGIN')
    return () => database.exec('ROLLBACK')
  },
}

test.each(Object.keys(sqliteFaults))('%s: 503, nobody is let in, and the same code works afterwards', async (name) => {
  const { stage, database } = await openSpoilable()
  const alice = await stage.alice.enroll()
  const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
  const records = await stage.records()
  const heal = (sqliteFaults[name] as (typeof sqliteFaults)[string])(database)
  for (const guess of [code, alice.wrongCode(), alice.codes[0]]) {
    const answer = await alice.verify(token, guess)
    expect(answer).toMatchObject({ status: 503 })
    expect(answer.headers['set-cookie']).toBeUndefined()
  }
  heal()
  expect(await stage.records()).toEqual(records)
  expectPassed(await alice.verify(token, code))
})

test('SQLITE_BUSY for too long: 503, nobody is let in, and the same code works afterwards', async () => {
  const { stage, file } = await openSpoilable()
  const alice = await stage.alice.enroll()
  const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
  const [here, there] = [new Database(file), new Database(file)]
  onTestFinished(() => {
    here.close()
    there.close()
  })
  const storage = sqliteStorage(here as unknown as SqliteDatabase, { busyTimeoutMs: 20 })
  const client = await stage.twin({ storage })
  there.exec('BEGIN IMMEDIATE')
  for (const guess of [code, alice.wrongCode()]) {
    await expectRefused(stage, refusedRequest(503, 'storage_unavailable'), () => alice.verify(token, guess, client))
  }
  expect(stage.events.at(-1)).toMatchObject({ error: { code: 'SQLITE_BUSY' } })
  there.exec('ROLLBACK')
  expectPassed(await alice.verify(token, code, client))
})

test('a full disk: no enrollment is half done, and all work when there is room', async () => {
  const { stage, database } = await openSpoilable()
  const people = await Promise.all([1, 2, 3, 4].map((number) => begunBy(stage.newPerson(`user ${number}`))))
  const [pages] = database.prepare('PRAGMA page_count').all() as [{ page_count: number }]
  database.exec(`PRAGMA max_page_count = ${pages.page_count}`)
  const stuck: (typeof people)[number][] = []
  for (const confirm of people) {
    const records = await stage.records()
    const answer = await confirm(stage)
    if (answer.status === 200) continue
    stuck.push(confirm)
    expect(answer).toMatchObject({ status: 503 })
    expect(stage.events.at(-1)).toMatchObject({ reason: 'storage_unavailable', error: { code: 'SQLITE_FULL' } })
    expect(await stage.records()).toEqual(records)
  }
  expect(stuck.length).toBeGreaterThan(0)
  database.exec('PRAGMA max_page_count = 1000000')
  for (const confirm of stuck) expectPassed(await confirm(stage))
})

/** Begins an enrollment; gives its confirmation. */
async function begunBy(person: Person): Promise<(stage: Stage) => Promise<HttpAnswer>> {
  await person.login(person.browser)
  const { activationToken, app } = await person.begin()
  return ({ clock }) => {
    const body = { activation_token: activationToken, code: app.code(clock.now()) }
    return person.browser.post('/auth/mfa/totp/activate', body)
  }
}
