import type { Arguments } from './arguments/read.ts'
import { Interrupted } from './failures.ts'
import type { CommandIo } from './io.ts'
import { type Paint, painter, wantsColour } from './terminal/colour.ts'
import { plainJson, plainText } from './terminal/plain-text.ts'

/** The tools of a command. */
export interface Shell extends Required<Omit<CommandIo, 'argv' | 'fetch'>> {
  readonly fetch: typeof fetch | undefined
  /** Whether a program reads the output. */
  readonly isJson: boolean
  /** Whether there is a person to ask. */
  readonly mayAsk: boolean
  /** Whether standard error takes colors, and what paints for it. */
  readonly hasColour: boolean
  readonly paint: Paint
  /** Writes a result: as JSON for programs, otherwise as these lines. */
  readonly result: (value: unknown, lines: readonly string[]) => void
  /** Tells a person something on standard error, without control characters. Programs get none of it. */
  readonly say: (line: string) => void
  /** Does the same with what the command has drawn itself, and keeps its control characters. */
  readonly draw: (lines: string) => void
}

/** Make the tools of a command from its process and the options that every command takes. */
export function openShell(io: CommandIo, given: Pick<Arguments, 'has'>): Shell {
  const isJson = given.has('json')
  const hasColour = wantsColour(io.stderr, io.env)
  const draw = (lines: string) => {
    if (!isJson) io.stderr.write(`${lines}\n`)
  }
  return {
    ...io,
    fetch: io.fetch,
    now: io.now ?? Date.now,
    sleep: io.sleep ?? sleepByTimer,
    isJson,
    mayAsk: isTerminal(io) && !given.has('no-input') && !isSet(io.env['CI']),
    hasColour,
    paint: painter(hasColour),
    result: (value, lines) => {
      const text = isJson ? plainJson(value) : lines.map(plainText).join('\n')
      if (text !== '') io.stdout.write(`${text}\n`)
    },
    say: (line) => draw(plainText(line)),
    draw,
  }
}

function isTerminal({ stdin, stderr }: CommandIo): boolean {
  return stdin.isTTY === true && stderr.isTTY === true
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0' && value !== 'false'
}

function sleepByTimer(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(new Interrupted())
    const stop = () => {
      clearTimeout(timer)
      reject(new Interrupted())
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
