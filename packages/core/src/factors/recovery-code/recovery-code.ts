import { fieldError } from '../../errors.ts'
import { requiredCode } from '../../fields.ts'
import type { RandomBytes } from '../../ports/values.ts'
import type { Authenticator } from '../../record/record.ts'
import { type CheckInput, defineFactor, type Factor, type Verdict } from '../factor.ts'
import { isOfAlphabet, normalizeRecoveryCode } from './alphabet.ts'
import { createHashedSet, findHashed, type HashedSet, hashedSet } from './hashed-set.ts'
import { createReadableSet, findReadable, type ReadableSet, readableSet, unusedCodes } from './readable-set.ts'
import type { RecoveryCodeSettings } from './settings.ts'

/** The recovery codes' part of the record: the set that was handed out last. */
export type RecoveryCodeData = ReadableSet | HashedSet

/** A code in its one form, and the set that it could be of. */
interface Given {
  readonly code: string
  readonly set: Authenticator<RecoveryCodeData>
}

/** Shortest code that is taken over from another system, without spaces and dashes. */
const shortestImport = 6
const longestImport = 64

/** Single-use codes for the day the authenticator is lost (NIST SP 800-63B-4 section 3.1.2, look-up secrets). */
export function recoveryCode(settings: RecoveryCodeSettings): Factor {
  return defineFactor<RecoveryCodeData, Given>({
    type: 'recovery_code',
    title: 'Recovery codes',
    path: 'recovery-codes',
    amr: ['recovery'],
    strength: 'possession',
    role: 'backup',
    field: { name: 'code', ...requiredCode },
    parse(answer, { authenticators }) {
      const code = normalizeRecoveryCode(answer)
      const set = code === null ? undefined : authenticators.find(({ data }) => couldBeCodeOf(data, code))
      return code === null || set === undefined ? null : { code, set }
    },
    check: checkCode,
    remaining,
    backup: {
      async create({ randomBytes }) {
        if (settings.reveal === 'once') {
          const { set, shown } = await createHashedSet(settings, randomBytes)
          return { data: set, codes: shown }
        }
        const set = createReadableSet(settings, randomBytes)
        return { data: set, codes: unusedCodes(set) }
      },
      import: (codes, { randomBytes }) => importRecoveryCodes(codes, { settings, randomBytes }),
      list: (data) => (data.kind === 'readable' ? unusedCodes(data) : []),
    },
  })
}

/**
 * A set from another system's codes, whatever their form.
 *
 * @throws MfaError `invalid_request` if a code is too short, too long, not letters and digits, or there twice
 */
async function importRecoveryCodes(
  codes: readonly unknown[],
  how: { settings: RecoveryCodeSettings; randomBytes: RandomBytes },
): Promise<RecoveryCodeData> {
  const taken = codes.map((shown) => ({ shown: String(shown), code: normalizeRecoveryCode(shown) ?? '' }))
  if (taken.some(({ code }) => code.length < shortestImport || code.length > longestImport)) {
    throw fieldError('recoveryCodes', `each must have ${shortestImport} to ${longestImport} ASCII letters and digits`)
  }
  if (new Set(taken.map(({ code }) => code)).size < taken.length)
    throw fieldError('recoveryCodes', 'two of them read alike')
  if (how.settings.reveal === 'always') return readableSet(taken)
  return hashedSet(
    taken.map(({ code }) => code),
    how.randomBytes,
  )
}

function remaining(data: RecoveryCodeData): number {
  return data.codes.filter(({ used }) => used !== true).length
}

function couldBeCodeOf(data: RecoveryCodeData, code: string): boolean {
  if (remaining(data) === 0) return false
  const lengths = data.kind === 'hashed' ? data.lengths : data.codes.map(({ code: own }) => own.length)
  // Only a set from elsewhere may hold a character that is not of the alphabet.
  const isForeign = data.kind === 'hashed' ? !data.slotted : data.codes.some(({ code: own }) => !isOfAlphabet(own))
  return lengths.includes(code.length) && (isForeign || isOfAlphabet(code))
}

async function checkCode({ answer }: CheckInput<RecoveryCodeData, Given>): Promise<Verdict<RecoveryCodeData>> {
  const { code, set } = answer
  const index = set.data.kind === 'readable' ? findReadable(set.data, code) : await findHashed(set.data, code)
  const found = set.data.codes[index]
  if (found === undefined) return { ok: false, reason: 'wrong', authenticatorId: set.id }
  if (found.used === true) return { ok: false, reason: 'replayed', authenticatorId: set.id }
  return { ok: true, authenticatorId: set.id, changed: new Map([[set.id, withUsed(set.data, index)]]) }
}

function withUsed(data: RecoveryCodeData, index: number): RecoveryCodeData {
  const markUsed = <T>(entry: T, at: number): T => (at === index ? { ...entry, used: true } : entry)
  return data.kind === 'readable'
    ? { ...data, codes: data.codes.map(markUsed) }
    : { ...data, codes: data.codes.map(markUsed) }
}
