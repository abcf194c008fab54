import type { Fields } from '../../fields.ts'
import type { Awaitable, JsonObject, RandomBytes } from '../../ports/values.ts'
import { readFlag, readFunction, readOptions } from '../../read-options.ts'
import { cleanText } from '../../texts.ts'
import { normalizeAnswer, readAnswer } from './answer.ts'

/** Longest question, and longest name of one; in characters. */
export const longestQuestion = 160
const longestProposition = 100
const mostPropositions = 20
/** A question must fit into the token of an enrollment, and into the record. */
const mostBytes = 3000

/** A question for a user: 3000 bytes of JSON in UTF-8 at most. */
export interface Question {
  /** What the user is asked: 1 to 160 printable characters. */
  readonly question: string
  /**
   * What the user chooses from: 2 to 20 texts of 1 to 100 printable characters, of which no two read alike.
   *
   * @defaultValue none: any text may be the answer
   */
  readonly propositions?: readonly string[] | undefined
  /** The host's own name of the question, 1 to 160 characters; no client sees it. @defaultValue none */
  readonly ref?: string | undefined
}

/** A question that was asked before. */
export type AskedQuestion = { readonly question: string; readonly ref: string | null }

/** A question as it is kept. */
export type KeptQuestion = AskedQuestion & { readonly propositions: readonly string[] }

/** Where questions come from, and who judges the answers. */
export interface QuestionSource {
  /**
   * Gives a question for a user, one that was not asked lately if there is one. It runs once for each new question
   * and outside of every write, so it may do I/O. What it throws, the app's error handler gets.
   */
  readonly next: (input: {
    readonly userId: string
    /** The latest questions that were answered, right or wrong: ten at most, the last one last. */
    readonly previous: readonly AskedQuestion[]
    /** What the store keeps of this user; `{}` without a store. */
    readonly enrolled: JsonObject
  }) => Awaitable<Question>
  /**
   * Judges an answer; only `true` is a yes. It runs inside a write, **again each time that another writer was first**, and
   * whatever else is asked of the user waits for it: pure and quick, no I/O but hashing. Compare in constant time.
   */
  readonly check: (input: {
    readonly userId: string
    readonly question: string
    /** `null` if `next` gave none. */
    readonly ref: string | null
    /** The chosen proposition to the letter; without propositions what the user typed, see {@link normalizeAnswer}. */
    readonly answer: string
    readonly enrolled: JsonObject
  }) => Awaitable<boolean>
  /** Keeps something of each user at enrollment, such as answers. @defaultValue none: the host knows the answers */
  readonly store?: AnswerStore | undefined
}

/** What is kept of a user who enrolls. */
export interface AnswerStore {
  /** What `enroll` takes from the body, each with its check. */
  readonly fields: Fields
  /** Makes what is kept from those fields, once they are checked: JSON of some 3000 bytes at most, encrypted with the record. */
  readonly create: (input: {
    readonly fields: Readonly<Record<string, unknown>>
    readonly randomBytes: RandomBytes
  }) => Awaitable<JsonObject>
}

/** What `questions` takes. */
export interface QuestionOptions extends QuestionSource {
  /**
   * Lets a user have questions and no other factor. Such a login says `kba` and proves no more than the password did.
   *
   * @defaultValue false
   */
  readonly onlyFactor?: boolean | undefined
}

/** @throws TypeError that names the option */
export function checkQuestionOptions(options: QuestionOptions): void {
  readOptions<QuestionOptions>()('questions: options', options, {
    next: readFunction,
    check: readFunction,
    store: readStore,
    onlyFactor: (value, name) => (value === undefined ? false : readFlag(value, name)),
  })
}

function readStore(store: unknown, name: string): unknown {
  if (store === undefined) return undefined
  const { fields, create } = (store ?? {}) as Partial<AnswerStore>
  if (typeof fields === 'object' && typeof create === 'function') return store
  throw new TypeError(`${name} must have 'fields' and a function 'create'`)
}

/** A question of the host's, as it is kept. @throws TypeError that names what is wrong with it */
export function keptQuestion(given: Question): KeptQuestion {
  const question = cleanText(given?.question, longestQuestion)
  if (question === null) throw new TypeError(`next: question must have 1 to ${longestQuestion} printable characters`)
  const ref = given.ref === undefined ? null : cleanText(given.ref, longestQuestion)
  if (given.ref !== undefined && ref === null)
    throw new TypeError(`next: ref must have 1 to ${longestQuestion} printable characters`)
  const kept = { question, ref, propositions: keptPropositions(given.propositions) }
  if (Buffer.byteLength(JSON.stringify(kept)) > mostBytes)
    throw new TypeError(`next: question and propositions must have at most ${mostBytes} bytes together`)
  return kept
}

function keptPropositions(given: readonly string[] | undefined): readonly string[] {
  if (given === undefined) return []
  const isList = Array.isArray(given) && given.length >= 2 && given.length <= mostPropositions
  const texts = isList ? given.map((text) => cleanText(text, longestProposition)) : [null]
  if (texts.some((text) => readAnswer(text) === null)) {
    throw new TypeError(
      `next: propositions must be 2 to ${mostPropositions} texts of 1 to ${longestProposition} characters`,
    )
  }
  const kept = texts as readonly string[]
  if (new Set(kept.map(normalizeAnswer)).size < kept.length)
    throw new TypeError('next: two of the propositions read alike')
  return kept
}
