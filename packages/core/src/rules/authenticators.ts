import type { Role } from '../factors/factor.ts'
import { type Authenticator, isEnabled, type MfaRecord } from '../record/record.ts'
import type { About } from './decision.ts'
import type { Terms } from './terms.ts'

/** What may be told of an authenticator. */
export interface AuthenticatorSummary {
  readonly id: string
  /** Its factor: `totp`. */
  readonly type: string
  readonly name: string
  readonly createdAt: Date
  /** Null until the first use after enrollment. */
  readonly lastUsedAt: Date | null
}

export function summaryOf(authenticator: Authenticator): AuthenticatorSummary {
  const { id, type, name, createdAt, lastUsedAt } = authenticator
  return {
    id,
    type,
    name,
    createdAt: new Date(createdAt),
    lastUsedAt: lastUsedAt === null ? null : new Date(lastUsedAt),
  }
}

/** The authenticators that were enrolled; the backups came along and are not among them. */
export function enrolledOf(terms: Terms, record: MfaRecord): readonly Authenticator[] {
  return withoutRole(terms, record.authenticators, 'backup')
}

/** Those of the enrolled that make a second factor: some factors are there beside another one only. */
function standingOf(terms: Terms, record: MfaRecord): readonly Authenticator[] {
  return withoutRole(terms, enrolledOf(terms, record), 'beside')
}

function withoutRole(terms: Terms, authenticators: readonly Authenticator[], role: Role): readonly Authenticator[] {
  const types = new Set(terms.factors.flatMap((factor) => (factor.role === role ? [factor.type] : [])))
  return authenticators.filter(({ type }) => !types.has(type))
}

/** Which authenticator is meant. */
export interface Meant {
  readonly id: string
  /** If it is set, an authenticator of another factor is none. */
  readonly factor?: string | undefined
}

/** The enrolled authenticator that is meant; undefined if the user has none such. */
export function enrolledNamed(terms: Terms, record: MfaRecord, { id, factor }: Meant): Authenticator | undefined {
  const named = enrolledOf(terms, record).find((entry) => entry.id === id)
  return factor === undefined || named?.type === factor ? named : undefined
}

/** The record without some authenticators; the last one takes along what is there beside it only. Raises the epoch. */
export function withoutAuthenticators(terms: Terms, record: MfaRecord, gone: readonly Authenticator[]): MfaRecord {
  const epoch = record.epoch + 1
  const authenticators = record.authenticators.filter((entry) => !gone.includes(entry))
  const left = standingOf(terms, { ...record, authenticators })
  if (left.length > 0 || !isEnabled(record)) return { ...record, epoch, authenticators }
  return {
    ...record,
    epoch,
    authenticators: [],
    states: lastingStates(terms, record),
    enabledAt: null,
    lastUsedAt: null,
  }
}

function lastingStates(terms: Terms, { states }: MfaRecord): MfaRecord['states'] {
  const lasting = terms.factors.flatMap((factor) => {
    const state = states[factor.type]
    const left = state === undefined ? undefined : factor.lasting?.(state)
    return left === undefined ? [] : [[factor.type, left] as const]
  })
  return Object.fromEntries(lasting)
}

/** What an event says of an authenticator. */
export function aboutOf({ id, type }: Authenticator): About {
  return { factor: type, authenticatorId: id }
}
