import type { Factor } from '../factors/factor.ts'
import type { RandomBytes } from '../ports.ts'
import type { AttemptLimits } from './throttle.ts'

/** What a rule decides by. It holds nothing that could write, sign, or send: a rule that gets no more is pure. */
export interface Terms {
  /** In the order in which they are asked. */
  readonly factors: readonly Factor[]
  readonly attempts: AttemptLimits
  readonly stepUpSeconds: number | false
  readonly randomBytes: RandomBytes
}
