import { ClientError } from '../errors.ts'
import type { NoticeListener } from '../ports.ts'
import { privateFile } from './private-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Gives the secret in a variable of the environment, as it is at each call, without white space around it.
 *
 * @param name - Of the variable
 * @param env - @defaultValue `process.env`
 * @returns What throws ClientError `invalid_secret` where the variable is missing or empty
 * @throws TypeError where the name is no text, or empty
 */
export function environmentSecret(name: string, env: Environment = process.env): () => string {
  if (typeof name !== 'string' || name === '') throw new TypeError('name must be that of a variable')
  return () => {
    const secret = env[name]?.trim() ?? ''
    if (secret === '') throw invalidSecret(`The variable ${name} is missing or empty`)
    return secret
  }
}

export interface FileSecretOptions {
  /** Hears `mode_repaired`. */
  readonly onNotice?: NoticeListener | undefined
  /** Takes a file that others may read as it is, for secrets that a container mounts. @defaultValue false */
  readonly sharedFile?: boolean | undefined
}

/**
 * Gives the secret in a file: its first line that is neither empty nor begins with `#`. Read anew at each call, so that one that
 * was replaced is seen. A file that others may read is taken away from them.
 *
 * @param path - Of the file
 * @returns What rejects with ClientError `invalid_secret` where there is no file or no such line, and with `invalid_file`
 * @throws TypeError where the path is no text, or empty
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
