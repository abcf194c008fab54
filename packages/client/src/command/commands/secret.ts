import { randomBytes } from 'node:crypto'
import { wholeNumber } from '../arguments/numbers.ts'
import type { Command } from './command.ts'

/** `latchkey secret` */
export const secret: Command = {
  name: 'secret',
  summary: 'makes a LATCHKEY_SECRET for a server',
  usage: ['secret [--bytes N]'],
  arity: [0, 0],
  options: { bytes: { value: 'N', help: 'how many random bytes, 32 to 128 (32)' } },
  about: ['Prints random bytes of the system as base64: a secret for `createMfa`.'],
  async run(given, shell) {
    const bytes = wholeNumber(given, 'bytes', [32, 128]) ?? 32
    const text = randomBytes(bytes).toString('base64')
    shell.result({ secret: text }, [text])
    return undefined
  },
}
