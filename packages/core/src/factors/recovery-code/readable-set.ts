import { timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../ports.ts'
import { formatRecoveryCode, randomCharacters } from './alphabet.ts'
import type { RecoveryCodeSettings } from './settings.ts'

/** One code that may be shown again. */
interface ReadableCode {
  /** As handed out. */
  readonly shown: string
  /** In its one form, for comparing. */
  readonly code: string
  readonly used: boolean
  readonly [key: string]: string | boolean
}

/** A set whose unused codes can be shown again. */
export interface ReadableSet {
  readonly kind: 'readable'
  readonly codes: readonly ReadableCode[]
  readonly [key: string]: string | readonly ReadableCode[]
}

/** Far more than a set has codes. */
const mostDraws = 1000

/** A new set; its codes differ from each other. @throws Error where the random source repeats itself */
export function createReadableSet(settings: RecoveryCodeSettings, randomBytes: RandomBytes): ReadableSet {
  const codes = new Set<string>()
  for (let draws = 0; codes.size < settings.count; draws += 1) {
    if (draws === mostDraws) throw new Error('options.randomBytes repeats itself')
    codes.add(randomCharacters(settings.groups * 4, randomBytes))
  }
  return readableSet([...codes].map((code) => ({ code, shown: formatRecoveryCode(code) })))
}

/** A set of given codes. */
export function readableSet(codes: readonly { code: string; shown: string }[]): ReadableSet {
  return { kind: 'readable', codes: codes.map((code) => ({ ...code, used: false })) }
}

/** Where the code stands in the set, -1 where it does not. Every code is compared, found or not. */
export function findReadable(set: ReadableSet, code: string): number {
  const wanted = Buffer.from(code)
  let found = -1
  for (const [index, entry] of set.codes.entries()) {
    const candidate = Buffer.from(entry.code)
    if (candidate.length === wanted.length && timingSafeEqual(candidate, wanted)) found = index
  }
  return found
}
