import { isClientError } from '../../errors.ts'
import { Failed, Interrupted, UsageError } from '../failures.ts'
import type { CommandIo } from '../io.ts'
import { painter, wantsColour } from './colour.ts'
import { plainJson, plainText } from './plain-text.ts'

/** Report on standard error what ended a command: a few lines, or JSON for programs. */
export function reportError(error: unknown, { argv, env, stderr }: Pick<CommandIo, 'argv' | 'env' | 'stderr'>): void {
  if (argv.includes('--json')) return void stderr.write(`${plainJson({ error: describe(error) })}\n`)
  if (error instanceof Interrupted) return
  const paint = painter(wantsColour(stderr, env))
  const { message, hints } = tell(error)
  const lines = [`${paint('red', 'latchkey:')} ${plainText(message)}`, ...hints.map((hint) => `  ${plainText(hint)}`)]
  stderr.write(`${lines.join('\n')}\n`)
}

/** Describe an error for programs. */
function describe(error: unknown): Readonly<Record<string, unknown>> {
  if (isClientError(error)) {
    const { code, message, status, retryAfterSeconds, attemptsRemaining, errors } = error
    const { methods, question, propositions } = error as Partial<
      Record<'methods' | 'question' | 'propositions', unknown>
    >
    return {
      code,
      message,
      ...{ status, retryAfterSeconds, attemptsRemaining, errors, methods, question, propositions },
    }
  }
  if (error instanceof UsageError) return { code: 'usage', message: error.message }
  if (error instanceof Interrupted) return { code: 'interrupted', message: 'ended' }
  if (error instanceof Failed) return { code: error.code, message: error.message }
  return { code: 'failed', message: messageOf(error) }
}

function tell(error: unknown): { readonly message: string; readonly hints: readonly string[] } {
  if (!isClientError(error)) return { message: messageOf(error), hints: [] }
  const { code, retryAfterSeconds, attemptsRemaining, errors = [], methods = [] } = error
  const { question } = error as { question?: unknown }
  return {
    message: `${error.message} (${code})`,
    hints: [
      ...errors.map(({ field, message }) => `${field}: ${message}`),
      ...(typeof question === 'string' ? [`asked: ${question}`] : []),
      ...(code === 'mfa_required' && methods.length > 0 ? [`answered by: ${methods.join(', ')}`] : []),
      ...(code === 'mfa_enrollment_required' ? ['enroll one: latchkey enroll URL'] : []),
      ...(attemptsRemaining === undefined ? [] : [`tries left: ${attemptsRemaining}`]),
      ...(retryAfterSeconds === undefined ? [] : [`try again in ${retryAfterSeconds} s`]),
    ],
  }
}

/** The message of any other error, without the stack. System errors of files say enough in it. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
