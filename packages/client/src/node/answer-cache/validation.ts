import { type FileFault, faultOf } from '../file-faults.ts'
import type { AnswerFile } from './answer-file.ts'
import type { Answers } from './answers.ts'
import { type AnswersFault, readAnswers } from './answers-text.ts'

/** What is odd in a file of answers and does no harm. */
export type AnswersWarning =
  /** The question has no answer. */
  | 'empty_list'
  | 'empty_question'
  | 'empty_answer'
  /** The question has the same answer twice. */
  | 'duplicate_answer'
  /** Another question differs from it only by case, accents or white space. */
  | 'alike_question'
  /** Other users could read or write the file. Now they cannot. */
  | 'mode_repaired'
  /** Other users can read or write the file. It stays open, since others may need it. */
  | 'open_to_others'

/** What was found out about a file of answers. */
export interface AnswersReport {
  /** Whether the file can be used, because it has no fault. A missing file can: the first answer creates it. */
  readonly ok: boolean
  readonly exists: boolean
  readonly encrypted: boolean
  /** How many questions could be read. */
  readonly questions: number
  /** How many answers could be read. */
  readonly answers: number
  /** The permission bits as they were found, such as `0o600`. `null` on Windows, and if the file could not be read. */
  readonly mode: number | null
  /** What keeps the file from being used. `question` is `null` if it is the whole file. */
  readonly faults: readonly AnswersFault[]
  /** What is odd. `clean` drops what is empty or repeated. */
  readonly warnings: readonly { readonly question: string | null; readonly warning: AnswersWarning }[]
}

/** Examine a file without changing its content. */
export async function validate(path: string, file: AnswerFile): Promise<AnswersReport> {
  try {
    const { text, encrypted, mode, isOpen } = await file.content()
    if (text === null) return report({ exists: false })
    const { answers, faults } = readAnswers(path, text)
    const isLoose = mode !== null && (mode & 0o077) !== 0
    const modeWarning = isOpen ? ('open_to_others' as const) : ('mode_repaired' as const)
    const modeWarnings = isLoose ? [{ question: null, warning: modeWarning }] : []
    const warnings = [...modeWarnings, ...warningsOf(answers)]
    return report({ encrypted, mode, faults, warnings, ...counts(answers) })
  } catch (error) {
    const found = faultOf(error)
    if (found === undefined) throw error
    const fault = found.path === path ? found.fault : 'key_file'
    return report({ encrypted: encryptedOnly.includes(fault), faults: [{ question: null, fault }] })
  }
}

/** Faults that only an encrypted file can have. */
const encryptedOnly: readonly FileFault[] = ['key_needed', 'key_file', 'does_not_open']

const sound: AnswersReport = {
  ok: true,
  exists: true,
  encrypted: false,
  questions: 0,
  answers: 0,
  mode: null,
  faults: [],
  warnings: [],
}

function report(found: Partial<AnswersReport>): AnswersReport {
  return Object.freeze({ ...sound, ...found, ok: (found.faults ?? []).length === 0 })
}

function counts(answers: Answers): Pick<AnswersReport, 'questions' | 'answers'> {
  return { questions: answers.size, answers: [...answers.values()].reduce((sum, list) => sum + list.length, 0) }
}

function warningsOf(answers: Answers): AnswersReport['warnings'] {
  const seen = new Set<string>()
  return [...answers].flatMap(([question, list]) => {
    const bare = bareForm(question)
    const found: [isSo: boolean, warning: AnswersWarning][] = [
      [question === '', 'empty_question'],
      [seen.has(bare), 'alike_question'],
      [list.length === 0, 'empty_list'],
      [list.includes(''), 'empty_answer'],
      [new Set(list).size < list.length, 'duplicate_answer'],
    ]
    seen.add(bare)
    return found.filter(([isSo]) => isSo).map(([, warning]) => ({ question, warning }))
  })
}

/** Remove case, accents, and surplus white space. */
function bareForm(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/\s+/gu, ' ').trim().toLowerCase()
}
