import type { Factor } from '../factors/factor.ts'
import type { FactorKeys } from '../factors/holding.ts'
import type { RandomBytes } from '../ports/values.ts'

/** What a rule decides by. It holds nothing that could write, sign, or send. So a rule that gets only this is pure. */
export interface Terms {
  /** In the order in which they are asked. */
  readonly factors: readonly Factor[]
  readonly attempts: AttemptLimits
  readonly stepUpSeconds: number | false
  readonly randomBytes: RandomBytes
  /** The keys of a factor's own, by its type. */
  readonly keysOf: (type: string) => FactorKeys
}

/**
 * How consecutive failures of one factor are answered (NIST SP 800-63B-4 section 3.2.2).
 */
export interface AttemptLimits {
  /** The failure that starts the first wait. @defaultValue 5 */
  readonly waitAfter: number
  /** The first wait in seconds; each further failure doubles it. @defaultValue 30 */
  readonly waitSeconds: number
  /** The longest wait in seconds. @defaultValue 3600 */
  readonly maxWaitSeconds: number
  /** The failure that suspends the factor. @defaultValue 100 */
  readonly suspendAfter: number
}
