import type { JsonObject } from '../ports.ts'
import { type Authenticator, isEnabled, type MfaRecord } from '../record/record.ts'
import { clear } from '../throttle/throttle.ts'
import type { Core } from './core.ts'

/** The first of `Authenticator 1`, `Authenticator 2`, … that is not taken. */
export function defaultName(record: MfaRecord, base: string): string {
  const taken = new Set(record.authenticators.map(({ name }) => name))
  for (let number = 1; ; number += 1) {
    if (!taken.has(`${base} ${number}`)) return `${base} ${number}`
  }
}

export function newAuthenticator(
  core: Core,
  from: { type: string; name: string; data: JsonObject; nowMs: number },
): Authenticator {
  const id = Buffer.from(core.randomBytes(12)).toString('base64url')
  return { id, type: from.type, name: from.name, createdAt: from.nowMs, lastUsedAt: null, data: from.data }
}

/** The record with one more authenticator and, where it is the first, with new backups. Raises the epoch. */
export async function withAuthenticator(
  core: Core,
  record: MfaRecord,
  add: { authenticator: Authenticator; nowMs: number },
): Promise<{ record: MfaRecord; codes: readonly string[] }> {
  const { authenticator, nowMs } = add
  const grown = { ...record, epoch: record.epoch + 1, authenticators: [...record.authenticators, authenticator] }
  if (isEnabled(record)) return { record: grown, codes: [] }
  const backups = await newBackups(core, nowMs)
  const authenticators = [...grown.authenticators, ...backups.map((made) => made.authenticator)]
  // The guesses that were counted went against codes that are no more.
  const cleared = clear(
    grown,
    backups.map((made) => made.authenticator.type),
  )
  return { record: { ...cleared, enabledAt: nowMs, authenticators }, codes: backups.flatMap(({ codes }) => codes) }
}

/** A new authenticator of every backup factor, and the codes to hand out. */
async function newBackups(
  core: Core,
  nowMs: number,
): Promise<readonly { authenticator: Authenticator; codes: readonly string[] }[]> {
  const made: { authenticator: Authenticator; codes: readonly string[] }[] = []
  for (const factor of core.factors) {
    if (factor.backup === undefined) continue
    const { data, codes } = await factor.backup.create({ randomBytes: core.randomBytes })
    made.push({ authenticator: newAuthenticator(core, { type: factor.type, name: factor.title, data, nowMs }), codes })
  }
  return made
}
