import type { MfaErrorCode, MfaEventReason } from '@latchkey/core'
import { type HttpAnswer, virtualAuthenticator } from '@latchkey/testing'
import { expect } from 'vitest'
import { forgetExpired, type MfaRecord } from '../../packages/core/src/record/record.ts'
import type { Stage } from './stage.ts'

/** How an attack must be answered. */
export interface Refusal {
  readonly status: number
  readonly code: MfaErrorCode
  /** The true reason, which only the one event tells. */
  readonly reason: MfaEventReason
  /** The counts that rise by one: `alice totp`. Nothing else may change. */
  readonly charged?: readonly string[]
}

/** A code that was looked at. */
export function wrongCode(reason: MfaEventReason, charged: readonly string[] = ['alice totp']): Refusal {
  return { status: 400, code: 'invalid_code', reason, charged }
}

/** A code that could not have been right. */
export const notACode: Refusal = { status: 400, code: 'invalid_code', reason: 'not_a_code' }
/** A code that was not looked at. */
export const locked: Refusal = { status: 429, code: 'too_many_attempts', reason: 'locked' }
export const suspended: Refusal = { status: 429, code: 'too_many_attempts', reason: 'suspended' }
export const notSignedIn: Refusal = { status: 401, code: 'unauthenticated', reason: 'unauthenticated' }
export const stepUpRequired: Refusal = { status: 401, code: 'step_up_required', reason: 'step_up_required' }
export const notFound: Refusal = { status: 404, code: 'not_found', reason: 'not_found' }
export const crossSite: Refusal = { status: 403, code: 'cross_site_request', reason: 'cross_site_request' }

/** A token that did not pass. */
export function badToken(reason: MfaEventReason): Refusal {
  return { status: 400, code: 'invalid_token', reason }
}

/** A request that no operation saw. */
export function refusedRequest(status: number, code: MfaErrorCode): Refusal {
  return { status, code, reason: code }
}

/**
 * Runs an attack and asserts that it was refused: the answer, no cookie, no session, one event with the true reason,
 * and nothing changed in any record but the counts that are named. A wrong code is answered like any other.
 */
export async function expectRefused(
  stage: Stage,
  expected: Refusal,
  attack: () => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const wrong = expected.code === 'invalid_code' ? await anyWrongCode(stage) : null
  const before = await observe(stage)
  stage.events.length = 0
  const answer = await attack()
  const { status, code, charged = [], reason } = expected
  expect({ status: answer.status, code: memberOf(answer, 'code'), events: reasonsOf(stage) }).toEqual({
    status,
    code,
    events: [reason],
  })
  expect(answer.headers['content-type']).toBe('application/problem+json')
  expect(answer.headers['cache-control']).toBe('no-store')
  expect(answer.headers['set-cookie']).toBeUndefined()
  if (wrong !== null) expect(withoutCount(answer)).toEqual(wrong)
  expectUnchangedBut(before, await observe(stage), charged)
  return answer
}

/** Asserts that nothing at all changes, whatever the answer. */
export async function expectUnchanged<T>(stage: Stage, attack: () => Promise<T>): Promise<T> {
  const before = await observe(stage)
  const result = await attack()
  expectUnchangedBut(before, await observe(stage), [])
  return result
}

interface Observed {
  readonly records: Readonly<Record<string, MfaRecord>>
  readonly sessions: Readonly<Record<string, unknown>>
}

async function observe({ records, sessions, clock }: Stage): Promise<Observed> {
  const opened = Object.entries(await records()).map(([id, record]) => [id, forgetExpired(record, clock.now())])
  return {
    records: Object.fromEntries(opened) as Observed['records'],
    sessions: Object.fromEntries(sessions.ids.map((id) => [id, sessions.read(id)])),
  }
}

function expectUnchangedBut(before: Observed, after: Observed, charged: readonly string[]): void {
  const counts = new Map(charged.map((name) => [name, 1]))
  expect(after.sessions).toEqual(before.sessions)
  const ids = new Set([...Object.keys(before.records), ...charged.map((name) => name.split(' ')[0] as string)])
  expect(new Set(Object.keys(after.records))).toEqual(ids)
  for (const [id, record] of Object.entries(after.records)) {
    const old = before.records[id]
    expect({ ...record, failures: null }).toEqual({ ...emptyOf(record, old), failures: null })
    for (const name of new Set([...Object.keys(record.failures), ...Object.keys(old?.failures ?? {})])) {
      const [was, is] = [old?.failures[name], record.failures[name]]
      const more = counts.get(`${id} ${name}`) ?? 0
      expect({ count: `${id} ${name}`, is: is?.count ?? 0 }).toEqual({
        count: `${id} ${name}`,
        is: (was?.count ?? 0) + more,
      })
      if (more === 0) expect(is).toEqual(was)
      counts.delete(`${id} ${name}`)
    }
  }
  expect([...counts.keys()]).toEqual([])
}

/** What a user's first record must be, where a charge made it. */
function emptyOf(record: MfaRecord, old: MfaRecord | undefined): MfaRecord {
  if (old !== undefined) return old
  return { ...record, epoch: 0, enabledAt: null, lastUsedAt: null, authenticators: [], states: {}, spent: new Map() }
}

/** The answer to a plain wrong code, of somebody who has nothing to do with it. */
const wrongAnswers = new Map<string, ReturnType<typeof withoutCount>>()

async function anyWrongCode(stage: Stage): Promise<ReturnType<typeof withoutCount>> {
  const known = wrongAnswers.get(stage.stack.name)
  if (known !== undefined) return known
  const bystander = stage.newPerson('bystander')
  const nowMs = stage.clock.now()
  // Not over HTTP, since the routes of an enrollment are not the same on every stage.
  const { totpUrl, activationToken } = await stage.mfa.begin('totp', bystander)
  const phone = virtualAuthenticator(totpUrl)
  await stage.mfa.confirm('totp', bystander, { activationToken, code: phone.code(nowMs) })
  const answer = withoutCount(await bystander.verify(await bystander.challenge(), phone.wrongCode(nowMs)))
  wrongAnswers.set(stage.stack.name, answer)
  return answer
}

/** All of an answer but what counts: how many tries are left, and when it was. */
function withoutCount(answer: HttpAnswer) {
  const { attempts_remaining: _, ...body } = answer.json() as Record<string, unknown>
  const { date: _date, 'content-length': _length, ...headers } = answer.headers
  return { status: answer.status, headers, body }
}

function memberOf(answer: HttpAnswer, name: string): unknown {
  try {
    return (answer.json() as Record<string, unknown>)[name]
  } catch {
    return answer.text
  }
}

/** What the events say since they were last cleared. */
export function reasonsOf({ events }: Stage): readonly unknown[] {
  return events.map(({ result, reason }) => (result === 'failure' ? reason : `${result} ${String(reason)}`))
}
