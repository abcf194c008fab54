import { UsageError } from '../failures.ts'
import type { Shell } from '../shell.ts'

const mostBytes = 65_536

/**
 * Read the first line of standard input that is not empty.
 *
 * @throws UsageError if there is none
 */
export async function readInput({ stdin, signal }: Pick<Shell, 'stdin' | 'signal'>): Promise<string> {
  let text = ''
  const stop = () => stdin.destroy()
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) {
      text += String(chunk)
      if (text.length > mostBytes) throw new UsageError('standard input is too long for a secret')
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', stop)
  }
  const line = text.split('\n').find((one) => one.trim() !== '')
  if (line === undefined) throw new UsageError('there is nothing on standard input')
  return line.trim()
}
