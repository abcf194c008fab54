import type { Factor, Purpose } from '../factors/factor.ts'
import type { Holding } from '../factors/holding.ts'
import type { Strength } from '../ports/proof.ts'
import type { Authenticator, MfaRecord } from '../record/record.ts'
import type { Terms } from './terms.ts'

const strengths: readonly Strength[] = ['knowledge', 'channel', 'possession', 'phishing_resistant']

/** How much a factor is worth. One that is not configured counts as possession: losing a package turns no factor off. */
export function strengthOf({ factors }: Terms, type: string): Strength {
  return factors.find((factor) => factor.type === type)?.strength ?? 'possession'
}

/** The authenticators of one factor. */
export function authenticatorsOf(record: MfaRecord, type: string): readonly Authenticator[] {
  return record.authenticators.filter((authenticator) => authenticator.type === type)
}

/** What is known of a user's part of a factor. */
export function holdingOf(terms: Terms, record: MfaRecord, type: string): Holding {
  return {
    state: record.states[type] ?? {},
    authenticators: authenticatorsOf(record, type),
    keys: terms.keysOf(type),
  }
}

/** The factors that are asked for a purpose, of those the user has. Knowledge is asked at login alone. */
export function askedFactors(terms: Terms, record: MfaRecord, purpose: Purpose): readonly Factor[] {
  return terms.factors.filter(
    ({ type, strength }) =>
      authenticatorsOf(record, type).length > 0 && (purpose === 'login' || strength !== 'knowledge'),
  )
}

/** The factors a user could still answer with, by type: the strongest first, backups last. */
export function usableMethods(terms: Terms, record: MfaRecord): readonly string[] {
  return usableFactors(terms, record).map(({ type }) => type)
}

/** The same, as factors. */
export function usableFactors(terms: Terms, record: MfaRecord): readonly Factor[] {
  const usable = terms.factors.filter((factor) => {
    const own = authenticatorsOf(record, factor.type)
    return answersLeft(factor, own) > 0
  })
  return usable.toSorted((one, other) => rankOf(other) - rankOf(one))
}

function rankOf({ strength, role }: Factor): number {
  return role === 'backup' ? -1 : strengths.indexOf(strength)
}

/** How many answers a user's authenticators of a factor are still good for. */
export function answersLeft(
  { remaining = () => Number.POSITIVE_INFINITY }: Factor,
  own: readonly Authenticator[],
): number {
  return own.reduce((sum, { data }) => sum + remaining(data), 0)
}

/** Unused codes of a backup, undefined of another factor. */
export function codesLeft(factor: Factor, own: readonly Authenticator[]): number | undefined {
  return factor.role === 'backup' ? answersLeft(factor, own) : undefined
}

/** The factors that can be enrolled first, by type. */
export function enrolleeFactors({ factors }: Terms): readonly string[] {
  return factors.flatMap(({ type, enrollment, role }) => (enrollment === undefined || role === 'beside' ? [] : [type]))
}
