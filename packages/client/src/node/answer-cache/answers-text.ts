import { type FileFault, faultOf, invalidFile } from '../file-faults.ts'
import { namesInOrder, parseObject } from '../json-object.ts'
import type { Answers } from './answers.ts'

const mostQuestions = 10_000

/** What is wrong with a file of answers, and at which question. `null` if it is the whole file. */
export interface AnswersFault {
  readonly question: string | null
  readonly fault: FileFault
}

/** What could be read, and everything that is wrong. */
export interface AnswersReading {
  readonly answers: Answers
  readonly faults: readonly AnswersFault[]
}

/** Read `{ "question": ["older", "latest"] }`, as far as the text is that. */
export function readAnswers(path: string, text: string): AnswersReading {
  let object: Readonly<Record<string, unknown>>
  try {
    object = parseObject(path, text)
  } catch (error) {
    return { answers: new Map(), faults: [{ question: null, fault: faultOf(error)?.fault ?? 'not_json' }] }
  }
  const answers = new Map<string, readonly string[]>()
  const faults: AnswersFault[] = []
  const seen = new Set<string>()
  for (const question of namesInOrder(text)) {
    const list = object[question]
    if (seen.has(question)) faults.push({ question, fault: 'question_twice' })
    else if (!Array.isArray(list)) faults.push({ question, fault: 'answers_not_a_list' })
    else if (!isTexts(list)) faults.push({ question, fault: 'answer_not_a_text' })
    else answers.set(question, list)
    seen.add(question)
  }
  if (seen.size > mostQuestions) faults.push({ question: null, fault: 'too_many_questions' })
  return { answers, faults }
}

/** Read the answers. @throws ClientError `invalid_file` if anything is wrong: a file that cannot be read whole must not be written */
export function parseAnswers(path: string, text: string): Answers {
  const { answers, faults } = readAnswers(path, text)
  const [first] = faults
  if (first !== undefined) throw invalidFile(path, first.fault)
  return answers
}

/**
 * The file's text as Python's `json.dump(…, indent=2, ensure_ascii=False)` writes it, to the byte.
 *
 * @throws ClientError `invalid_file` if there are too many questions
 */
export function formatAnswers(path: string, answers: Answers): string {
  if (answers.size > mostQuestions) throw invalidFile(path, 'too_many_questions')
  if (answers.size === 0) return '{}'
  const members = [...answers].map(([question, list]) => {
    const lines = JSON.stringify(list, null, 2).replaceAll('\n', '\n  ')
    return `  ${JSON.stringify(question)}: ${lines}`
  })
  return `{\n${members.join(',\n')}\n}`
}

function isTexts(list: readonly unknown[]): list is readonly string[] {
  return list.every((one) => typeof one === 'string')
}
