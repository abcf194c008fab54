import { type Readable, Writable } from 'node:stream'
import { Interrupted, UsageError } from '../failures.ts'
import type { Output } from '../io.ts'
import type { Shell } from '../shell.ts'
import { plainText } from './plain-text.ts'

/** An answer to choose. */
export interface Choice {
  readonly value: string
  readonly label: string
}

/** Asks a person at the terminal. Each method rejects with `Interrupted` if the person gives up, for example by Ctrl-C. */
export interface Prompts {
  readonly text: (message: string) => Promise<string>
  /** Asks without showing what is typed. */
  readonly hidden: (message: string) => Promise<string>
  /** Asks by the arrow keys. */
  readonly choose: (message: string, choices: readonly Choice[]) => Promise<string>
}

type Clack = typeof import('@clack/prompts')
type Asking = (clack: Clack, common: Common) => Promise<string | symbol | undefined>

interface Common {
  readonly input: Readable
  readonly output: Writable
  readonly signal: AbortSignal
}

/** Make the prompts. @throws UsageError if there is nobody to ask */
export function openPrompts(shell: Shell): Prompts {
  const validate = (value: string | undefined) => (value ? undefined : 'Type something, or end with Ctrl-C')
  const ask = (asking: Asking) => askAtTerminal(shell, asking)
  return {
    text: (message) => ask((clack, common) => clack.text({ ...common, message: plainText(message), validate })),
    hidden: (message) =>
      ask((clack, common) => clack.password({ ...common, message: plainText(message), validate, clearOnError: true })),
    choose(message, choices) {
      const options = choices.map(({ label }, at) => ({ value: String(at), label: plainText(label) }))
      return ask(async (clack, common) => {
        const chosen = await clack.select({ ...common, message: plainText(message), options, maxItems: 12 })
        return typeof chosen === 'string' ? choices[Number(chosen)]?.value : chosen
      })
    },
  }
}

async function askAtTerminal(shell: Shell, asking: Asking): Promise<string> {
  if (!shell.mayAsk) throw new UsageError('there is nobody to ask')
  // Loaded here, since most calls ask nothing.
  const clack = await import('@clack/prompts')
  const giveUp = new AbortController()
  // The library knows Ctrl-C, but waits forever if the input ends.
  const end = () => giveUp.abort()
  const onKey = (_text: unknown, key: { ctrl?: boolean; name?: string } | undefined) => {
    if (key?.ctrl === true && key.name === 'd') end()
  }
  shell.stdin.on('keypress', onKey).on('end', end).on('close', end)
  try {
    const signal = AbortSignal.any([shell.signal, giveUp.signal])
    const value = await asking(clack, { input: shell.stdin, output: paintless(shell), signal })
    if (typeof value !== 'string' || shell.signal.aborted) throw new Interrupted()
    return value
  } finally {
    shell.stdin.off('keypress', onKey).off('end', end).off('close', end)
  }
}

const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')

/** Standard error, without the library's colors if nobody wants them. The library itself looks only at standard output. */
function paintless({ stderr, hasColour }: Shell): Writable {
  if (hasColour) return stderr
  const size = stderr as Output & { readonly columns?: number; readonly rows?: number }
  const write = (chunk: unknown, _encoding: unknown, done: (error?: Error | null) => void) => {
    stderr.write(String(chunk).replace(colours, ''), done)
  }
  const output = new Writable({ decodeStrings: false, write })
  return Object.assign(output, { columns: size.columns ?? 80, rows: size.rows ?? 24, isTTY: true })
}
