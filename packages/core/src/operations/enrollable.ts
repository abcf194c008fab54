import { MfaError } from '../errors.ts'
import type { Enrollment, Factor } from '../factors/factor.ts'
import type { JsonObject } from '../ports.ts'
import { isEnabled, type MfaRecord } from '../record/record.ts'
import { authenticatorsOf, type Core } from './core.ts'

/** A factor that can be enrolled. */
export interface Enrollable {
  readonly factor: Factor
  readonly enrollment: Enrollment<JsonObject>
}

/** @throws TypeError where no such factor can be enrolled */
export function enrollable(core: Core, type: string): Enrollable {
  const factor = core.factors.find((candidate) => candidate.type === type)
  if (factor?.enrollment === undefined) throw new TypeError(`no factor '${type}' can be enrolled`)
  return { factor, enrollment: factor.enrollment }
}

/** The refusal of one more authenticator than the factor allows, or of one that lacks another beside it; or null. */
export function enrollmentRefusal(record: MfaRecord, { factor, enrollment }: Enrollable): MfaError | null {
  const { limit, beside } = enrollment
  if (beside === true && !isEnabled(record)) {
    return new MfaError('not_enabled', {
      detail: `${factor.title} cannot be the only factor: enroll another one first`,
    })
  }
  if (authenticatorsOf(record, factor.type).length < limit) return null
  return new MfaError('authenticator_limit', { detail: `at most ${limit} of ${factor.title}: remove one first` })
}

/** The factors that can be enrolled first, by type. */
export function entryFactors({ factors }: Core): readonly string[] {
  return factors.flatMap(({ type, enrollment }) =>
    enrollment === undefined || enrollment.beside === true ? [] : [type],
  )
}
