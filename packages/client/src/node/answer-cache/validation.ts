import { type FileFault, faultOf } from '../file-faults.ts'
import type { AnswerFile } from './answer-file.ts'
import type { Answers } from './answers.ts'
import { type AnswersFault, readAnswers } from './answers-text.ts'

/** What a file of answers may hold that is odd and does no harm. */
export type AnswersWarning =
  /** The question has no answer. */
  | 'empty_list'
  | 'empty_question'
  | 'empty_answer'
  /** An answer is there twice. */
  | 'duplicate_answer'
  /** Another question differs from it by case, accents or white space alone. */
  | 'alike_question'
  /** Other users could read or write the file, and now cannot. */
  | 'mode_repaired'
  /** Other users can read or write the file. It stays so, since it may be none of ours. */
  | 'open_to_others'

/** What there is to say of a file of answers. */
export interface AnswersReport {
  /** Whether it can be used: there is no fault. A file that is missing can: it is made with the first answer. */
  readonly ok: boolean
  readonly exists: boolean
  readonly encrypted: boolean
  /** How many questions could be read. */
  readonly questions: number
  /** How many answers could be read. */
  readonly answers: number
  /** The permission bits as they were found, such as `0o600`; `null` on Windows, and where the file could not be read. */
  readonly mode: number | null
  /** What keeps the file from being used; `question` is `null` where it is the whole. */
  readonly faults: readonly AnswersFault[]
  /** What is odd; `clean` mends what is empty or there twice. */
  readonly warnings: readonly { readonly question: string | null; readonly warning: AnswersWarning }[]
}

/** Looks at a file without changing what is in it. */
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

/** Faults that a plain file cannot have. */
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

/** Without case, accents, and surplus white space. */
function bareForm(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll(/\s+/gu, ' ').trim().toLowerCase()
}
