import { resolve } from 'node:path'
import type { NoticeListener, RememberedAnswers } from '../../ports.ts'
import { invalidFile } from '../file-faults.ts'
import { privateFile } from '../private-file.ts'
import { type AnswerFile, createAnswerFile, isAnswers } from './answer-file.ts'
import {
  type AnswerEntries,
  type Cleaned,
  clean,
  type Merged,
  mergedWith,
  withAnswer,
  withoutAnswer,
  withoutQuestion,
} from './answers.ts'
import { type AnswerKey, createKeyring } from './keyring.ts'
import { type AnswersReport, validate } from './validation.ts'

export interface AnswerCacheOptions extends AnswerKey {
  /** Hears `mode_repaired`. */
  readonly onNotice?: NoticeListener | undefined
}

/**
 * Answers to questions, in a file. Questions are compared exactly, including case and accents. The latest answer is the last.
 * The file is read at each call, and written while no other process writes it. A broken file is never overwritten: every
 * method except `validate` then rejects with ClientError `invalid_file`. If another process holds the file for too long, they
 * reject with `file_locked`. A question or an answer to be written must be a string of 1 to 4096 characters, or it is a
 * TypeError.
 */
export interface AnswerCache extends RememberedAnswers {
  /** Get the latest answer. `null` if there is none. */
  get(question: string): Promise<string | null>
  /** Get all answers, the latest last. None if the question is not known. */
  getAll(question: string): Promise<readonly string[]>
  /** Remember an answer as the latest. One that is known already moves to the end. */
  add(question: string, answer: string): Promise<void>
  /** Forget a question. @returns whether it was known */
  remove(question: string): Promise<boolean>
  /** Forget an answer. With its last answer, a question goes too. @returns whether the answer was known */
  removeAnswer(question: string, answer: string): Promise<boolean>
  /** Forget everything. */
  clear(): Promise<void>
  questions(): Promise<readonly string[]>
  /** Get all questions with their answers, in the order of the file. */
  entries(): Promise<AnswerEntries>
  /**
   * Add what another cache has: new questions after the known ones, new answers after the known ones.
   *
   * @param other - A cache, or the path of a file that exists
   * @param key - What that file is encrypted with
   * @returns how much was new
   */
  merge(other: string | AnswerCache, key?: AnswerKey): Promise<Merged>
  /** Drop empty texts, questions without an answer, and all but the last of repeated answers. @returns what was dropped */
  clean(): Promise<Cleaned>
  /** Examine the file. What is wrong with it is reported and not thrown. */
  validate(): Promise<AnswersReport>
  /**
   * Encrypt the file, or encrypt it with another key. From then on this cache uses the new key. A missing key file is made.
   */
  encrypt(key: AnswerKey): Promise<void>
  /** Decrypt the file. From then on this cache writes it unencrypted. */
  decrypt(): Promise<void>
}

/**
 * Keep answers in a file: `{ "question": ["older", "latest"] }`, UTF-8, with mode 0600, an indent of two spaces, and nothing
 * escaped to ASCII. So a program in another language can read and write the same file. The first answer creates it. It holds at
 * most 10,000 questions and 1 MiB.
 *
 * With a passphrase or a key file the file is encrypted by AES-256-GCM. scrypt makes the key of a passphrase (RFC 7914; N 131072,
 * r 8, p 1). An unencrypted file is still read, and the next write encrypts it. A passphrase costs some tenths of a second once:
 * the key for the salt seen last stays in memory. Later writes use it again, each under a new nonce.
 *
 * @param file - Its path
 * @throws TypeError if an option is bad
 */
export function answerCache(file: string, { passphrase, keyFile, onNotice }: AnswerCacheOptions = {}): AnswerCache {
  const own = privateFile(file, 'file', { onNotice, isOurs: isAnswers })
  const keyringOf = (key: AnswerKey) => {
    if (key.keyFile !== undefined && resolve(key.keyFile) === own.path)
      throw new TypeError('keyFile must be another file than the file of answers')
    return createKeyring(key, { onNotice })
  }
  const answers = createAnswerFile(own, keyringOf({ passphrase, keyFile }))
  return Object.freeze<AnswerCache>({
    ...readsOf(answers),
    ...writesOf(answers),
    merge: async (other, key = {}) => {
      const entries = typeof other === 'string' ? await entriesIn(other, { ...key, onNotice }) : await other.entries()
      return answers.change((known) => {
        const { answers: merged, came } = mergedWith(known, entries)
        return { answers: came.questions + came.answers === 0 ? known : merged, result: came }
      })
    },
    validate: () => validate(own.path, answers),
    encrypt: async (key) => {
      const keyring = keyringOf(key)
      if (keyring === null) throw new TypeError('key must hold a passphrase or a keyFile')
      await answers.rekey(keyring)
    },
    decrypt: () => answers.rekey(null),
  })
}

type Reads = Pick<AnswerCache, 'get' | 'getAll' | 'questions' | 'entries'>

function readsOf(file: AnswerFile): Reads {
  // A question that could not be stored, such as an empty one from a server, is just not known.
  const getAll = async (question: string) => (await file.read()).get(question) ?? []
  return {
    get: async (question) => (await getAll(question)).at(-1) ?? null,
    getAll,
    questions: async () => [...(await file.read()).keys()],
    entries: async () => [...(await file.read())],
  }
}

type Writes = Pick<AnswerCache, 'add' | 'remove' | 'removeAnswer' | 'clear' | 'clean'>

function writesOf(file: AnswerFile): Writes {
  return {
    add: async (question, answer) => {
      checkText('question', question)
      checkText('answer', answer)
      await file.change((known) => ({ answers: withAnswer(known, question, answer), result: undefined }))
    },
    remove: async (question) => {
      checkText('question', question)
      return file.change((known) => ({ answers: withoutQuestion(known, question), result: known.has(question) }))
    },
    removeAnswer: async (question, answer) => {
      checkText('question', question)
      checkText('answer', answer)
      return file.change((known) => {
        const left = withoutAnswer(known, question, answer)
        return { answers: left, result: left !== known }
      })
    },
    clear: () => file.change((known) => ({ answers: known.size === 0 ? known : new Map(), result: undefined })),
    clean: () =>
      file.change((known) => {
        const { answers, went } = clean(known)
        return { answers, result: went }
      }),
  }
}

async function entriesIn(path: string, { onNotice, ...key }: AnswerCacheOptions): Promise<AnswerEntries> {
  const file = privateFile(path, 'other', { onNotice, isOurs: isAnswers })
  const other = createAnswerFile(file, createKeyring(key, { onNotice }))
  if ((await other.content()).text === null) throw invalidFile(file.path, 'missing')
  return [...(await other.read())]
}

const longest = 4096

function checkText(name: string, text: string): string {
  if (typeof text !== 'string' || text === '' || text.length > longest)
    throw new TypeError(`${name} must be a string of 1 to ${longest} characters`)
  return text
}
