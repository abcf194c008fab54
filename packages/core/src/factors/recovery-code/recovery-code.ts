import { fieldError } from '../../errors.ts'
import type { RandomBytes } from '../../ports.ts'
import type { Authenticator } from '../../record/record.ts'
import { type CheckInput, codeFault, type Factor, type Verdict } from '../factor.ts'
import { isOfAlphabet, normalizeRecoveryCode } from './alphabet.ts'
import { createHashedSet, findHashed, type HashedSet, hashedSet } from './hashed-set.ts'
import { createReadableSet, findReadable, type ReadableSet, readableSet, unusedCodes } from './readable-set.ts'
import type { RecoveryCodeSettings } from './settings.ts'

/** The recovery codes' part of the record: the set that was handed out last. */
export type RecoveryCodeData = ReadableSet | HashedSet

/** Shortest code that is taken over from another system, without spaces and dashes. */
const shortestImport = 6
const longestImport = 64

/** Single-use codes for the day the authenticator is lost (NIST SP 800-63B-4 section 3.1.2, look-up secrets). */
export function recoveryCode(settings: RecoveryCodeSettings): Factor<RecoveryCodeData> {
  return Object.freeze<Factor<RecoveryCodeData>>({
    type: 'recovery_code',
    title: 'Recovery codes',
    path: 'recovery-codes',
    amr: ['recovery'],
    field: 'code',
    fieldFault: codeFault,
    couldBe: (answer, authenticators) => authenticators.some(({ data }) => isCodeOf(data, answer)),
    check: checkCode,
    isUsable: (authenticators) => authenticators.some(({ data }) => remaining(data) > 0),
    backup: {
      async create({ randomBytes }) {
        if (settings.reveal === 'once') {
          const { set, shown } = await createHashedSet(settings, randomBytes)
          return { data: set, codes: shown }
        }
        const set = createReadableSet(settings, randomBytes)
        return { data: set, codes: unusedCodes(set) }
      },
      list: (data) => (data.kind === 'readable' ? unusedCodes(data) : []),
      remaining,
    },
  })
}

/**
 * A set from another system's codes, whatever their form.
 *
 * @throws MfaError `invalid_request` where a code is too short, too long, not letters and digits, or there twice
 */
export async function importRecoveryCodes(
  codes: readonly string[],
  how: { settings: RecoveryCodeSettings; randomBytes: RandomBytes },
): Promise<RecoveryCodeData> {
  if (!Array.isArray(codes) || codes.length === 0) throw fieldError('recoveryCodes', 'must be a list of codes')
  const taken = codes.map((shown) => ({ shown, code: normalizeRecoveryCode(shown) ?? '' }))
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

function isCodeOf(data: RecoveryCodeData, answer: unknown): boolean {
  const code = normalizeRecoveryCode(answer)
  if (code === null || remaining(data) === 0) return false
  const lengths = data.kind === 'hashed' ? data.lengths : data.codes.map(({ code: own }) => own.length)
  // Only a set from elsewhere may hold a character that is not of the alphabet.
  const isForeign = data.kind === 'hashed' ? !data.slotted : data.codes.some(({ code: own }) => !isOfAlphabet(own))
  return lengths.includes(code.length) && (isForeign || isOfAlphabet(code))
}

async function checkCode(input: CheckInput<RecoveryCodeData>): Promise<Verdict<RecoveryCodeData>> {
  const code = normalizeRecoveryCode(input.answer) as string
  const [set] = input.authenticators as readonly [Authenticator<RecoveryCodeData>]
  const index = set.data.kind === 'readable' ? findReadable(set.data, code) : await findHashed(set.data, code)
  const found = set.data.codes[index]
  if (found === undefined) return { ok: false, reason: 'wrong', authenticatorId: set.id }
  if (found.used === true) return { ok: false, reason: 'replayed', authenticatorId: set.id }
  const codes = set.data.codes.map((entry, at) => (at === index ? { ...entry, used: true } : entry))
  return { ok: true, authenticatorId: set.id, changed: new Map([[set.id, { ...set.data, codes } as RecoveryCodeData]]) }
}
