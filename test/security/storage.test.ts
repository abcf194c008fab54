/** The threat: a storage that fails, hangs, lies or was tampered with, and a process that dies at any call. */
import type { Storage, StoredRecord } from '@latchkey/core'
import { type SqliteDatabase, sqliteStorage } from '@latchkey/sql'
import type { Fault } from '@latchkey/testing'
import Database from 'libsql'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Answer } from '../adapters/http-client.ts'
import { secret } from './accounts.ts'
import { flows } from './flows.ts'
import { expectPassed, type Person } from './person.ts'
import { startProcesses } from './process/start.ts'
import { badToken, expectRefused, expectUnchanged, type Refusal, reasonsOf, wrongCode } from './refusal.ts'
import { anyStack, currentStacks, pairedStacks, sqliteStack } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const unavailable: Refusal = { status: 503, code: 'storage_unavailable', reason: 'storage_unavailable' }
/** So that a call that hangs is soon given up. */
const impatient = { storageTimeoutSeconds: 0.02, totp: { authenticators: 20 } }

const faults: readonly Fault[] = ['throw_before', 'throw_after', 'hang_before', 'hang_after']
/** Faults of a write after which reading again shows that it took effect. */
const tookEffect: readonly Fault[] = ['throw_after', 'hang_after']

describe.each(pairedStacks)('$name', (stack) => {
  test.each(flows)('$name: every call throws, hangs, or fails to say that it worked', async (flow) => {
    const stage = await openStage(stack, { mfa: impatient })
    await stage.alice.enrol()
    for (const method of flow.calls) {
      for (const fault of faults) {
        const act = await flow.prepare(stage)
        stage.storage.inject(method, fault)
        if (method === 'put' && tookEffect.includes(fault)) {
          expect({ fault, status: (await act()).status }).toEqual({ fault, status: flow.status })
        } else {
          await expectRefused(stage, unavailable, act)
        }
        const next = await flow.prepare(stage)
        expect({ method, fault, status: (await next()).status }).toEqual({ method, fault, status: flow.status })
      }
    }
  })
})

describe.each(currentStacks)('$name', (stack) => {
  test('a flow costs no call more than it says', async () => {
    const stage = await openStage(stack, { mfa: impatient })
    await stage.alice.enrol()
    for (const flow of flows) {
      const act = await flow.prepare(stage)
      stage.storage.reset()
      await act()
      const { get, put, delete: deleted } = stage.storage.calls
      expect({ flow: flow.name, get, put, deleted }).toEqual({
        ...{ flow: flow.name, get: 1, put: flow.calls.includes('put') ? 1 : 0, deleted: 0 },
      })
    }
  })

  test('a write that cannot be told: nobody is let in, and the code is spent', async () => {
    const stage = await openStage(stack, { mfa: impatient })
    const alice = await stage.alice.enrol()
    const codes = [alice.newCode(), alice.codes[0] as string]
    for (const [code, count] of [
      [codes[0], 'totp'],
      [codes[1], 'recovery_code'],
    ] as const) {
      const sessions = stage.sessions.ids
      stage.storage.inject('put', 'throw_after')
      stage.storage.inject('get', 'throw_before', 2)
      const answer = await alice.login(undefined, { code })
      expect(answer).toMatchObject({ status: 503 })
      expect(answer.headers['set-cookie']).toBeUndefined()
      expect(stage.sessions.ids).toEqual(sessions)
      await expectRefused(stage, wrongCode('replayed', [`alice ${count}`]), () => alice.login(undefined, { code }))
    }
    expectPassed(await alice.login(undefined, { code: alice.newCode() }))
  })

  test('a write that arrives after it was given up: nobody is let in, and the code is spent', async () => {
    const stage = await openStage(stack, { mfa: impatient })
    const alice = await stage.alice.enrol()
    const code = alice.newCode()
    stage.storage.inject('put', 'hang_before')
    await expectRefused(stage, unavailable, () => alice.login(undefined, { code }))
    stage.storage.release()
    await expectRefused(stage, wrongCode('replayed'), () => alice.login(undefined, { code }))
    stage.storage.inject('put', 'hang_before')
    const stale = alice.newCode()
    await expectRefused(stage, unavailable, () => alice.login(undefined, { code: stale }))
    expectPassed(await alice.login(undefined, { code: alice.newCode() }))
    const after = await stage.records()
    stage.storage.release()
    expect(await stage.records()).toEqual(after)
    await expectRefused(stage, wrongCode('replayed'), () => alice.login(undefined, { code: stale }))
  })

  test('no answer leaves before its write', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enrol()
    const mallory = await stage.mallory.enrol()
    const attempts = [() => alice.wrongCode(), () => alice.app.code(stage.clock.now()), () => alice.codes[0] as string]
    for (const code of attempts) {
      let answered = false
      const token = await alice.challenge()
      stage.storage.inject('put', 'hang_before')
      const events = stage.events.length
      const answer = alice.verify(token, code()).finally(() => (answered = true))
      await stage.storage.hanging()
      for (let time = 0; time < 3; time += 1) await mallory.browser.get('/session')
      expect({ answered, events: stage.events.length }).toEqual({ answered: false, events })
      stage.storage.release()
      expect([200, 400]).toContain((await answer).status)
      expect(stage.events.length).toBeGreaterThan(events)
    }
  })

  test('a storage that says neither true nor false has stored nothing', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enrol()
    let said: unknown = true
    const lying: Storage = {
      ...stage.open.storage,
      put: async (...write) => (said === true ? stage.open.storage.put(...write) : (said as never)),
    }
    const client = await stage.twin({ storage: lying })
    for (said of [undefined, null, 1, 'true', {}, { changes: 1 }]) {
      await expectRefused(stage, unavailable, () => alice.login(client, { code: alice.newCode() }))
    }
    said = true
    expectPassed(await alice.login(client, { code: alice.newCode() }))
  })

  test('a record that is corrupt, truncated, foreign, of the future or of an unknown secret', async () => {
    const stage = await openStage(stack)
    const [alice, mallory] = [await stage.alice.enrol(), await stage.mallory.enrol()]
    const { storage } = stage.open
    const [good, foreign] = [await rowOf(storage, 'alice'), await rowOf(storage, 'mallory')]
    const token = await alice.challenge()
    for (const sealed of tampered(good.sealed, foreign.sealed)) {
      await replaceRow(storage, 'alice', { ...good, sealed })
      const acts = [
        () => alice.login(),
        () => alice.login(undefined, { code: alice.app.code(stage.clock.now()) }),
        () => alice.verify(token, alice.app.code(stage.clock.now())),
        () => alice.browser.get('/auth/mfa/status'),
        () => alice.browser.get('/auth/mfa/totp/activate'),
        () => alice.browser.post('/auth/mfa/step-up', { code: alice.codes[0] }),
      ]
      for (const act of acts) await expectUnreadable(stage, act)
      expect(await storage.get('alice')).toMatchObject({ sealed })
      expect(await mallory.browser.get('/auth/mfa/status')).toMatchObject({ status: 200 })
    }
    expectPassed(await mallory.login(undefined, { code: mallory.codes[0] }))
    await replaceRow(storage, 'alice', { ...good, enabled: false })
    expect((await alice.login()).json()).toMatchObject({ mfa_required: true })
    expectPassed(await alice.verify(token, alice.newCode()))
  })

  test('a record of a later format', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enrol()
    await stage.rewrite('alice', (record) => ({ ...record, format: 2 as 1 }))
    const row = await rowOf(stage.open.storage, 'alice')
    await expectUnreadable(stage, () => alice.login())
    expect(await rowOf(stage.open.storage, 'alice')).toEqual(row)
  })

  test('records and tokens of an older secret, of one that is listed no more, and of a stranger', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enrol()
    const fresh = 'Xc5vB1nM8qW3eR6tY0uI4oP7aS2dF9gH'
    const [both, alone, stranger] = [
      await stage.twin({ secret: [fresh, secret] }),
      await stage.twin({ secret: fresh }),
      await stage.twin({ secret: 'a stranger, with a secret long enough' }),
    ]
    const old = await rowOf(stage.open.storage, 'alice')
    for (const client of [alone, stranger]) expect(await alice.login(client)).toMatchObject({ status: 503 })
    const token = await alice.challenge()
    for (const client of [alone, stranger]) {
      await expectRefused(stage, badToken('forged_token'), () => alice.verify(token, alice.codes[0], client))
    }
    expectPassed(await alice.verify(token, alice.newCode(), both))
    const current = await rowOf(stage.open.storage, 'alice')
    expect(keyOf(current)).not.toBe(keyOf(old))
    expectPassed(await alice.login(alone, { code: alice.newCode() }))
    expect(await alice.login(stranger)).toMatchObject({ status: 503 })
    expect(await alice.login()).toMatchObject({ status: 503 })
  })
})

/** Answered 503, with the one event, for a record that no key opens. */
async function expectUnreadable(stage: Stage, act: () => Promise<Answer>): Promise<void> {
  stage.events.length = 0
  const sessions = stage.sessions.ids
  const answer = await act()
  expect({ status: answer.status, events: reasonsOf(stage) }).toEqual({ status: 503, events: ['storage_unavailable'] })
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(stage.sessions.ids).toEqual(sessions)
}

function tampered(sealed: string, foreign: string): readonly string[] {
  const [version = '', key = '', body = ''] = sealed.split('.')
  const flipped = (at: number) => body.slice(0, at) + (body[at] === 'A' ? 'B' : 'A') + body.slice(at + 1)
  return [
    '',
    '{}',
    'null',
    JSON.stringify({ format: 1, epoch: 0, authenticators: [] }),
    sealed.slice(0, -10),
    sealed.slice(0, 40),
    `${sealed}AAAA`,
    foreign,
    `2.${key}.${body}`,
    `${version}.AAAAAAAA.${body}`,
    `${version}.${key}.`,
    `${version}.${key}.${flipped(0)}`,
    `${version}.${key}.${flipped(20)}`,
    `${version}.${key}.${flipped(body.length - 3)}`,
    `${sealed}.${body}`,
  ]
}

async function rowOf(storage: Storage, userId: string): Promise<StoredRecord> {
  const row = await storage.get(userId)
  if (row === null) throw new Error(`there is no row of ${userId}`)
  return row
}

/** Somebody with the database's password changes a row. */
async function replaceRow(storage: Storage, userId: string, row: StoredRecord): Promise<void> {
  await storage.delete(userId)
  expect(await storage.put(userId, row, null)).toBe(true)
}

function keyOf({ sealed }: StoredRecord): string {
  return sealed.split('.')[1] as string
}

/** What can be wrong with a SQLite file under a running app, and how it heals. */
const sqliteFaults: Readonly<Record<string, (stage: Stage) => () => unknown>> = {
  'a database that is read-only'({ open: { database } }) {
    database?.exec('PRAGMA query_only = ON')
    return () => database?.exec('PRAGMA query_only = OFF')
  },
  'a table that is gone'({ open: { database } }) {
    database?.exec('ALTER TABLE latchkey_records RENAME TO elsewhere')
    return () => database?.exec('ALTER TABLE elsewhere RENAME TO latchkey_records')
  },
  'a transaction of the host on the handle'({ open: { database } }) {
    database?.exec('BEGIN')
    return () => database?.exec('ROLLBACK')
  },
}

test.each(Object.keys(sqliteFaults))('%s: 503, nobody is let in, and the same code works afterwards', async (name) => {
  const stage = await openStage(sqliteStack)
  const alice = await stage.alice.enrol()
  const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
  const records = await stage.records()
  const heal = (sqliteFaults[name] as (typeof sqliteFaults)[string])(stage)
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
  const stage = await openStage(sqliteStack)
  const alice = await stage.alice.enrol()
  const [token, code] = [await alice.challenge(), alice.app.code(stage.clock.now())]
  const [here, there] = [new Database(stage.open.file as string), new Database(stage.open.file as string)]
  onTestFinished(() => {
    here.close()
    there.close()
  })
  const storage = sqliteStorage(here as unknown as SqliteDatabase, { busyTimeoutMs: 20 })
  const client = await stage.twin({ storage })
  there.exec('BEGIN IMMEDIATE')
  for (const guess of [code, alice.wrongCode()]) {
    await expectRefused(stage, unavailable, () => alice.verify(token, guess, client))
  }
  expect(stage.events.at(-1)).toMatchObject({ error: { code: 'SQLITE_BUSY' } })
  there.exec('ROLLBACK')
  expectPassed(await alice.verify(token, code, client))
})

test('a full disk: no enrolment is half done, and all work when there is room', async () => {
  const stage = await openStage(sqliteStack)
  const database = stage.open.database as SqliteDatabase
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

/** Begins an enrolment; gives its confirmation. */
async function begunBy(person: Person): Promise<(stage: Stage) => Promise<Answer>> {
  await person.login(person.browser)
  const { activationToken, app } = await person.begin()
  return ({ clock }) => {
    const body = { activation_token: activationToken, code: app.code(clock.now()) }
    return person.browser.post('/auth/mfa/totp/activate', body)
  }
}

/** Writes at which the process dies: once each is done, and, where much hangs on it, before it too. */
const deaths = flows
  .filter(({ calls }) => calls.includes('put'))
  .flatMap((flow) => {
    const whens = ['verify', 'confirm'].includes(flow.name) ? (['before', 'after'] as const) : (['after'] as const)
    return whens.map((when) => ({ flow, when }))
  })

test('the process is killed before a write, and after it', async () => {
  const stage = await openStage(sqliteStack)
  await stage.alice.enrol()
  for (const { flow, when } of deaths) {
    // Half a minute ahead, so that this minute's codes are in the window of a clock that stands still.
    const nowMs = stage.clock.now() + 30_000
    const file = stage.open.file as string
    const [app] = await startProcesses({ file, nowMs, frameworks: ['Express 5'] })
    if (app === undefined) throw new Error('no process was started')
    const act = await flow.prepare({ ...stage, alice: stage.alice.at(app.client) })
    const records = await stage.records()
    await app.tell('killAtPut', when)
    await expect(act()).rejects.toThrow(/ECONNRESET|socket hang up/)
    expect(await app.ended).toBe('SIGKILL')
    const after = await stage.records()
    if (when === 'before') expect(after).toEqual(records)
    else expect(after).not.toEqual(records)
    const next = await flow.prepare(stage)
    expect({ flow: flow.name, when, status: (await next()).status }).toEqual({
      flow: flow.name,
      when,
      status: flow.status,
    })
  }
})

test('an operator who resets, revokes, erases or imports while the storage fails is told', async () => {
  const stage = await openStage(anyStack, { mfa: impatient })
  await stage.alice.enrol()
  const { mfa } = stage
  const acts = {
    put: [
      () => mfa.reset('alice'),
      () => mfa.revokeTokens('alice'),
      () => mfa.import('alice', { totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' }),
    ],
    delete: [() => mfa.erase('alice')],
  }
  for (const [method, ways] of Object.entries(acts) as ['put' | 'delete', (() => Promise<unknown>)[]][]) {
    for (const act of ways) {
      stage.storage.inject(method, 'throw_before')
      await expectUnchanged(stage, () => expect(act()).rejects.toMatchObject({ code: 'storage_unavailable' }))
    }
  }
  for (const act of [...acts.put, ...acts.delete]) await act()
  expect(await stage.records()).toEqual({})
})
