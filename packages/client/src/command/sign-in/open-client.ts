import type { Client } from '../../client.ts'
import { createClient } from '../../create-client.ts'
import type { TotpOptions } from '../../options.ts'
import type { Prompt, RememberedAnswers, TokenStorage } from '../../ports.ts'
import { seconds, wholeNumber } from '../arguments/numbers.ts'
import type { Arguments } from '../arguments/read.ts'
import { UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'

/** What a client answers with, and where it stores tokens and cookies. */
export interface Means {
  readonly totp?: TotpOptions | null
  readonly answers?: RememberedAnswers | null
  readonly prompt?: Prompt
  readonly tokenStorage?: TokenStorage | null
  /** @defaultValue the client's own */
  readonly retries?: number
  /** Set if nothing that is sent is secret. @defaultValue by the option */
  readonly allowHttp?: boolean
}

/** What the command calls the client's options. */
const names = { baseUrl: 'URL', allowHttp: '--allow-http', preferred: '--prefer' } as const

/**
 * Make a client of the server that was named.
 *
 * @throws UsageError if the URL is bad, or is not https
 */
export function openClient(given: Arguments, shell: Shell, means: Means = {}): Client {
  const { totp, answers, prompt, tokenStorage, retries } = means
  const [timeoutSeconds, maxAttempts] = [
    seconds(given, 'timeout', [1, 600]),
    wholeNumber(given, 'max-attempts', [1, 10]),
  ]
  try {
    return createClient({
      baseUrl: given.positionals[0] ?? '',
      allowHttp: means.allowHttp ?? given.has('allow-http'),
      preferred: given.all('prefer'),
      now: shell.now,
      sleep: shell.sleep,
      onNotice: noticeListener(shell),
      ...(shell.fetch === undefined ? {} : { fetch: shell.fetch }),
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      ...(maxAttempts === undefined ? {} : { maxAttempts }),
      ...(retries === undefined ? {} : { retries }),
      ...(totp ? { totp } : {}),
      ...(answers ? { answers } : {}),
      ...(prompt === undefined ? {} : { prompt }),
      ...(tokenStorage ? { tokenStorage } : {}),
    })
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(inOurWords(error.message))
    throw error
  }
}

function inOurWords(message: string): string {
  return Object.entries(names).reduce((text, [name, own]) => text.replaceAll(name, own), message)
}
