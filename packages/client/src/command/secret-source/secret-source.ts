import { join } from 'node:path'
import { environmentSecret, fileSecret, stateFolder, stepFile } from '../../node/index.ts'
import type { TotpOptions } from '../../options.ts'
import type { SecretSource, StepLedger } from '../../ports.ts'
import { wholeNumber } from '../arguments/numbers.ts'
import type { Arguments } from '../arguments/read.ts'
import { UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'
import { openPrompts } from '../terminal/prompts.ts'
import { readInput } from '../terminal/read-input.ts'
import { defaultSecretName } from './options.ts'

const algorithms = ['SHA1', 'SHA256', 'SHA512'] as const

/**
 * Find what makes codes, as the options name it. `null` if they name nothing and the default variable is not set.
 *
 * @throws UsageError
 */
export function totpOf(given: Arguments, shell: Shell): TotpOptions | null {
  const secret = sourceOf(given, shell)
  return secret === null ? null : { secret, ...shapeOf(given), steps: stepsOf(given, shell) }
}

function sourceOf(given: Arguments, shell: Shell): SecretSource | null {
  const [name, file, isInput] = [given.get('secret-env'), given.get('secret-file'), given.positionals[0] === '-']
  if ([name !== null, file !== null, isInput].filter(Boolean).length > 1)
    throw new UsageError('name one secret: --secret-env, --secret-file or -')
  // At a terminal everybody could read what is typed.
  if (isInput) return () => (shell.mayAsk ? openPrompts(shell).hidden('TOTP secret') : readInput(shell))
  if (file !== null) return fileSecret(file, { onNotice: noticeListener(shell) })
  if (name === null && !shell.env[defaultSecretName]) return null
  return environmentSecret(name ?? defaultSecretName, shell.env)
}

function shapeOf(given: Arguments): Pick<TotpOptions, 'digits' | 'period' | 'algorithm'> {
  const digits = wholeNumber(given, 'digits', [6, 8])
  const period = wholeNumber(given, 'period', [1, 300])
  const named = given.get('algorithm')?.toUpperCase().replace('-', '')
  const algorithm = algorithms.find((one) => one === named)
  if (named !== undefined && algorithm === undefined)
    throw new UsageError(`--algorithm must be one of ${algorithms.join(', ')}`)
  return {
    ...(digits === undefined ? {} : { digits }),
    ...(period === undefined ? {} : { period }),
    ...(algorithm === undefined ? {} : { algorithm }),
  }
}

/** Open the file of used steps, for processes that run one after another. */
export function stepsOf(given: Arguments, shell: Shell): StepLedger {
  return stepFile(given.get('steps') ?? join(stateFolder(shell.env), 'steps.json'))
}
