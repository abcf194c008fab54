import { isClientError } from '../errors.ts'
import { Failed, Interrupted, UsageError } from './failures.ts'

/** What the exit codes of the command mean, as its help and its page say. */
export const exitCodes: Readonly<Record<number, string>> = {
  0: 'done',
  1: 'refused or failed',
  2: 'wrong usage',
  3: 'a second factor is needed, and nobody and nothing here can answer',
  4: "the server cannot be reached, or is none of Latchkey's",
  5: 'locked for a while: wait and try again',
  6: 'the account must enroll a second factor first',
  130: 'ended by Ctrl-C',
}

const byCode: Readonly<Record<string, number>> = {
  mfa_required: 3,
  network_error: 4,
  timeout: 4,
  unexpected_answer: 4,
  too_many_attempts: 5,
  too_many_messages: 5,
  mfa_enrollment_required: 6,
}

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return 2
  if (error instanceof Interrupted) return 130
  if (error instanceof Failed) return error.exitCode
  return isClientError(error) ? (byCode[error.code] ?? 1) : 1
}
