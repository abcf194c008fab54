import type { Authenticator, MfaRecord } from '../record/record.ts'
import type { Terms } from './terms.ts'

/** The authenticators of one factor. */
export function authenticatorsOf(record: MfaRecord, type: string): readonly Authenticator[] {
  return record.authenticators.filter((authenticator) => authenticator.type === type)
}

/** The factors a user could still answer with, by type; backups come last. */
export function usableMethods(terms: Terms, record: MfaRecord): readonly string[] {
  const usable = terms.factors.filter((factor) => {
    const own = authenticatorsOf(record, factor.type)
    return own.length > 0 && (factor.isUsable?.(own) ?? true)
  })
  const backupsLast = usable.toSorted(
    (one, other) => Number(one.backup !== undefined) - Number(other.backup !== undefined),
  )
  return backupsLast.map(({ type }) => type)
}

/** The factors that can be enrolled first, by type. */
export function enrolleeFactors({ factors }: Terms): readonly string[] {
  return factors.flatMap(({ type, enrollment }) =>
    enrollment === undefined || enrollment.beside === true ? [] : [type],
  )
}
