import { ClientError } from '../errors.ts'
import type { NoticeListener } from '../ports.ts'
import { privateFile } from './private-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Take the secret from a variable of the environment. It is read at each call, without the white space around it.
 *
 * @param name - The name of the variable
 * @param env - @defaultValue `process.env`
 * @returns A function that throws ClientError `invalid_secret` if the variable is missing or empty
 * @throws TypeError if the name is no string, or is empty
 */
export function environmentSecret(name: string, env: Environment = process.env): () => string {
  if (typeof name !== 'string' || name === '') throw new TypeError('name must be the name of a variable')
  return () => {
    const secret = env[name]?.trim() ?? ''
    if (secret === '') throw invalidSecret(`The variable ${name} is missing or empty`)
    return secret
  }
}

export interface FileSecretOptions {
  /** Hears `mode_repaired`. */
  readonly onNotice?: NoticeListener | undefined
  /** Leaves a file open to others, for secrets that a container mounts. @defaultValue false */
  readonly sharedFile?: boolean | undefined
}

/**
 * Take the secret from a file: its first line that is not empty and does not begin with `#`. The file is read at each call, so
 * a replaced secret is seen. A file that others may read is closed to them.
 *
 * @param path - The path of the file
 * @returns A function that rejects with ClientError `invalid_secret` if there is no file or no such line, and with `invalid_file`
 * @throws TypeError if the path is no string, or is empty
 */
export function fileSecret(path: string, options: FileSecretOptions = {}): () => Promise<string> {
  const { onNotice, sharedFile = false } = options
  const isOurs = (text: string) => !sharedFile && /^(?:otpauth:|[A-Z2-7\s=-]{16,}$)/i.test(secretIn(text) ?? '')
  const file = privateFile(path, 'path', { onNotice, isOurs })
  return async () => {
    const found = await file.read()
    if (found === null) throw invalidSecret(`The file ${file.path} is missing`)
    const secret = secretIn(found.text)
    if (secret === undefined) throw invalidSecret(`The file ${file.path} holds no secret`)
    return secret
  }
}

function secretIn(text: string): string | undefined {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.trim())
  return lines.find((line) => line !== '' && !line.startsWith('#'))
}

function invalidSecret(detail: string): ClientError {
  return new ClientError('invalid_secret', { detail })
}
