import { timingSafeEqual } from 'node:crypto'
import type { RandomBytes } from '../../ports/values.ts'
import { formatRecoveryCode, randomCharacters } from './alphabet.ts'
import type { RecoveryCodeSettings } from './settings.ts'

/** One code that may be shown again. Every login reads and writes the set, so it holds no more than it must. */
interface ReadableCode {
  /** In its one form, for comparing. */
  readonly code: string
  /** As handed out, if that is not the form of ours. */
  readonly shown?: string
  /** @defaultValue false */
  readonly used?: boolean
}

/** A set whose unused codes can be shown again. */
export interface ReadableSet {
  readonly kind: 'readable'
  readonly codes: readonly ReadableCode[]
}

/** Far more than a set has codes. */
const mostDraws = 1000

/** A new set; its codes differ from each other. @throws Error if the random source repeats itself */
export function createReadableSet(settings: RecoveryCodeSettings, randomBytes: RandomBytes): ReadableSet {
  const codes = new Set<string>()
  for (let draws = 0; codes.size < settings.count; draws += 1) {
    if (draws === mostDraws) throw new Error('options.randomBytes repeats itself')
    codes.add(randomCharacters(settings.groups * 4, randomBytes))
  }
  return { kind: 'readable', codes: [...codes].map((code) => ({ code })) }
}

/** A set of codes that others handed out. */
export function readableSet(codes: readonly { code: string; shown: string }[]): ReadableSet {
  return {
    kind: 'readable',
    codes: codes.map(({ code, shown }) => (shown === formatRecoveryCode(code) ? { code } : { code, shown })),
  }
}

/** The unused codes, as they were handed out. */
export function unusedCodes({ codes }: ReadableSet): readonly string[] {
  return codes.flatMap(({ code, shown, used }) => (used === true ? [] : [shown ?? formatRecoveryCode(code)]))
}

/** The index of the code in the set, -1 if it is not there. Every code is compared, found or not. */
export function findReadable(set: ReadableSet, code: string): number {
  const wanted = Buffer.from(code)
  let found = -1
  for (const [index, entry] of set.codes.entries()) {
    const candidate = Buffer.from(entry.code)
    if (candidate.length === wanted.length && timingSafeEqual(candidate, wanted)) found = index
  }
  return found
}
