import { ClientError } from '../errors.ts'

const sentences = {
  missing: 'does not exist',
  is_there: 'exists already',
  not_a_file: 'is not a regular file',
  unreadable: 'cannot be read',
  unwritable: 'cannot be written',
  open_to_others: 'is open to other users, and its mode cannot be changed',
  too_large: 'is, or would be, larger than 1 MiB',
  not_utf8: 'is not UTF-8',
  not_json: 'is not JSON',
  not_an_object: 'holds no JSON object',
  answers_not_a_list: 'has answers that are not a list',
  answer_not_a_text: 'has an answer that is not a string',
  question_twice: 'has a question twice',
  too_many_questions: 'has, or would have, more than 10,000 questions',
  key_file: 'is encrypted, and its key file is missing or broken',
  key_needed: 'is encrypted: a passphrase or a key file is needed',
  does_not_open: 'does not open: the passphrase or key is another one, or the file is damaged',
  not_a_key: 'holds no key: 32 bytes as base64',
  not_steps: 'does not hold time steps',
  not_tokens: 'does not hold tokens and cookies',
} as const

/** What is wrong with a file. */
export type FileFault = keyof typeof sentences

const faults = new WeakMap<object, Fault>()

interface Fault {
  readonly path: string
  readonly fault: FileFault
}

/** The `ClientError` `invalid_file`. It names the file and holds nothing of its content. */
export function invalidFile(path: string, fault: FileFault, cause?: unknown): ClientError {
  const code = systemCode(cause)
  const detail = `The file ${path} ${sentences[fault]}${code === undefined ? '' : ` (${code})`}`
  const error = new ClientError('invalid_file', { detail, cause })
  faults.set(error, { path, fault })
  return error
}

/** What is wrong with which file, if the error comes from `invalidFile`. Otherwise undefined. */
export function faultOf(error: unknown): Fault | undefined {
  return typeof error === 'object' && error !== null ? faults.get(error) : undefined
}

/** The code of a system error, such as `ENOENT`. Undefined if it is no system error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
