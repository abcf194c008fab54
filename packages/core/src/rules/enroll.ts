import { MfaError } from '../errors.ts'
import type { Enrollment, Factor } from '../factors/factor.ts'
import type { JsonObject } from '../ports/values.ts'
import { type Authenticator, isEnabled, type MfaRecord } from '../record/record.ts'
import type { PreparedBackup } from '../tokens/claims.ts'
import { authenticatorsOf } from './methods.ts'
import type { Terms } from './terms.ts'
import { clear } from './throttle.ts'

/** A factor that can be enrolled. */
export interface Enrollable {
  readonly factor: Factor
  readonly enrollment: Enrollment
}

/** @throws TypeError if no such factor can be enrolled */
export function enrollable(terms: Terms, type: string): Enrollable {
  const factor = terms.factors.find((candidate) => candidate.type === type)
  if (factor?.enrollment === undefined) throw new TypeError(`no factor '${type}' can be enrolled`)
  return { factor, enrollment: factor.enrollment }
}

/** The refusal of one more authenticator than the factor allows, or of one that lacks another beside it; or null. */
export function enrollmentRefusal(record: MfaRecord, { factor, enrollment }: Enrollable): MfaError | null {
  const { limit } = enrollment
  if (factor.role === 'beside' && !isEnabled(record)) {
    return new MfaError('not_enabled', {
      detail: `${factor.title} cannot be the only factor: enroll another one first`,
    })
  }
  if (authenticatorsOf(record, factor.type).length < limit) return null
  return new MfaError('authenticator_limit', { detail: `at most ${limit} of ${factor.title}: remove one first` })
}

/** The first of `Authenticator 1`, `Authenticator 2`, … that is not taken. */
export function defaultName(record: MfaRecord, base: string): string {
  const taken = new Set(record.authenticators.map(({ name }) => name))
  for (let number = 1; ; number += 1) {
    if (!taken.has(`${base} ${number}`)) return `${base} ${number}`
  }
}

export function newAuthenticator(
  terms: Terms,
  from: { type: string; name: string; data: JsonObject; nowMs: number },
): Authenticator {
  const id = Buffer.from(terms.randomBytes(12)).toString('base64url')
  return { id, type: from.type, name: from.name, createdAt: from.nowMs, lastUsedAt: null, data: from.data }
}

/**
 * The record with one more authenticator and, if it is the first, with backups: those whose codes have been handed out
 * already, otherwise new ones. Raises the epoch.
 */
export async function withAuthenticator(
  terms: Terms,
  record: MfaRecord,
  add: { authenticator: Authenticator; backups: readonly PreparedBackup[] | undefined; nowMs: number },
): Promise<{ record: MfaRecord; codes: readonly string[] }> {
  const { authenticator, nowMs } = add
  const grown = { ...record, epoch: record.epoch + 1, authenticators: [...record.authenticators, authenticator] }
  if (isEnabled(record)) return { record: grown, codes: [] }
  const backups = add.backups ?? (await prepareBackups(terms))
  const made = backups.map(({ type, name, data }) => newAuthenticator(terms, { type, name, data, nowMs }))
  // The guesses that were counted went against codes that no longer exist.
  const cleared = clear(
    grown,
    made.map(({ type }) => type),
  )
  const authenticators = [...grown.authenticators, ...made]
  return { record: { ...cleared, enabledAt: nowMs, authenticators }, codes: backups.flatMap(({ codes }) => codes) }
}

/** A new set of every backup factor, and the codes to hand out. */
export async function prepareBackups(terms: Terms): Promise<readonly PreparedBackup[]> {
  const made: PreparedBackup[] = []
  for (const { type, title: name, backup } of terms.factors) {
    if (backup !== undefined) made.push({ type, name, ...(await backup.create({ randomBytes: terms.randomBytes })) })
  }
  return made
}
