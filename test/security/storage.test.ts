/** The threat: a storage that fails, hangs, lies or was tampered with, and a process that dies at any call. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Storage, StoredRecord } from '@latchkey/core'
import type { Fault, HttpAnswer } from '@latchkey/testing'
import { expect, test } from 'vitest'
import { secret } from './accounts.ts'
import { flows } from './flows.ts'
import { expectPassed } from './person.ts'
import { startProcesses } from './process/start.ts'
import { badToken, expectRefused, expectUnchanged, type Refusal, reasonsOf, wrongCode } from './refusal.ts'
import { anyStack, describeOn, pairedStacks, type StoredStack, sharedStacks, storageStacks } from './stacks.ts'
import { openStage, type Stage } from './stage.ts'

const unavailable: Refusal = { status: 503, code: 'storage_unavailable', reason: 'storage_unavailable' }
const roomy = { totp: { authenticators: 20 } }

const faults: readonly Fault[] = ['throw_before', 'throw_after', 'hang_before', 'hang_after']
/** Faults of a write after which reading again shows that it took effect. */
const tookEffect: readonly Fault[] = ['throw_after', 'hang_after']

describeOn(pairedStacks, (stack) => {
  test.each(flows)('$name: every call throws, hangs, or fails to say that it worked', async (flow) => {
    const stage = await openStage(stack, { mfa: { ...roomy, ...impatience(stack) } })
    await stage.alice.enroll()
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

describeOn(storageStacks, (stack) => {
  test('a flow costs no call more than it says', async () => {
    const stage = await openStage(stack, { mfa: roomy })
    await stage.alice.enroll()
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
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
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
    const { watched, settled } = watchWrites(stack)
    const stage = await openStage(watched, { mfa: impatience(stack) })
    const alice = await stage.alice.enroll()
    const code = alice.newCode()
    stage.storage.inject('put', 'hang_before')
    await expectRefused(stage, unavailable, () => alice.login(undefined, { code }))
    stage.storage.release()
    await settled()
    await expectRefused(stage, wrongCode('replayed'), () => alice.login(undefined, { code }))
    stage.storage.inject('put', 'hang_before')
    const stale = alice.newCode()
    await expectRefused(stage, unavailable, () => alice.login(undefined, { code: stale }))
    expectPassed(await alice.login(undefined, { code: alice.newCode() }))
    const after = await stage.records()
    stage.storage.release()
    await settled()
    expect(await stage.records()).toEqual(after)
    await expectRefused(stage, wrongCode('replayed'), () => alice.login(undefined, { code: stale }))
  })

  test('no answer leaves before its write', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
    const mallory = await stage.mallory.enroll()
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
    const alice = await stage.alice.enroll()
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
    const [alice, mallory] = [await stage.alice.enroll(), await stage.mallory.enroll()]
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
    const alice = await stage.alice.enroll()
    await stage.rewrite('alice', (record) => ({ ...record, format: 2 as 1 }))
    const row = await rowOf(stage.open.storage, 'alice')
    await expectUnreadable(stage, () => alice.login())
    expect(await rowOf(stage.open.storage, 'alice')).toEqual(row)
  })

  test('records and tokens of an older secret, of one that is listed no more, and of a stranger', async () => {
    const stage = await openStage(stack)
    const alice = await stage.alice.enroll()
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

/** So that a call that hangs is soon given up, and one that does not never is: of a server on a busy machine neither. */
function impatience({ kind }: StoredStack): { readonly storageTimeoutSeconds: number } {
  return { storageTimeoutSeconds: kind === 'memory' || kind === 'SQLite' ? 0.02 : 1 }
}

/** The stack, and a way to wait until every write that has reached its storage is over. */
function watchWrites(stack: StoredStack): { readonly watched: StoredStack; readonly settled: () => Promise<void> } {
  const writes: Promise<unknown>[] = []
  const openStorage = async () => {
    const open = await stack.openStorage()
    const put: Storage['put'] = (...write) => {
      const written = open.storage.put(...write)
      writes.push(written)
      return written
    }
    return { ...open, storage: { ...open.storage, put } }
  }
  return {
    watched: { ...stack, openStorage },
    async settled() {
      // What was released calls in the next turn.
      await nextTurn()
      await Promise.allSettled(writes)
    },
  }
}

/** Answered 503, with the one event, for a record that no key opens. */
async function expectUnreadable(stage: Stage, act: () => Promise<HttpAnswer>): Promise<void> {
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
  expect(await storage.delete(userId, (await rowOf(storage, userId)).revision)).toBe(true)
  expect(await storage.put(userId, row, null)).toBe(true)
}

function keyOf({ sealed }: StoredRecord): string {
  return sealed.split('.')[1] as string
}

/** Writes at which the process dies: once each is done, and, where much hangs on it, before it too. */
const deaths = flows
  .filter(({ calls }) => calls.includes('put'))
  .flatMap((flow) => {
    const whens = ['verify', 'confirm'].includes(flow.name) ? (['before', 'after'] as const) : (['after'] as const)
    return whens.map((when) => ({ flow, when }))
  })

/** Those after which most would be lost. */
const worstDeaths = deaths.filter(({ flow }) => ['verify', 'confirm'].includes(flow.name))

describeOn(sharedStacks, (stack) => {
  test('the process is killed before a write, and after it', async () => {
    const stage = await openStage(stack)
    await stage.alice.enroll()
    for (const { flow, when } of stack.kind === 'SQLite' ? deaths : worstDeaths) {
      // Half a minute ahead, so that this minute's codes are in the window of a clock that stands still.
      const nowMs = stage.clock.now() + 30_000
      const [app] = await startProcesses({ open: stage.open, nowMs, frameworks: ['Express 5'] })
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
})

test('an operator who resets, revokes, erases or imports while the storage fails is told', async () => {
  const stage = await openStage(anyStack)
  await stage.alice.enroll()
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
