import type { JsonObject } from '../ports.ts'
import { type Authenticator, isEnabled, type MfaRecord } from '../record/record.ts'
import { clear } from '../throttle/throttle.ts'
import type { PreparedBackup } from '../tokens/claims.ts'
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

/**
 * The record with one more authenticator and, where it is the first, with backups: those whose codes have been handed out
 * already, else new ones. Raises the epoch.
 */
export async function withAuthenticator(
  core: Core,
  record: MfaRecord,
  add: { authenticator: Authenticator; backups: readonly PreparedBackup[] | undefined; nowMs: number },
): Promise<{ record: MfaRecord; codes: readonly string[] }> {
  const { authenticator, nowMs } = add
  const grown = { ...record, epoch: record.epoch + 1, authenticators: [...record.authenticators, authenticator] }
  if (isEnabled(record)) return { record: grown, codes: [] }
  const backups = add.backups ?? (await preparedBackups(core))
  const made = backups.map(({ type, name, data }) => newAuthenticator(core, { type, name, data, nowMs }))
  // The guesses that were counted went against codes that are no more.
  const cleared = clear(
    grown,
    made.map(({ type }) => type),
  )
  const authenticators = [...grown.authenticators, ...made]
  return { record: { ...cleared, enabledAt: nowMs, authenticators }, codes: backups.flatMap(({ codes }) => codes) }
}

/** A new set of every backup factor, and the codes to hand out. */
export async function preparedBackups(core: Core): Promise<readonly PreparedBackup[]> {
  const made: PreparedBackup[] = []
  for (const { type, title: name, backup } of core.factors) {
    if (backup !== undefined) made.push({ type, name, ...(await backup.create({ randomBytes: core.randomBytes })) })
  }
  return made
}
