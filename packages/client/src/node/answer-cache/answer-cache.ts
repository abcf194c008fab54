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
 * Answers to questions, in a file. Questions count to the letter, case and accents too; the latest answer is the last. The
 * file is read anew each time, and written while no other process does. One that is broken is never overwritten: every
 * method but `validate` rejects with ClientError `invalid_file` then, and with `file_locked` where another process holds the
 * file for too long. To change it by a question or an answer that is no text, or is empty or longer than 4096 characters, is
 * a TypeError.
 */
export interface AnswerCache extends RememberedAnswers {
  /** The latest answer; `null` where there is none. */
  get(question: string): Promise<string | null>
  /** All answers, the latest last; none where the question is not known. */
  getAll(question: string): Promise<readonly string[]>
  /** Remembers an answer as the latest; one that is there already moves to the end. */
  add(question: string, answer: string): Promise<void>
  /** Forgets a question. @returns whether it was there */
  remove(question: string): Promise<boolean>
  /** Forgets an answer, and with the last one the question. @returns whether it was there */
  removeAnswer(question: string, answer: string): Promise<boolean>
  /** Forgets all. */
  clear(): Promise<void>
  questions(): Promise<readonly string[]>
  /** All questions with their answers, in the order of the file. */
  entries(): Promise<AnswerEntries>
  /**
   * Adds what another cache has: its questions after the own ones, its answers after those that are known.
   *
   * @param other - A cache, or the path of its file, which has to be there; `key` is what that is encrypted with
   * @returns how much was new
   */
  merge(other: string | AnswerCache, key?: AnswerKey): Promise<Merged>
  /** Drops empty texts, questions without an answer, and of answers that are there twice all but the last. @returns what went */
  clean(): Promise<Cleaned>
  /** Looks at the file. Never rejects for what is wrong with it, but says so. */
  validate(): Promise<AnswersReport>
  /**
   * Encrypts the file, or encrypts it with another key. From then on this cache uses the new one. A key file that is missing
   * is made.
   */
  encrypt(key: AnswerKey): Promise<void>
  /** Writes the file in plain, and goes on so. */
  decrypt(): Promise<void>
}

/**
 * Answers in a file: `{ "question": ["older", "latest"] }`, UTF-8, with mode 0600, two spaces of indent and nothing escaped to
 * ASCII, so that a program of another language reads and writes the same file. It is made with the first answer. At most 10,000
 * questions, and 1 MiB.
 *
 * With a passphrase or a key file the file is encrypted: AES-256-GCM, for a passphrase with a key by scrypt (RFC 7914; N 131072,
 * r 8, p 1). One that is still plain is read so, and encrypted by the next write. A passphrase costs some tenths of a second
 * once: the key of the salt seen last stays in memory, and is written with again, each time under a new nonce.
 *
 * @param file - Its path
 * @throws TypeError where an option is none
 */
export function answerCache(file: string, { passphrase, keyFile, onNotice }: AnswerCacheOptions = {}): AnswerCache {
  const own = privateFile(file, 'file', { onNotice, isOurs: isAnswers })
  const keyringOf = (key: AnswerKey) => {
    if (key.keyFile !== undefined && resolve(key.keyFile) === own.path)
      throw new TypeError('keyFile must be another file than that of the answers')
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
  // A question that could not be kept, of a server say, is one that is not known.
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
    throw new TypeError(`${name} must be a text of 1 to ${longest} characters`)
  return text
}
