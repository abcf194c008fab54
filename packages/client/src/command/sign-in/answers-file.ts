import { type AnswerCache, answerCache } from '../../node/index.ts'
import type { Arguments } from '../arguments/read.ts'
import { Failed, UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'
import { noticeListener } from '../terminal/notices.ts'
import { openPrompts } from '../terminal/prompts.ts'

/** Open a file of answers with the key that the options name. If they name none, ask a person for the passphrase. */
export async function openAnswers(file: string, given: Arguments, shell: Shell): Promise<AnswerCache> {
  const onNotice = noticeListener(shell)
  const key = keyOf(given, shell)
  if (key !== null) return answerCache(file, { ...key, onNotice })
  const plain = answerCache(file, { onNotice })
  const { encrypted } = await plain.validate()
  if (!encrypted || !shell.mayAsk) return plain
  const passphrase = await openPrompts(shell).hidden('Passphrase of the answers')
  return answerCache(file, { passphrase, onNotice })
}

/** The passphrase or key file that the options name. `null` if they name none. */
export function keyOf(given: Arguments, shell: Shell): { passphrase: string } | { keyFile: string } | null {
  const [name, keyFile] = [given.get('passphrase-env'), given.get('key-file')]
  if (name !== null && keyFile !== null) throw new UsageError('name one key: --passphrase-env or --key-file')
  if (keyFile !== null) return { keyFile }
  if (name === null) return null
  const passphrase = shell.env[name]
  if (!passphrase) throw new Failed('invalid_secret', `the variable ${name} has no passphrase`)
  return { passphrase }
}
