import { invalidFile } from '../file-faults.ts'
import { withLock } from '../file-lock.ts'
import { isReadable, parseObject } from '../json-object.ts'
import type { PrivateFile } from '../private-file.ts'
import type { Answers } from './answers.ts'
import { formatAnswers, parseAnswers } from './answers-text.ts'
import { isEnvelope, open, readEnvelope, seal } from './envelope.ts'
import type { Keyring } from './keyring.ts'

/** What is in the file. */
export interface Content {
  /** The JSON of the answers, decrypted if it was encrypted. `null` if the file is missing. */
  readonly text: string | null
  readonly encrypted: boolean
  /** The permission bits as they were found. */
  readonly mode: number | null
  /** Whether others could use the file, and still can. */
  readonly isOpen: boolean
}

/** What the file must hold, and what to report. The same answers as before are not written. */
export interface Outcome<Result> {
  readonly answers: Answers
  readonly result: Result
}

/** A file of answers, plain or encrypted. */
export interface AnswerFile {
  /** @throws ClientError `invalid_file` */
  content(): Promise<Content>
  /** Reads the answers. None if the file is missing. @throws ClientError `invalid_file` */
  read(): Promise<Answers>
  /** Reads, decides and writes while nobody else does. @throws ClientError `invalid_file`, `file_locked` */
  change<Result>(rule: (answers: Answers) => Outcome<Result>): Promise<Result>
  /** Writes the same answers under another key, or unencrypted for `null`. Later writes do the same. */
  rekey(next: Keyring | null): Promise<void>
}

/** @param first - What the file is opened and written with. `null` if it is not encrypted */
export function createAnswerFile(file: PrivateFile, first: Keyring | null): AnswerFile {
  let keyring = first
  let rekeying: Promise<void> = Promise.resolve()

  const content = async (): Promise<Content> => {
    const own = keyring
    try {
      return await readContent(file, own)
    } catch (error) {
      await rekeying.catch(() => undefined)
      // Meanwhile this very cache wrote the file under another key.
      if (own !== keyring) return content()
      throw error
    }
  }
  const answersOf = ({ text }: Content): Answers => (text === null ? new Map() : parseAnswers(file.path, text))

  const rewrite = (next: Keyring | null): Promise<void> =>
    withLock(file.path, async (lock) => {
      const found = await readContent(file, keyring)
      const answers = answersOf(found)
      if (next !== null || found.encrypted) {
        const text = await sealText(formatAnswers(file.path, answers), next)
        await lock.confirm()
        await file.write(text)
      }
      keyring = next
    })

  return Object.freeze<AnswerFile>({
    content,
    read: async () => answersOf(await content()),
    change: (rule) =>
      withLock(file.path, async (lock) => {
        const answers = answersOf(await readContent(file, keyring))
        const outcome = rule(answers)
        if (outcome.answers === answers) return outcome.result
        const text = await sealText(formatAnswers(file.path, outcome.answers), keyring)
        await lock.confirm()
        await file.write(text)
        return outcome.result
      }),
    rekey(next) {
      rekeying = rewrite(next)
      return rekeying
    },
  })
}

async function readContent(file: PrivateFile, keyring: Keyring | null): Promise<Content> {
  const found = await file.read()
  if (found === null) return { text: null, encrypted: false, mode: null, isOpen: false }
  const { text, mode, isOpen } = found
  const object = envelopeIn(file.path, text)
  if (object === null) return { text, encrypted: false, mode, isOpen }
  if (keyring === null) throw invalidFile(file.path, 'key_needed')
  const opened = await openWith(keyring, object)
  if (opened === null) throw invalidFile(file.path, 'does_not_open')
  return { text: opened, encrypted: true, mode, isOpen }
}

/** Whether a text is a file of answers, encrypted or sound. */
export const isAnswers = isReadable((text) => envelopeIn('', text) ?? parseAnswers('', text))

type JsonObject = Readonly<Record<string, unknown>>

/** The envelope in a file's text, sound or not. `null` if the file is not encrypted. */
function envelopeIn(path: string, text: string): JsonObject | null {
  if (!text.includes('"latchkey"')) return null
  try {
    const object = parseObject(path, text)
    return isEnvelope(object) ? object : null
  } catch {
    // An envelope that was cut off is still encrypted.
    return /^\s*\{\s*"latchkey"\s*:\s*"answers"/.test(text) ? {} : null
  }
}

async function openWith(keyring: Keyring, object: JsonObject): Promise<string | null> {
  const envelope = readEnvelope(object)
  const key = envelope === null ? null : await keyring.keyFor(envelope.kdf)
  const text = envelope === null || key === null ? null : open(envelope, key)
  if (text === null) keyring.forget()
  return text
}

async function sealText(text: string, keyring: Keyring | null): Promise<string> {
  if (keyring === null) return text
  const { kdf, key } = await keyring.keyToWrite()
  return seal(text, kdf, key)
}
