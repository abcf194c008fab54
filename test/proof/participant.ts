// A process of an app, without its HTTP: `node participant.js <place as JSON>`. Its parent tells it what to do.

import { setTimeout as pause } from 'node:timers/promises'
import { createMfa, isMfaError, type Mfa, type MfaEvent, type Storage, type User } from '@latchkey/core'
import { type FaultyStorage, faultyStorage } from '@latchkey/testing'
import { outcome } from '../../packages/core/test/security/faults.ts'
import { type Given, operations } from '../../packages/core/test/security/operations.ts'
import { answerParent } from '../processes/answer.ts'
import { secret } from '../security/accounts.ts'
import { openPlace } from '../storages/open.ts'
import type { Place } from '../storages/place.ts'
import { type Acknowledged, work } from './work.ts'

/** What an operation came to: its result, or the code of its refusal. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly code: string; readonly retryAfterSeconds?: number | undefined }

/** An operation of `Mfa`, as it travels to another process. */
export interface Act {
  readonly method: keyof Mfa
  readonly args: readonly unknown[]
  readonly nowMs: number
}

/** At which call of the storage the process is to die. */
export interface Death {
  readonly method: 'get' | 'put' | 'delete'
  readonly when: 'before' | 'after'
}

export interface Operate {
  readonly name: string
  readonly given: Given
  readonly death: Death
  readonly nowMs: number
}

const { place, storageTimeoutSeconds } = JSON.parse(process.argv[2] ?? '') as Settings
const { storage: rows } = await openPlace(place)
const events: MfaEvent[] = []
let nowMs = 0
let beaten = 0
let death: Death | null = null
let isWorking = false
/** Users who are enrolled and signed in at one instant, so that their writes meet in one process too. */
const lanes = 4
const storage: FaultyStorage = faultyStorage(mortal(rows))
const findUser = (id: string): User => ({ id, name: id, stamp: '1' })
const mfa = createMfa({
  ...{ secret, issuer: 'Latchkey', storage, findUser, storageTimeoutSeconds },
  now: () => nowMs,
  onEvent: (event) => events.push(event),
})

/** What every process of a place is given. */
export interface Settings {
  readonly place: Place
  readonly storageTimeoutSeconds: number
}

/** The storage, until the call at which the process dies; counts writes that others were faster with. */
function mortal(storage: Storage): Storage {
  const dying = async <T>(method: Death['method'], call: () => Promise<T>): Promise<T> => {
    if (death?.method === method && death.when === 'before') process.kill(process.pid, 'SIGKILL')
    const result = await call()
    if (death?.method === method && death.when === 'after') process.kill(process.pid, 'SIGKILL')
    if (method === 'put' && result === false) beaten += 1
    return result
  }
  return {
    get: (userId) => dying('get', () => storage.get(userId)),
    put: (...write) => dying('put', () => storage.put(...write)),
    delete: (...removal) => dying('delete', () => storage.delete(...removal)),
    userIds: () => storage.userIds(),
  }
}

async function perform({ method, args, nowMs: at }: Act): Promise<Outcome> {
  nowMs = at
  try {
    const run = mfa[method] as (...args: readonly unknown[]) => Promise<unknown>
    return { ok: true, result: await run(...args) }
  } catch (error) {
    if (!isMfaError(error)) return { ok: false, code: `not an MfaError: ${String(error)}` }
    return { ok: false, code: error.code, retryAfterSeconds: error.retryAfterSeconds }
  }
}

/** What the parent can ask for. */
const commands = {
  act: perform,
  /** The same, but its first read hangs once it has read: see `held`. */
  actHeld(act: Act): Promise<Outcome> {
    storage.inject('get', 'hang_after')
    return perform(act)
  },
  held: () => storage.hanging(),
  release: () => storage.release(),
  /** Does an operation of the list, and dies at a call of the storage. */
  operate({ name, given, death: at, nowMs: now }: Operate) {
    const operation = operations.find((one) => one.name === name)
    if (operation === undefined) throw new Error(`there is no operation ${name}`)
    death = at
    nowMs = now
    return outcome(operation.run, mfa, given)
  },
  /**
   * Enrolls users and signs them in, some at a time, over and over, and tells the parent of each step that was
   * acknowledged. With one at a time no write would ever be acknowledged while another one waits.
   */
  async work(label: string) {
    isWorking = true
    const lane = async (_: unknown, number: number) => {
      for (let turn = 0; isWorking; turn += 1) {
        nowMs = Date.now()
        const isDone = await work(mfa, `${label}-${number}-${turn}`, { nowMs, acknowledge })
        // A server that is down would be asked thousands of times a second.
        await pause(isDone ? 0 : 20)
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  },
  rest() {
    isWorking = false
  },
  /** How many writes others were faster with, since it was asked last. */
  takeBeaten() {
    const count = beaten
    beaten = 0
    return count
  },
  takeEvents: () => events.splice(0).map(({ type, result, reason, userId }) => ({ type, result, reason, userId })),
}

/** Commands by name. */
export type Commands = typeof commands

function acknowledge(step: Acknowledged): void {
  process.send?.({ acknowledged: step })
}

answerParent(commands, 'ready')
