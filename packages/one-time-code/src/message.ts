import type { Awaitable, User } from '@latchkey/core'
import type { Channel } from './destination.ts'

/** A message for the host to deliver. */
export interface Message {
  readonly channel: Channel
  /** A mail address without a name, or a phone number in E.164: `+4915112345678`. */
  readonly to: string
  readonly code: string
  /** What the user reads: ASCII, except for the issuer. Its last line binds the code to the app's host: `@app.example #123456`. */
  readonly text: string
  readonly user: User
  /** When the code expires. */
  readonly expiresAt: Date
  /** Aborted when the time to deliver is over. The code is no longer valid then, so stop sending it. */
  readonly signal: AbortSignal
}

/** Hands a message to a provider, once. Resolves when the provider has accepted it, and throws if it has not. */
export type Deliver = (message: Message) => Awaitable<unknown>

/**
 * Writes the text of a message.
 *
 * @see https://wicg.github.io/sms-one-time-codes/ for the last line
 */
export function textOf(about: { code: string; issuer: string; host: string; codeSeconds: number }): string {
  const { code, issuer, host, codeSeconds } = about
  return [
    `${code} is your code for ${issuer}. It is valid for ${inWords(codeSeconds)}.`,
    'Never tell it to anyone: nobody needs it but you.',
    '',
    `@${host} #${code}`,
  ].join('\n')
}

function inWords(seconds: number): string {
  if (seconds % 60 !== 0) return `${seconds} seconds`
  return seconds === 60 ? '1 minute' : `${seconds / 60} minutes`
}
