import type { JsonObject } from '../../ports/values.ts'
import { readOptions, whole } from '../../read-options.ts'
import { cleanText } from '../../texts.ts'
import { isSameHash, newSalt, saltedHash } from '../salted-hash.ts'
import { normalizeAnswer, readAnswer } from './answer.ts'
import { mostPrevious } from './outstanding.ts'
import { longestQuestion, type QuestionSource } from './source.ts'

/** What `enrolledAnswers` takes. */
export interface EnrolledAnswersOptions {
  /** What users choose their questions from. @defaultValue none: they write their own */
  readonly questions?: readonly string[] | undefined
  /** Fewest answers a user enrolls, 3 to 10. @defaultValue 3 */
  readonly least?: number | undefined
}

/** One answer as it is kept. */
type EnrolledAnswer = { readonly question: string; readonly salt: string; readonly hash: string }
type GivenAnswer = { readonly question: string; readonly answer: string }

/** All of them are remembered once they were asked, so that they take turns. */
const mostAnswers = mostPrevious
/** All questions together, in UTF-8: they travel in the token of the enrollment. */
const mostBytes = 1800

/**
 * Questions that users answer when they enroll, for hosts that have none: `enroll` takes
 * `answers: [{ question, answer }]`, three to ten. Of an answer only a salted scrypt hash is kept, in the sealed record.
 * The questions take turns.
 *
 * @throws TypeError that names a bad option
 */
export function enrolledAnswers(options: EnrolledAnswersOptions = {}): QuestionSource {
  const { offered, least } = readEnrolled(options)
  return Object.freeze<QuestionSource>({
    next({ previous, enrolled }) {
      const order = previous.map(({ question }) => question)
      const waited = answersOf(enrolled).map(({ question }) => ({ question, turn: order.lastIndexOf(question) }))
      return waited.reduce((first, other) => (other.turn < first.turn ? other : first))
    },
    async check({ question, answer, enrolled }) {
      const kept = answersOf(enrolled).find((entry) => entry.question === question)
      return kept !== undefined && isSameHash(await saltedHash(normalizeAnswer(answer), kept.salt), kept.hash)
    },
    store: {
      fields: { answers: { check: (value) => faultOf(value, { offered, least }), schema: answersSchema(least) } },
      async create({ fields, randomBytes }) {
        const given = (fields['answers'] as readonly GivenAnswer[]).map((entry) => ({
          ...entry,
          salt: newSalt(randomBytes),
        }))
        return { answers: await Promise.all(given.map(hashAnswer)) }
      },
    },
  })
}

function answersOf(enrolled: JsonObject): readonly EnrolledAnswer[] {
  return enrolled['answers'] as readonly EnrolledAnswer[]
}

async function hashAnswer({ question, answer, salt }: GivenAnswer & { salt: string }): Promise<EnrolledAnswer> {
  return { question: question.trim(), salt, hash: await saltedHash(normalizeAnswer(answer), salt) }
}

function answersSchema(least: number): JsonObject {
  const properties = { question: { type: 'string' }, answer: { type: 'string' } }
  const items = { type: 'object', required: ['question', 'answer'], properties }
  return { type: 'array', minItems: least, maxItems: mostAnswers, items }
}

/** What is wrong with the answers of a body, or null. It repeats none of them. */
function faultOf(value: unknown, { offered, least }: { offered: readonly string[] | null; least: number }) {
  if (!Array.isArray(value) || value.length < least || value.length > mostAnswers)
    return `must be a list of ${least} to ${mostAnswers} objects, each with a question and an answer`
  const given = value.map((entry: Partial<GivenAnswer> | null) => ({
    question: cleanText(entry?.question, longestQuestion),
    answer: readAnswer(entry?.answer),
  }))
  if (given.some(({ question }) => question === null || !(offered?.includes(question) ?? true)))
    return offered === null
      ? `must have questions of 1 to ${longestQuestion} printable characters`
      : 'must have questions of those that are offered'
  if (Buffer.byteLength(given.map(({ question }) => question).join('')) > mostBytes)
    return `must have questions of ${mostBytes} bytes together at most`
  if (given.some(({ answer }) => answer === null)) return 'must have answers of 1 to 256 characters'
  const [questions, answers] = [
    given.map(({ question }) => normalizeAnswer(question as string)),
    given.map(({ answer }) => answer as string),
  ]
  if (new Set(questions).size < given.length) return 'must have no question twice'
  if (new Set(answers).size < given.length) return 'must have no answer twice'
  const isTold = answers.some((answer, index) => questions[index]?.includes(answer))
  return isTold ? 'must have no answer that its question tells' : null
}

function readEnrolled(options: EnrolledAnswersOptions): { offered: readonly string[] | null; least: number } {
  const { questions, least } = readOptions<EnrolledAnswersOptions>()('enrolledAnswers: options', options, {
    questions: (value) => value,
    least: whole([3, mostAnswers], 3),
  })
  return { offered: questions === undefined ? null : readOffered(questions, least), least }
}

function readOffered(questions: unknown, least: number): readonly string[] {
  const texts = Array.isArray(questions) ? questions.map((question) => cleanText(question, longestQuestion) ?? '') : []
  const isList = texts.length >= least && texts.every((text) => text !== '')
  if (!isList || new Set(texts.map(normalizeAnswer)).size < texts.length) {
    throw new TypeError(
      `enrolledAnswers: options.questions must be a list of ${least} or more different texts of 1 to ${longestQuestion} characters`,
    )
  }
  return Object.freeze(texts)
}
