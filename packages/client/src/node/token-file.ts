import type { Cookie, Held, NoticeListener, TokenStorage, Tokens } from '../ports.ts'
import { invalidFile } from './file-faults.ts'
import { withLock } from './file-lock.ts'
import { isReadable, parseObject } from './json-object.ts'
import { privateFile } from './private-file.ts'

/** A refresh goes over the network, so another process may hold the file for longer than a write takes. */
const timeoutSeconds = 60

export interface TokenFileOptions {
  /** Hears `mode_repaired`. */
  readonly onNotice?: NoticeListener | undefined
}

/** A storage of tokens in a file. */
export interface TokenFile extends TokenStorage {
  get(): Promise<Held | null>
  set(held: Held | null): Promise<void>
  exclusively<Result>(work: () => Promise<Result>): Promise<Result>
}

/**
 * Keep tokens and cookies in a file, as JSON, with mode 0600. It is removed when nobody is signed in. Processes that share it
 * refresh one after another.
 *
 * @param file - Its path
 * @returns Methods that reject with ClientError `invalid_file`. `exclusively` rejects with `file_locked` after 60 seconds
 */
export function tokenFile(file: string, { onNotice }: TokenFileOptions = {}): TokenFile {
  const own = privateFile(file, 'file', { onNotice, isOurs: isReadable((text) => parse(file, text)) })
  // Neither get nor set takes the lock: they are called inside it.
  return Object.freeze<TokenFile>({
    get: async () => {
      const found = await own.read()
      return found === null ? null : parse(own.path, found.text)
    },
    set: async (held) => {
      if (held === null) await own.remove()
      else await own.write(JSON.stringify(held, null, 2))
    },
    exclusively: (work) => withLock(own.path, work, { timeoutSeconds }),
  })
}

type Fields<Name extends string> = Readonly<Partial<Record<Name, unknown>>>

function parse(path: string, text: string): Held {
  const { tokens, cookies }: Fields<keyof Held> = parseObject(path, text)
  const isSound = (tokens === null || isTokens(tokens)) && Array.isArray(cookies) && cookies.every(isCookie)
  if (!isSound) throw invalidFile(path, 'not_tokens')
  return { tokens, cookies }
}

function isTokens(value: unknown): value is Tokens {
  if (typeof value !== 'object' || value === null) return false
  const { authorization, refreshToken, expiresAtMs }: Fields<keyof Tokens> = value
  const isText = refreshToken === undefined || typeof refreshToken === 'string'
  return typeof authorization === 'string' && isText && isTime(expiresAtMs)
}

function isCookie(value: unknown): value is Cookie {
  if (typeof value !== 'object' || value === null) return false
  const { name, value: content, path, secure, expiresAtMs }: Fields<keyof Cookie> = value
  const areTexts = [name, content, path].every((one) => typeof one === 'string')
  return areTexts && typeof secure === 'boolean' && isTime(expiresAtMs)
}

function isTime(value: unknown): boolean {
  return value === undefined || Number.isFinite(value)
}
