import { createMfa, type Storage } from '@latchkey/core'
import { expect } from 'vitest'
import { secret } from '../security/accounts.ts'
import { readRecord } from './records.ts'
import type { Acknowledged } from './work.ts'

/** What processes were told is done; a storage that has lost any of it is found out. */
export interface Ledger {
  readonly write: (step: Acknowledged) => void
  /** How much was done and how much was refused, so far. */
  readonly counts: () => { readonly done: number; readonly refused: number }
  /** Resolves as soon as so much more was done. */
  readonly more: (steps: number) => Promise<void>
  /** Asserts that all of it is there, and that nobody was refused for another reason than the storage's outage. */
  readonly expectKept: (storage: Storage) => Promise<void>
}

/** Users whose records are read at one instant. */
const together = 8

export function openLedger(): Ledger {
  const done: Exclude<Acknowledged, { what: 'refused' }>[] = []
  const refused: string[] = []
  let waiting: { readonly until: number; readonly resolve: () => void }[] = []
  return {
    write(step) {
      if (step.what === 'refused') return void refused.push(step.code)
      done.push(step)
      for (const { until, resolve } of waiting) if (done.length >= until) resolve()
      waiting = waiting.filter(({ until }) => done.length < until)
    },
    counts: () => ({ done: done.length, refused: refused.length }),
    more: (steps) => new Promise((resolve) => void waiting.push({ until: done.length + steps, resolve })),
    async expectKept(storage) {
      expect(refused.filter((code) => code !== 'storage_unavailable')).toEqual([])
      const left = [...byUser(done)]
      const turn = async () => {
        for (let next = left.pop(); next !== undefined; next = left.pop()) await expectUserKept(storage, ...next)
      }
      await Promise.all(Array.from({ length: together }, turn))
    },
  }
}

async function expectUserKept(storage: Storage, userId: string, steps: readonly Acknowledged[]): Promise<void> {
  const { authenticators } = await readRecord(storage, userId)
  const [totp, ...others] = authenticators.filter(({ type }) => type === 'totp')
  expect({ userId, totp: totp?.type, others }).toEqual({ userId, totp: 'totp', others: [] })
  const unused = await unusedCodes(storage, userId)
  for (const step of steps) {
    if (step.what === 'totp') expect(totp?.data['lastStep']).toBeGreaterThanOrEqual(step.step)
    if (step.what === 'recovery_code') expect(unused).not.toContain(step.code)
    if (step.what === 'enrolled') expect(step.recoveryCodes).toEqual(expect.arrayContaining([...unused]))
  }
  // One code is used at most: the others are there.
  expect(unused.length).toBeGreaterThanOrEqual(9)
}

async function unusedCodes(storage: Storage, userId: string): Promise<readonly string[]> {
  const mfa = createMfa({ secret, issuer: 'Latchkey', storage, findUser: () => null })
  return (await mfa.recoveryCodes(userId, { provedAt: Date.now() })).codes
}

function byUser(steps: readonly Acknowledged[]): ReadonlyMap<string, readonly Acknowledged[]> {
  const users = new Map<string, Acknowledged[]>()
  for (const step of steps) users.set(step.userId, [...(users.get(step.userId) ?? []), step])
  return users
}
